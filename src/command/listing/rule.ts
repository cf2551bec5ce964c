import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { RTPROT } from '../../../protocol/rtnetlink/route'
import { FIB_RULE } from '../../../protocol/rtnetlink/rule'
import type { Range, Rule } from '../../rule'
import { briefly, given, type Look, tableName } from './listing'

/** As C's `%#x`, which leaves a zero bare. */
const hexadecimal = (number: number): string => (number === 0 ? '0' : `0x${number.toString(16)}`)

const portsText = ({ start, end }: Range, mask: number | undefined): string =>
  mask !== undefined ? masked(start, mask) : start === end ? String(start) : `${start}-${end}`

const masked = (value: number, mask: number | undefined): string =>
  mask === undefined ? hexadecimal(value) : `${hexadecimal(value)}/${hexadecimal(mask)}`

const detached = (rule: Rule, bit: number): string => ((rule.flags & bit) === 0 ? '' : ' [detached]')

/** The words of `ip rule`, in its order. */
const selectorOf = (rule: Rule): string =>
  [
    ...(rule.invert === true ? ['not'] : []),
    `from ${briefly(rule.from ?? 'all')}`,
    ...given(rule.to, each => `to ${briefly(each)}`),
    ...given(rule.tos, each => `tos 0x${each.toString(16).padStart(2, '0')}`),
    ...given(rule.mark, each => `fwmark ${masked(each, rule.markMask)}`),
    ...given(rule.incoming, each => `iif ${each}${detached(rule, FIB_RULE.IIF_DETACHED)}`),
    ...given(rule.outgoing, each => `oif ${each}${detached(rule, FIB_RULE.OIF_DETACHED)}`),
    ...given(rule.users, ({ start, end }) => `uidrange ${start}-${end}`),
    ...given(rule.ipProtocol, each => `ipproto ${each}`),
    ...given(rule.sourcePorts, each => `sport ${portsText(each, rule.sourcePortsMask)}`),
    ...given(rule.destinationPorts, each => `dport ${portsText(each, rule.destinationPortsMask)}`),
    ...given(rule.tunnelId, each => `tun_id ${each}`),
    ...given(rule.dscp, each => `dscp ${masked(each, rule.dscpMask)}`),
    ...given(rule.flowLabel, each => `flowlabel ${masked(each, rule.flowLabelMask)}`)
  ].join(' ')

const realmsText = (realms: number): string =>
  realms >>> 16 === 0 ? String(realms) : `${realms >>> 16}/${realms & 0xffff}`

const makers = new Map(Object.entries(RTPROT).map(([name, number]) => [number as number, name.toLowerCase()]))

const targetOf = ({ action, table, goto, l3mdev, flags }: Rule): ReadonlyArray<string> =>
  action === 'goto'
    ? [`goto ${goto ?? 'none'}${(flags & FIB_RULE.UNRESOLVED) === 0 ? '' : ' [unresolved]'}`]
    : action !== 'table'
      ? [action]
      : l3mdev === true
        ? ['lookup [l3mdev-table]']
        : given(table, each => `lookup ${tableName(each)}`)

/** What becomes of a packet, and who says so, unless nobody or the kernel does. */
const actionOf = (rule: Rule): string => {
  const target = targetOf(rule)
  const lookup = rule.action === 'table'
  return [
    ...(lookup ? target : []),
    ...given(rule.suppressPrefixLength, each => `suppress_prefixlength ${each}`),
    ...given(rule.suppressGroup, each => `suppress_ifgroup ${each === 0 ? 'default' : each}`),
    ...given(rule.realms, each => `realms ${realmsText(each)}`),
    ...(lookup ? [] : target),
    ...(rule.protocol === RTPROT.UNSPEC || rule.protocol === RTPROT.KERNEL
      ? []
      : [`proto ${makers.get(rule.protocol) ?? rule.protocol}`])
  ].join(' ')
}

export const ruleRow = (rule: Rule): ReadonlyArray<string> => [
  `${rule.priority}:`,
  selectorOf(rule),
  actionOf(rule)
]

/** Of both families, as `ip rule` and `ip -6 rule` have them. */
export const rules: Look = connection =>
  pipe(
    connection.rule.list(),
    TE.map(all => ({
      values: all,
      rows: all.map(rule => [...ruleRow(rule), rule.family === 'ipv6' ? 'IPv6' : ''])
    }))
  )
