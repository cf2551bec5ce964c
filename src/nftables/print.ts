import { formatDuration } from './duration'
import { primaryOf } from './primary'
import { statefulText } from './stateful'
import type {
  Computation,
  Element,
  Elements,
  Log,
  Match,
  Named,
  Nat,
  Operand,
  Reject,
  Rule,
  Statement,
  Verdict
} from './syntax'

const words = (parts: ReadonlyArray<string | undefined>): string =>
  parts.filter(each => each !== undefined && each !== '').join(' ')

const levels: { readonly [op in Computation['op']]: number } = { '|': 0, '^': 1, '&': 2, '<<': 3, '>>': 3 }

/** Parentheses stand around what binds less tightly. */
const inside = (operand: Operand, op: Computation['op']): string =>
  (operand.kind === 'computation' && levels[operand.op] < levels[op]) ||
  (operand.kind === 'flags' && levels['|'] < levels[op])
    ? `(${operandText(operand, ' | ')})`
    : operandText(operand, ' | ')

/** Names of several flags have a sign between them, which depends on where they stand. */
export const operandText = (operand: Operand, between = ','): string => {
  switch (operand.kind) {
    case 'any':
      return '*'
    case 'value':
      return operand.value
    case 'flags':
      return operand.flags.join(between)
    case 'range':
      return `${operand.from}-${operand.to}`
    case 'prefix':
      return `${operand.address}/${operand.length}`
    case 'asked':
      return operand.name.startsWith('fib ') ? operand.name.replace(/ exists$/, '') : operand.name
    case 'concatenation':
      return operand.parts.map(part => operandText(part, ' | ')).join(' . ')
    case 'computation':
      return `${inside(operand.left, operand.op)} ${operand.op} ${inside(operand.right, operand.op)}`
    case 'hash':
      return words([
        `jhash ${operandText(operand.of)} mod ${operand.modulus}`,
        operand.seed === undefined ? undefined : `seed 0x${operand.seed.toString(16)}`,
        operand.offset === undefined || operand.offset === 0 ? undefined : `offset ${operand.offset}`
      ])
    case 'lookup':
      return `${operandText(operand.key)} map ${setText(operand.map)}`
    case 'named':
      return `@${operand.name}`
    case 'elements':
      return setText(operand)
  }
}

export const setText = (set: Elements | Named): string =>
  set.kind === 'named'
    ? `@${set.name}`
    : set.elements.length === 0
      ? '{ }'
      : `{ ${set.elements.map(elementText).join(', ')} }`

/** An element with all that belongs to it. */
export const elementText = (element: Element): string =>
  words([
    operandText(element.key, ' | '),
    ...(element.statements ?? []).map(statefulText),
    element.timeout === undefined ? undefined : `timeout ${formatDuration(BigInt(element.timeout))}`,
    element.expires === undefined ? undefined : `expires ${formatDuration(BigInt(element.expires))}`,
    element.comment === undefined ? undefined : `comment "${element.comment}"`,
    element.data === undefined ? undefined : `: ${dataText(element.data)}`
  ])

const dataText = (data: Operand | Verdict): string =>
  'verdict' in data ? verdictText(data) : operandText(data, ' | ')

/** A chain of a rule's own stands below it, one step further in. */
export const verdictText = (verdict: Verdict, indent = ''): string => {
  if ('chain' in verdict) return `${verdict.verdict} ${verdict.chain}`
  if ('rules' in verdict)
    return [
      `${verdict.verdict} {`,
      ...verdict.rules.map(rule => `${indent}\t${ruleText(rule, `${indent}\t`)}`),
      `${indent}}`
    ].join('\n')
  return verdict.verdict
}

const matchText = ({ left, op, right, mask }: Match): string =>
  words([
    operandText(left),
    op === 'in' || (op === '==' && mask !== undefined) ? undefined : op,
    operandText(right, left.kind === 'computation' ? ' | ' : ','),
    mask === undefined ? undefined : `/ ${operandText(mask)}`
  ])

const logText = ({ prefix, group, snaplen, queueThreshold, level, flags }: Log): string => {
  const tcp = (flags ?? []).filter(flag => flag.startsWith('tcp '))
  const others = (flags ?? []).filter(flag => !flag.startsWith('tcp '))
  return words([
    'log',
    prefix === undefined ? undefined : `prefix "${prefix}"`,
    group === undefined ? undefined : `group ${group}`,
    snaplen === undefined ? undefined : `snaplen ${snaplen}`,
    queueThreshold === undefined ? undefined : `queue-threshold ${queueThreshold}`,
    level === undefined ? undefined : `level ${level}`,
    tcp.length === 0 ? undefined : `flags tcp ${tcp.map(flag => flag.slice(4)).join(',')}`,
    ...others.map(flag => `flags ${flag}`)
  ])
}

const rejectText = (reject: Reject): string =>
  words(['reject', reject.with === undefined ? undefined : `with ${reject.with}`, reject.code])

