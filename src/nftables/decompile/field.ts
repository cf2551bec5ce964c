import { type Base, type Field, type Header, headerOf } from '../header'
import type { Program } from './program'

const headerAt = ({ link, network, transport }: Program, base: Base): Header | undefined =>
  base === 'link'
    ? headerOf(link ?? '')
    : base === 'network'
      ? headerOf(network ?? '')
      : base === 'transport'
        ? headerOf(transport ?? '')
        : undefined

/** The members of the headers that are known to begin there. */
export const fieldsAt = (program: Program, base: Base): ReadonlyArray<readonly [Header, Field]> => {
  const header = headerAt(program, base)
  const all = header === undefined ? [] : header.fields.map(field => [header, field] as const)
  const below = base === 'link' && program.link === 'vlan' ? headerOf('ether') : undefined
  return below === undefined ? all : [...below.fields.map(field => [below, field] as const), ...all]
}

/** Whether an ICMP message of the type that is known has the member. */
export const fits = ({ icmpType }: Program, { icmpType: only }: Field): boolean =>
  only === undefined || icmpType === undefined || icmpType === only

/** A port of whichever transport it is. */
export const portOf = (base: Base, offset: number, bits: number): readonly [Header, Field] | undefined => {
  const ports = base === 'transport' ? headerOf('th') : undefined
  const field = ports?.fields.find(each => each.offset === offset && each.bits === bits)
  return ports === undefined || field === undefined ? undefined : [ports, field]
}

/** The member that is just these bits. */
export const fieldOf = (
  program: Program,
  base: Base,
  offset: number,
  bits: number
): readonly [Header, Field] | undefined => {
  const exact = fieldsAt(program, base).find(
    ([, field]) => field.offset === offset && field.bits === bits && fits(program, field)
  )
  return exact ?? (program.transport === undefined ? portOf(base, offset, bits) : undefined)
}
