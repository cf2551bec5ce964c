import { ETH_P } from '../../../protocol/ethernet'
import { ARPHRD } from '../../../protocol/rtnetlink/link'
import { encode } from '../datatype'
import {
  echoOf,
  etherType,
  isEcho,
  isTag,
  type Network,
  networkBehind,
  networkOf,
  transportOf
} from '../encapsulation'
import { type Header, headerOf } from '../header'
import { kindsOf } from '../kind'
import { type Primary, primaryOf } from '../primary'
import type { Element, Elements, Operand } from '../syntax'
import { ownSet } from './anonymous'
import { compare, emit, fail, type Known, type Program, register } from './program'

const also = (names: ReadonlyArray<string>, name: string | undefined): ReadonlyArray<string> =>
  name === undefined || names.includes(name) ? names : [...names, name]

/** What a packet must be, asked in front of what needs it. */
const demand = (program: Program, name: string, value: Uint8Array): undefined => {
  const primary = primaryOf(name)
  if (primary === undefined) return
  emit(program, primary.load(register(0)))
  compare(program, 0, value)
}

export const conflict = (program: Program, has: string, wants: string): undefined =>
  fail(program, `${wants} does not go together with ${has}`)

const needLink = (program: Program, name: string): undefined => {
  const { known, family } = program
  if (family !== 'bridge' && known.link === undefined) {
    demand(program, 'meta iiftype', encode(BigInt(ARPHRD.ETHER), 2, 'host'))
    known.link = 'ether'
  }
  if (name !== 'vlan' || known.link === 'vlan') return
  if (known.link === 'untagged') return conflict(program, 'another ether type', name)
  if (known.link === 'stacked')
    return fail(program, 'a vlan in a vlan is not understood; write its bits, @ll,…')
  demand(program, 'ether type', encode(BigInt(ETH_P['8021Q']), 2, 'network'))
  known.link = 'vlan'
}

/** Whether it need not be asked; what a packet may be besides does not go together with it. */
const isKnown = (program: Program, names: ReadonlyArray<string>, wants: string): boolean => {
  const other = names.find(name => name !== wants)
  if (other !== undefined) conflict(program, other, wants)
  return names.length > 0
}

export const needNetwork = (program: Program, name: Network): undefined => {
  const { known, family } = program
  if (isKnown(program, known.networks, name)) return
  known.networks = [name]
  if (family === 'inet') {
    if (name === 'arp') return fail(program, 'a table of family inet sees no arp')
    demand(program, 'meta nfproto', Uint8Array.of(headerOf(name)?.number ?? 0))
  } else demand(program, 'meta protocol', encode(BigInt(etherType(name)), 2, 'network'))
}

/** Headers that there are in one network only; in a table of the other family it is a matter of their number alone. */
const networkUnder: { readonly [transport: string]: Network } = { icmp: 'ip', igmp: 'ip', icmpv6: 'ip6' }

export const needTransport = (program: Program, { name, number }: Header): undefined => {
  const { known, family } = program
  if (name === 'th') return
  if (family === 'arp') return conflict(program, 'arp', name)
  if (isKnown(program, known.transports, name)) return
  const under = networkUnder[name]
  if (under !== undefined && known.networks.length === 0) needNetwork(program, under)
  known.transports = [name]
  demand(program, 'meta l4proto', Uint8Array.of(number))
}

const echo: Elements = {
  kind: 'elements',
  elements: ['echo-request', 'echo-reply'].map((value): Element => ({ key: { kind: 'value', value } }))
}

const needIcmpType = (program: Program, { name: header }: Header, type: number): undefined => {
  const { known } = program
  const name = `${header} type`
  const primary = primaryOf(name)
  if (known.icmpType === type || primary === undefined) return
  if (known.icmpType !== undefined)
    return conflict(program, `another ${name}`, `what ${primary.type.print(BigInt(type), 8)} has`)
  known.icmpType = type
  need(program, primary)
  emit(program, primary.load(register(0)))
  if (!isEcho(name, type)) return compare(program, 0, Uint8Array.of(type))
  const { set, setId } = ownSet(program, echo, kindsOf({ kind: 'asked', name }), 0)
  emit(program, { name: 'lookup', data: { set, setId, sreg: register(0) } })
}

