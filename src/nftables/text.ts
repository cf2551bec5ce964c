import { type Datatype, datatypes, durationText, type Literal } from './datatype'
import { type Selector, type Type, typeOfSelector, unqualified } from './selector'
import type { Stateful } from './stateful'
import type {
  Duplicate,
  Forward,
  Log,
  Masquerade,
  Match,
  Nat,
  Queue,
  Redirect,
  Reject,
  Statement,
  Tproxy,
  Update
} from './statement'
import {
  boundsOf,
  type Computed,
  type Element,
  type Elements,
  isConcatenation,
  isLiteral,
  type Mapped,
  type Reference,
  splitPrefix,
  type Term,
  typeOf
} from './term'
import type { Verdict } from './verdict'

/** Words with one space between, leaving out what is not there. */
const words = (...all: ReadonlyArray<string | number | false | undefined>): string =>
  all.filter(word => word !== undefined && word !== false && word !== '').join(' ')

/** A selector as it stands in a rule: `tcp dport`. */
export const selectorText = (selector: Selector): string => {
  switch (selector._tag) {
    case 'Payload':
      return `${selector.header} ${selector.field}`
    case 'Bits':
      return `@${selector.base},${selector.offset},${selector.length}`
    case 'Meta':
      return unqualified.includes(selector.key) ? selector.key : `meta ${selector.key}`
    case 'Ct':
      return words('ct', selector.direction, selector.key)
    case 'Rt':
      return `rt ${selector.key}`
    case 'Socket':
      return words('socket', selector.key, selector.level !== undefined && `level ${selector.level}`)
    case 'Ipsec':
      return words('ipsec', selector.direction, selector.depth !== undefined && `spnum ${selector.depth}`, selector.key)
    case 'Fib':
      return `fib ${selector.by.join(' . ')} ${selector.result}`
    case 'Extension': {
      const { of, name, field, bits } = selector
      if (bits !== undefined) return `tcp option @${name},${bits.join(',')}`
      if (of === 'ip6') return field === undefined ? `exthdr ${name}` : `${name} ${field}`
      return words(of, of === 'sctp' ? 'chunk' : 'option', name, field)
    }
    case 'Osf':
      return words('osf', selector.ttl !== undefined && `ttl ${selector.ttl}`, selector.result)
    case 'Numgen':
      return words('numgen', selector.mode, modulusText(selector))
    case 'Symhash':
      return `symhash ${modulusText(selector)}`
  }
}

const modulusText = ({ modulus, seed, offset }: { modulus: number; seed?: number; offset?: number }): string =>
  words(
    `mod ${modulus}`,
    seed !== undefined && `seed 0x${seed.toString(16)}`,
    offset !== undefined && `offset ${offset}`
  )

const plain: Datatype = datatypes.integer

const indexText = (literal: Literal): string => (typeof literal === 'string' ? `"${literal}"` : String(literal))

const literalText = (literal: Literal, { datatype }: Type): string => {
  if (datatype.name === 'iface_index') return indexText(literal)
  const prefix = splitPrefix(literal, datatype)
  if (prefix === undefined) return datatype.text(literal)
  const [first, length] = prefix
  return `${datatype.text(first)}/${length}`
}

const precedence = { '<<': 1, '>>': 1, '&': 2, '^': 3, '|': 4 } as const

const looser = (term: Term, than: Computed['operator']): boolean => {
  if (isLiteral(term) || isConcatenation(term)) return false
  if (term._tag === 'Flags') return precedence[than] < precedence['|']
  return term._tag === 'Computed' && precedence[than] < precedence[term.operator]
}

const unknown: Type = { datatype: plain, bits: 0, order: 'network' }

type Types = Type | ReadonlyArray<Type>

