import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Rule } from '../../rule'
import { given, type Look, tableName } from './listing'

const rangeText = ({ start, end }: { readonly start: number; readonly end: number }): string =>
  start === end ? String(start) : `${start}-${end}`

const selectorOf = (rule: Rule): string =>
  [
    ...(rule.invert === true ? ['not'] : []),
    `from ${rule.from ?? 'all'}`,
    ...given(rule.to, each => `to ${each}`),
    ...given(rule.mark, each => `fwmark 0x${each.toString(16)}${maskText(rule.markMask)}`),
    ...given(rule.incoming, each => `iif ${each}`),
    ...given(rule.outgoing, each => `oif ${each}`),
    ...given(rule.users, ({ start, end }) => `uidrange ${start}-${end}`),
    ...given(rule.ipProtocol, each => `ipproto ${each}`),
    ...given(rule.sourcePorts, each => `sport ${rangeText(each)}`),
    ...given(rule.destinationPorts, each => `dport ${rangeText(each)}`)
  ].join(' ')

const maskText = (mask: number | undefined): string =>
  mask === undefined || mask === 0xffffffff ? '' : `/0x${mask.toString(16)}`

const actionOf = ({ action, table, goto }: Rule): string =>
  goto !== undefined
    ? `goto ${goto}`
    : table === undefined || table === 0
      ? action
      : `lookup ${tableName(table)}`

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