/** Asks for the headers that must be there for something of a packet to be asked. */
export const need = (program: Program, primary: Primary): undefined => {
  const { payload, needs } = primary
  if (needs === 'ip' || needs === 'ip6') needNetwork(program, needs)
  if (/^ct .*proto-(?:src|dst)$/.test(primary.name) && program.known.transports.length === 0)
    fail(
      program,
      `${primary.name} needs to know the transport: put meta l4proto tcp, or tcp dport …, in front`
    )
  if (primary.name === 'meta nfproto' && program.family !== 'inet')
    fail(program, 'only tables of family inet can ask for meta nfproto')
  const of = payload?.header
  if (of === undefined) return
  if (of.base === 'link') needLink(program, of.name)
  else if (of.base === 'network') needNetwork(program, of.name as Network)
  else needTransport(program, of)
  if (payload?.field.icmpType !== undefined) needIcmpType(program, of, payload.field.icmpType)
}

/** What an operand is asked of, part by part: what is in registers already must stay there. */
export const prepare = (program: Program, ...operands: ReadonlyArray<Operand | undefined>): undefined => {
  for (const operand of operands)
    switch (operand?.kind) {
      case 'asked': {
        const primary = primaryOf(operand.name)
        if (primary !== undefined) need(program, primary)
        break
      }
      case 'concatenation':
        prepare(program, ...operand.parts)
        break
      case 'computation':
        prepare(program, operand.left)
        break
      case 'hash':
        prepare(program, operand.of)
        break
      case 'lookup':
        prepare(program, operand.key)
    }
}

const alsoNetwork = ({ known }: Program, name: string | undefined): undefined => {
  known.networks = also(known.networks, name)
}

const alsoTransport = ({ known }: Program, name: string | undefined): undefined => {
  known.transports = also(known.transports, name)
}

/** What a comparison tells of the headers behind. */
const learnNext = (program: Program, name: string, number: number): undefined => {
  const { family } = program
  switch (name) {
    case 'meta nfproto':
      return alsoNetwork(program, networkOf(number) ?? 'another family')
    case 'meta protocol':
      // Elsewhere it is `meta nfproto`, or the table's family, that tells addresses.
      if ((family === 'bridge' || family === 'netdev') && !isTag(number))
        alsoNetwork(program, networkBehind(number) ?? 'another protocol')
      return
    case 'ether type':
    case 'vlan type':
      return alsoNetwork(program, networkBehind(number))
    case 'meta l4proto':
      return alsoTransport(program, transportOf(number) ?? 'another protocol')
    case 'ip protocol':
    case 'ip6 nexthdr':
      return alsoTransport(program, transportOf(number))
  }
}

/** What an ether type tells of the tags of a frame. */
const linkBehind = (name: string, type: number): NonNullable<Known['link']> => {
  if (!isTag(type)) return name === 'vlan type' ? 'vlan' : 'untagged'
  return name === 'vlan type' ? 'stacked' : 'vlan'
}

/** What a comparison with one value tells of the packet. */
export const learn = (program: Program, name: string, value: bigint): undefined => {
  const { known } = program
  const number = Number(value)
  learnNext(program, name, number)
  switch (name) {
    case 'ether type':
    case 'vlan type':
      known.link = linkBehind(name, number)
      return
    case 'icmp type':
    case 'icmpv6 type':
      known.icmpType = echoOf(name, number)
      return
    case 'meta iiftype':
      if (number === ARPHRD.ETHER) known.link = 'ether'
  }
}

/** The single values among a set's elements. */
const singlesOf = (name: string, { elements }: Elements): ReadonlyArray<number> =>
  elements.flatMap(({ key }) => {
    const value = key.kind === 'value' ? primaryOf(name)?.type.parse(key.value) : undefined
    return value === undefined ? [] : [Number(value)]
  })

/** More than one type may have come. */
const manyTypes = -1

/** What a set of types tells; requests and replies of an echo have the same members. */
export const learnTypes = ({ known }: Program, name: string, set: Elements): undefined => {
  if (!/^icmp(v6)? type$/.test(name)) return
  for (const number of singlesOf(name, set)) {
    const type = echoOf(name, number)
    known.icmpType = known.icmpType === undefined || known.icmpType === type ? type : manyTypes
  }
}

/** What it tells of the headers behind that something is one of a set. */
export const learnSet = (program: Program, name: string, set: Elements): undefined => {
  for (const number of singlesOf(name, set)) learnNext(program, name, number)
}