/** An IPv6 address before a port stands in brackets. */
const bracketed = (address: Operand, isIpv6: boolean): string => {
  if (!isIpv6) return operandText(address)
  return address.kind === 'range' ? `[${address.from}]-[${address.to}]` : `[${operandText(address)}]`
}

const isConstant = ({ kind }: Operand): boolean => ['value', 'range', 'prefix'].includes(kind)

const hasColon = (address: Operand): boolean => isConstant(address) && operandText(address).includes(':')

const targetText = (address: Operand | undefined, port: Operand | undefined, always = false): string =>
  `${address === undefined ? '' : bracketed(address, (always || port !== undefined) && hasColon(address))}${port === undefined || port.kind === 'any' ? '' : `:${operandText(port)}`}`

const natText = ({ statement, family, address, port, prefix, flags }: Nat): string =>
  words([
    statement,
    address === undefined && port === undefined ? undefined : family,
    port?.kind === 'any' && family !== undefined && needsBoth(address) ? 'addr . port' : undefined,
    prefix === true ? 'prefix' : undefined,
    address === undefined && port === undefined ? undefined : `to ${targetText(address, port)}`,
    (flags ?? []).join(',')
  ])

const isPayload = (name: string): boolean => primaryOf(name)?.payload !== undefined

/** Elements of a map show that a port comes with each address; the name of one does not. */
const needsBoth = (address: Operand | undefined): boolean =>
  address?.kind === 'lookup' && (address.map.kind === 'named' || address.map.elements.length === 0)

/** What nobody has words for: bytes as hexadecimal digits. */
export const rawText = (data: unknown): string =>
  JSON.stringify(data, (_, value: unknown) =>
    value instanceof Uint8Array
      ? `0x${Buffer.from(value).toString('hex')}`
      : typeof value === 'bigint'
        ? value.toString()
        : value
  )

export const statementText = (statement: Statement, indent = ''): string => {
  switch (statement.statement) {
    case 'match':
      return matchText(statement)
    case 'verdict':
      return verdictText(statement, indent)
    case 'verdicts':
      return `${operandText(statement.key)} vmap ${setText(statement.map)}`
    case 'set':
      return `${statement.name} set ${operandText(statement.value, isPayload(statement.name) || statement.name === 'ct label' ? ' | ' : ',')}`
    case 'object':
      return `${statement.object.startsWith('ct ') ? `${statement.object} set` : `${statement.object} name`} ${operandText(statement.name)}`
    case 'log':
      return logText(statement)
    case 'reject':
      return rejectText(statement)
    case 'snat':
    case 'dnat':
    case 'masquerade':
    case 'redirect':
      return natText(statement)
    case 'tproxy':
      return words(['tproxy', statement.family, `to ${targetText(statement.address, statement.port, true)}`])
    case 'dup':
    case 'fwd':
      return words([
        statement.statement,
        statement.family,
        'to',
        statement.address === undefined ? undefined : operandText(statement.address),
        statement.address === undefined || statement.device === undefined ? undefined : 'device',
        statement.device === undefined ? undefined : operandText(statement.device)
      ])
    case 'queue':
      return words([
        'queue',
        statement.flags === undefined ? undefined : `flags ${statement.flags.join(',')}`,
        `to ${operandText(statement.number)}`
      ])
    case 'synproxy':
      return words([
        'synproxy',
        statement.mss === undefined ? undefined : `mss ${statement.mss}`,
        statement.wscale === undefined ? undefined : `wscale ${statement.wscale}`,
        statement.timestamp === true ? 'timestamp' : undefined,
        statement.sackPerm === true ? 'sack-perm' : undefined
      ])
    case 'notrack':
      return 'notrack'
    case 'flow':
      return `flow add @${statement.flowtable}`
    case 'add':
    case 'update':
    case 'delete':
      return words([
        `${statement.statement} @${statement.set} {`,
        operandText(statement.key),
        statement.timeout === undefined ? undefined : `timeout ${formatDuration(BigInt(statement.timeout))}`,
        ...(statement.statements ?? []).map(statefulText),
        statement.data === undefined ? undefined : `: ${operandText(statement.data)}`,
        '}'
      ])
    case 'meter':
      return words([
        `meter ${statement.name}`,
        statement.size === undefined ? undefined : `size ${statement.size}`,
        '{',
        operandText(statement.key),
        statement.timeout === undefined ? undefined : `timeout ${formatDuration(BigInt(statement.timeout))}`,
        statefulText(statement.of),
        '}'
      ])
    case 'reset':
      return `reset ${statement.option}`
    case 'xt':
      return `xt ${statement.xt} "${statement.name}" revision ${statement.revision} ${statement.info}`
    case 'unknown':
      return `unknown "${statement.expression}" ${rawText(statement.data)}`
    default:
      return statefulText(statement)
  }
}

/** A rule on one line, but for chains of its own. */
export const ruleText = ({ statements, comment }: Rule, indent = ''): string =>
  words([
    ...statements.map(statement => statementText(statement, indent)),
    comment === undefined ? undefined : `comment "${comment}"`
  ])
