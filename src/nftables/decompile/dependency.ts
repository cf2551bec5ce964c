import { ETH_P } from '../../../protocol/ethernet'
import { ARPHRD } from '../../../protocol/rtnetlink/link'
import { echoOf, isEcho, networkBehind, networkOf, transportOf } from '../encapsulation'
import type { Base, Field } from '../header'
import { primaryOf } from '../primary'
import type { Dependency, Program } from './program'

const ICMP = 1
const ICMPV6 = 58

/** Takes back what something else says. */
export const release = ({ dependencies, statements }: Program, base: Base): undefined => {
  const dependency = dependencies[base]
  if (dependency === undefined) return
  statements[dependency.at] = undefined
  delete dependencies[base]
}

/** Only what says the same goes without saying. */
export const releaseNetwork = (program: Program, wants: 'ip' | 'ip6'): undefined => {
  const { name, value = -1 } = program.dependencies.network ?? {}
  if ((name === 'meta nfproto' ? networkOf(value) : networkBehind(value)) === wants)
    release(program, 'network')
}

/** An option tells by itself which header it is of. */
export const releaseFor = (program: Program, name: string): undefined => {
  const needs = primaryOf(name)?.needs
  if (needs === 'tcp') release(program, 'transport')
  if (needs === 'ip' || needs === 'ip6') releaseNetwork(program, needs)
}

/** Whether what a statement said before is said by asking for this. */
const says = ({ mixed }: Program, dependency: Dependency, base: Base, field: Field): boolean => {
  const of = primaryOf(dependency.name)?.payload
  if (mixed && of !== undefined) {
    const dependencyBase = of.place.base
    if (dependencyBase === 'network' && base === 'transport') return false
    if (base === dependencyBase) {
      if (field.key) return false
      if (base === 'link') return of.header?.name !== 'vlan' && dependency.value === ETH_P['8021Q']
    }
  }
  if (base !== 'transport' || of?.place.base !== 'transport') return true
  return field.icmpType !== undefined && field.icmpType === dependency.value
}

/** A member of a header tells by itself what led to the header. */
export const kill = (program: Program, base: Base, field: Field): undefined => {
  const dependency = program.dependencies[base]
  if (dependency !== undefined && says(program, dependency, base, field)) release(program, base)
  // What the type of an ICMP message said, members say that only this type has.
  const inner = program.dependencies.inner
  if (base === 'transport' && inner !== undefined && says(program, inner, base, field))
    release(program, 'inner')
}

/** Only ICMP tells which family of addresses it belongs to. */
const mayGo = ({ family, mixed }: Program, dependency: Dependency, l4proto: number): boolean => {
  const nfproto =
    dependency.name === 'meta nfproto'
      ? networkOf(dependency.value)
      : dependency.name === 'meta protocol' || dependency.name === 'ether type'
        ? networkBehind(dependency.value)
        : 'any'
  if (nfproto === 'any') return true
  if (family === 'ip' || family === 'ip6') return family === nfproto
  if (!mixed) return true
  return (nfproto === 'ip' && l4proto === ICMP) || (nfproto === 'ip6' && l4proto === ICMPV6)
    ? true
    : (l4proto === ICMP || l4proto === ICMPV6) && nfproto === undefined
}

/** What a comparison tells of the headers, and whether it is one that may go without saying. */
export const learn = (program: Program, name: string, value: bigint): undefined => {
  const { family, dependencies } = program
  const number = Number(value)
  const dependency: Dependency = { at: program.statements.length - 1, name, value: number }
  switch (name) {
    case 'meta iiftype':
      if (number === ARPHRD.ETHER) program.link = 'ether'
      dependencies.link = dependency
      return
    case 'meta nfproto':
      program.network = networkOf(number) ?? program.network
      release(program, 'link')
      dependencies.network = dependency
      return
    case 'meta protocol':
      program.network = networkBehind(number) ?? program.network
      if (dependencies.link !== undefined && family !== 'inet') release(program, 'link')
      dependencies.network = dependency
      return
    case 'ether type':
    case 'vlan type':
      program.network = networkBehind(number) ?? program.network
      if (number === ETH_P['8021Q']) {
        program.link = 'vlan'
        dependencies.link = dependency
      } else dependencies.network = dependency
      return
    case 'meta l4proto':
      if (dependencies.network !== undefined && mayGo(program, dependencies.network, number))
        release(program, 'network')
      program.transport = transportOf(number) ?? program.transport
      dependencies.transport = dependency
      return
    case 'ip protocol':
    case 'ip6 nexthdr':
      program.transport = transportOf(number) ?? program.transport
      dependencies.transport = dependency
      return
    case 'icmp type':
    case 'icmpv6 type':
      program.icmpType ??= echoOf(name, number)
      // Members of an echo do not tell whether it is a request or a reply.
      if (!isEcho(name, number)) dependencies.inner = dependency
  }
}