/** A term as it stands in a rule. The types are those of what its constants are for. */
export const termText = (term: Term, types: Types = unknown): string => {
  const type = Array.isArray(types) ? (types[0] ?? unknown) : (types as Type)
  if (isLiteral(term)) return literalText(term, type)
  if (isConcatenation(term))
    return term
      .map((part, n) => termText(part, Array.isArray(types) ? (types[n] ?? unknown) : type))
      .join(' . ')
  switch (term._tag) {
    case 'Range':
      return `${literalText(term.from, type)}-${literalText(term.to, type)}`
    case 'Flags':
      return term.flags.map(flag => literalText(flag, type)).join(',')
    case 'Reference':
      return `@${term.name}`
    case 'Elements':
      return elementsText(term, types)
    case 'Computed':
      return computedText(term, type)
    case 'Mapped':
      return mappedText(term, types)
    case 'Jhash':
      return `jhash ${termText(term.of)} ${modulusText(term)}`
    default:
      return selectorText(term)
  }
}

const computedText = (term: Computed, wanted: Type): string => {
  const type = typeOf(term) ?? wanted
  const shift = term.operator === '<<' || term.operator === '>>'
  const side = (part: Term, as: Type): string => {
    const text =
      typeof part === 'object' && '_tag' in part && part._tag === 'Flags'
        ? part.flags.map(flag => literalText(flag, as)).join(' | ')
        : termText(part, as)
    return looser(part, term.operator) ? `(${text})` : text
  }
  return `${side(term.left, type)} ${term.operator} ${side(term.right, shift ? unknown : type)}`
}

const keyTypes = (key: Term): Types =>
  isConcatenation(key) ? key.map(part => typeOf(part) ?? unknown) : (typeOf(key) ?? unknown)

const mappedText = ({ key, map }: Mapped, data: Types): string =>
  `${termText(key)} map ${mapText(key, map, data)}`

const mapText = (key: Term, map: Reference | Elements, data?: Types): string =>
  map._tag === 'Reference' ? termText(map) : elementsText(map, keyTypes(key), data)

const elementsText = ({ elements }: Elements, types: Types, data?: Types): string =>
  `{ ${elements.map(element => elementText(element, types, data)).join(', ')} }`

const isVerdict = (data: Term | Verdict): data is Verdict =>
  typeof data === 'object' && '_tag' in data && (data._tag === 'Verdict' || data._tag === 'Chain')

/** An element of a set or map; without types of data those are names of objects. */
export const elementText = (element: Element, types: Types, data?: Types): string => {
  const { key, statements = [], timeout, expires, comment } = element
  const left = words(
    key === '*' ? '*' : termText(key, types),
    ...statements.map(statement => statefulText(statement)),
    timeout !== undefined && `timeout ${durationText(timeout)}`,
    expires !== undefined && expires > 0n && `expires ${durationText(expires)}`,
    comment !== undefined && `comment "${comment}"`
  )
  if (element.data === undefined) return left
  return `${left} : ${isVerdict(element.data) ? verdictText(element.data) : data === undefined ? `"${String(element.data)}"` : termText(element.data, data)}`
}

export const verdictText = (verdict: Verdict): string =>
  verdict._tag === 'Chain' ? `${verdict.verdict} ${verdict.chain}` : verdict.verdict

const units = [
  ['mbytes', 1024n * 1024n],
  ['kbytes', 1024n],
  ['bytes', 1n]
] as const

/** Bytes in the greatest unit that they are a multiple of. */
export const bytesText = (bytes: bigint): string => {
  const [unit, size] = units.find(([, each]) => bytes > 0n && bytes % each === 0n) ?? (['bytes', 1n] as const)
  return `${bytes / size} ${unit}`
}

/** Without the state: what a set gives each of its elements. */
export const statefulText = (statement: Stateful, stateless = false): string => {
  const over = 'over' in statement && statement.over === true && 'over'
  switch (statement._tag) {
    case 'Counter': {
      const { packets, bytes } = statement
      const counted = !stateless && (packets !== undefined || bytes !== undefined)
      return counted ? `counter packets ${packets ?? 0n} bytes ${bytes ?? 0n}` : 'counter'
    }
    case 'Limit':
      return `limit ${rateText(statement)}`
    case 'Quota': {
      const used = !stateless && statement.used !== undefined && statement.used > 0n
      return words('quota', over, bytesText(statement.bytes), used && `used ${bytesText(statement.used ?? 0n)}`)
    }
    case 'ConnectionLimit':
      return words('ct count', over, statement.count)
  }
}

