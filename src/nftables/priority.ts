import { NF_BR_PRI, NF_INET, NF_IP_PRI } from '../../protocol/nftables/chain'
import { type Check, either, text, whole } from './described'
import type { Family } from './family'

interface Named {
  readonly name: string
  readonly value: number
  /** The only hook where it means something. */
  readonly hook?: number
}

const usual: ReadonlyArray<Named> = [
  { name: 'raw', value: NF_IP_PRI.RAW },
  { name: 'mangle', value: NF_IP_PRI.MANGLE },
  { name: 'dstnat', value: NF_IP_PRI.NAT_DST, hook: NF_INET.PRE_ROUTING },
  { name: 'filter', value: NF_IP_PRI.FILTER },
  { name: 'security', value: NF_IP_PRI.SECURITY },
  { name: 'srcnat', value: NF_IP_PRI.NAT_SRC, hook: NF_INET.POST_ROUTING }
]

const filterOnly = usual.filter(({ name }) => name === 'filter')

const bridge: ReadonlyArray<Named> = [
  { name: 'dstnat', value: NF_BR_PRI.NAT_DST_BRIDGED, hook: NF_INET.PRE_ROUTING },
  { name: 'filter', value: NF_BR_PRI.FILTER_BRIDGED },
  { name: 'out', value: NF_BR_PRI.NAT_DST_OTHER, hook: NF_INET.LOCAL_OUT },
  { name: 'srcnat', value: NF_BR_PRI.NAT_SRC, hook: NF_INET.POST_ROUTING }
]

const namesFor = (family: Family): ReadonlyArray<Named> =>
  family === 'bridge' ? bridge : family === 'arp' || family === 'netdev' ? filterOnly : usual

/** How far a number can be from a name to be told by it. */
const reach = 10

/** `filter`, `filter - 5`, or the number. */
export const priorityText = (family: Family, hook: number, priority: number): string => {
  const near = namesFor(family).find(
    ({ value, hook: only }) => Math.abs(priority - value) <= reach && (only === undefined || only === hook)
  )
  if (near === undefined) return String(priority)
  const offset = priority - near.value
  return offset === 0 ? near.name : `${near.name} ${offset > 0 ? '+' : '-'} ${Math.abs(offset)}`
}

/** The number of a name, at a hook if it is told. */
const priorityNumber = (family: Family, name: string, hook?: number): number | undefined =>
  namesFor(family).find(
    each => each.name === name && (hook === undefined || each.hook === undefined || each.hook === hook)
  )?.value

/** The number that a priority means: `dstnat - 5` is -105. */
export const priorityOf = (
  family: Family,
  priority: string | number,
  /** If it is told, only names that mean something there have a number. */
  hook?: number
): number | undefined => {
  if (typeof priority === 'number') return priority
  if (/^-?\d{1,9}$/.test(priority)) return Number(priority)
  const [, name = '', sign, offset] = /^([a-z]+)(?: ?([+-]) ?(\d{1,9}))?$/.exec(priority) ?? []
  const base = priorityNumber(family, name, hook)
  return base === undefined ? undefined : base + (sign === '-' ? -1 : 1) * Number(offset ?? 0)
}

/** As a caller gives it. */
export const priority: Check = either(whole('name or number of a priority', 0x7fffffff, -0x80000000), text)