/** `rate over 10/second burst 5 packets`, which an object of the kind has, too. */
export const rateText = ({ rate, per, of, burst, over }: Extract<Stateful, { _tag: 'Limit' }>): string =>
  words(
    'rate',
    over === true && 'over',
    of === 'bytes' ? `${bytesText(rate)}/${per}` : `${rate}/${per}`,
    burst !== undefined && `burst ${of === 'bytes' ? bytesText(BigInt(burst)) : `${burst} packets`}`
  )

/** A part of a rule as a person would write it. */
export const statementText = (statement: Statement): string => {
  switch (statement._tag) {
    case 'Match':
      return matchText(statement)
    case 'Verdict':
    case 'Chain':
      return verdictText(statement)
    case 'VerdictMap':
      return `${termText(statement.key)} vmap ${mapText(statement.key, statement.map)}`
    case 'Counter':
    case 'Limit':
    case 'Quota':
    case 'ConnectionLimit':
      return statefulText(statement)
    case 'UseObject': {
      const { type, name } = statement
      const how = type.startsWith('ct ') ? `${type} set` : type === 'secmark' ? 'meta secmark set' : `${type} name`
      return `${how} ${typeof name === 'string' ? `"${name}"` : `${termText(name.key)} map ${mapText(name.key, name.map)}`}`
    }
    case 'Log':
      return logText(statement)
    case 'Reject':
      return rejectText(statement)
    case 'Nat':
      return natText(statement)
    case 'Masquerade':
    case 'Redirect':
      return words(statement._tag.toLowerCase(), portText(statement), statement.flags?.join())
    case 'Tproxy':
      return `tproxy ${words(statement.family)}${statement.family === undefined ? '' : ' '}to ${endpointText(statement)}`
    case 'Assign':
      return `${selectorText(statement.to)} set ${termText(statement.value, typeOfSelector(statement.to))}`
    case 'Strip':
      return `reset ${selectorText(statement.option)}`
    case 'Update':
      return updateText(statement)
    case 'Notrack':
      return 'notrack'
    case 'Queue':
      return queueText(statement)
    case 'Duplicate':
      return duplicateText(statement)
    case 'Forward':
      return forwardText(statement)
    case 'Offload':
      return `flow add @${statement.flowtable}`
    case 'Synproxy':
      return words(
        'synproxy',
        statement.mss !== undefined && `mss ${statement.mss}`,
        statement.wscale !== undefined && `wscale ${statement.wscale}`,
        statement.timestamp === true && 'timestamp',
        statement.sackPerm === true && 'sack-perm'
      )
    case 'Xt':
      return `xt ${statement.type} "${statement.name}"`
    case 'Raw':
      return `# ${statement.expressions.map(({ name }) => name ?? 'nameless').join(' ')}`
  }
}

/** Statements, and the comment behind them. */
export const ruleText = ({
  statements,
  comment
}: {
  readonly statements: ReadonlyArray<Statement>
  readonly comment?: string
}): string => words(...statements.map(statementText), comment !== undefined && `comment "${comment}"`)

const matchText = ({ left, operator, right }: Match): string => {
  const types = keyTypes(left)
  const type = typeOf(left)
  if (typeof left === 'object' && '_tag' in left && left._tag === 'Computed' && type?.datatype.kind === 'bitmask')
    return flagsText(left, operator ?? '==', right, type)
  return words(termText(left), operator, termText(right, types))
}

/** Bits under a mask: `tcp flags syn / syn,ack`; all of the mask's are written out. */
const flagsText = (left: Computed, operator: string, right: Term, type: Type): string => {
  const number = (term: Term): bigint | undefined => boundsOf(term as Literal, type)?.[0]
  const compared = operator === '==' || operator === '!='
  if (left.operator === '&' && compared && number(left.right) !== number(right))
    return words(
      termText(left.left),
      operator === '!=' && operator,
      termText(right, type),
      '/',
      termText(left.right, type)
    )
  const alternatives =
    typeof right === 'object' && '_tag' in right && right._tag === 'Flags'
      ? right.flags.map(flag => literalText(flag, type)).join(' | ')
      : termText(right, type)
  return words(computedText(left, type), operator, alternatives)
}

const logFlags = (flags: NonNullable<Log['flags']>): string => {
  if (flags.length === 5) return 'flags all'
  const tcp = flags.filter(flag => flag.startsWith('tcp ')).map(flag => flag.slice(4))
  return words(
    tcp.length > 0 && `flags tcp ${tcp.join()}`,
    ...flags.filter(flag => !flag.startsWith('tcp ')).map(flag => `flags ${flag}`)
  )
}

const logText = ({ prefix, group, snaplen, queueThreshold, level, flags }: Log): string =>
  words(
    'log',
    prefix !== undefined && `prefix "${prefix}"`,
    group !== undefined && `group ${group}`,
    snaplen !== undefined && `snaplen ${snaplen}`,
    queueThreshold !== undefined && `queue-threshold ${queueThreshold}`,
    level !== undefined && `level ${level}`,
    flags !== undefined && logFlags(flags)
  )

const rejectText = ({ with: what, code }: Reject): string =>
  words('reject', what !== undefined && `with ${what}`, code === undefined ? undefined : String(code))

const port: Type = { datatype: datatypes.inet_service, bits: 16, order: 'network' }
const address: Type = { datatype: datatypes.ipv4_addr, bits: 32, order: 'network' }
const index: Type = { datatype: datatypes.iface_index, bits: 32, order: 'host' }

const portText = (statement: Masquerade | Redirect): string =>
  statement.port === undefined ? '' : `to :${termText(statement.port, port)}`

/** IPv6 addresses stand in brackets if a port follows. */
const bracketed = (literal: Literal): string => (String(literal).includes(':') ? `[${literal}]` : String(literal))

const endpointText = ({ address: to, port: at }: Pick<Nat | Tproxy, 'address' | 'port'>): string => {
  if (at === undefined) return termText(to ?? '', [address, port])
  const portText = `:${termText(at, port)}`
  if (to === undefined) return portText
  if (isLiteral(to)) return `${bracketed(to)}${portText}`
  if ('_tag' in to && to._tag === 'Range') return `${bracketed(to.from)}-${bracketed(to.to)}${portText}`
  return `${termText(to, address)}${portText}`
}

const natText = (statement: Nat): string => {
  const { type, family, address: to, port: at, prefix, gives, flags } = statement
  return words(
    type,
    family,
    gives?.replace('interval . port', 'interval addr . port'),
    prefix === true && 'prefix',
    (to !== undefined || at !== undefined) && `to ${endpointText(statement)}`,
    flags?.join()
  )
}

const updateText = ({ operation, set, key, data, timeout, statements = [] }: Update): string =>
  words(
    operation,
    `@${set}`,
    '{',
    termText(key),
    timeout !== undefined && `timeout ${durationText(timeout)}`,
    ...statements.map(statement => statefulText(statement, true)),
    data !== undefined && `: ${termText(data)}`,
    '}'
  )

const queueText = ({ to, flags }: Queue): string =>
  words('queue', flags !== undefined && `flags ${flags.join()}`, `to ${termText(to)}`)

const duplicateText = ({ to, device }: Duplicate): string =>
  words('dup to', termText(to, device === undefined ? destination(to) : address), device !== undefined && `device ${termText(device, index)}`)

/** An address has a dot or a colon; else it is the name of a device. */
const destination = (term: Term): Type =>
  typeof term === 'string' && /^[\d.]+$|:/.test(term) ? address : index

const forwardText = ({ device, family, address: to }: Forward): string =>
  to === undefined
    ? `fwd to ${termText(device, index)}`
    : words('fwd', family, 'to', termText(to, address), 'device', termText(device, index))

