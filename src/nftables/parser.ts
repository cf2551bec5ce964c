import { type Cursor, describeToken } from './cursor'
import { datatype } from './datatype'
import { plainVerdicts } from './expression/verdict'
import { address, type Kind, kindOf, kindsOf, port } from './kind'
import { isSpan } from './layout'
import { beginsOperand, isSet, operand, presence, rangeOf, setOf, skipLines, values } from './operand'
import { optionOf, optionPresence } from './option'
import { primaryOf } from './primary'
import { operandText } from './print'
import { counter, limit, milliseconds, quota, statefulAt } from './stateful'
import type {
  Copy,
  Log,
  Match,
  Meter,
  Nat,
  ObjectKind,
  Operand,
  Queue,
  Reject,
  Rule,
  Stateful,
  Statement,
  Synproxy,
  Tproxy,
  Verdict
} from './syntax'

const verdictWords: ReadonlySet<string> = new Set([...plainVerdicts, 'jump', 'goto'])

/** A verdict, if one begins here. */
const verdictAt = (cursor: Cursor): Verdict | undefined => {
  if (!verdictWords.has(cursor.peek().text)) return undefined
  for (const verdict of plainVerdicts) if (cursor.accept(verdict)) return { verdict }
  for (const verdict of ['jump', 'goto'] as const)
    if (cursor.accept(verdict))
      return cursor.is('{') ? { verdict, rules: block(cursor) } : { verdict, chain: cursor.name('chain') }
  return undefined
}

const verdict = (cursor: Cursor): Verdict => {
  const token = cursor.peek()
  return (
    verdictAt(cursor) ??
    cursor.fail(`${describeToken(token)} is no verdict: accept, drop, continue, return, jump, goto`, token)
  )
}

const block = (cursor: Cursor): ReadonlyArray<Rule> => {
  cursor.expect('{')
  const rules: Array<Rule> = []
  skipLines(cursor)
  while (!cursor.is('}')) {
    rules.push(rule(cursor))
    skipLines(cursor)
  }
  cursor.expect('}')
  return rules
}

const integer: Kind = kindOf(datatype('mark'))
const text: Kind = { ...kindOf(datatype('string')), bits: 1024 }
const device: Kind = kindOf(datatype('iface_index'))
const queueNumber: Kind = { type: datatype('integer'), bits: 16, order: 'host' }

const match = (cursor: Cursor, given: Operand): Match => {
  const op = signAt(cursor)
  const left = presence(cursor, given)
  const kinds = kindsOf(left)
  const token = cursor.peek()
  if (isSet(cursor)) {
    if (op !== 'in' && op !== '!=' && op !== '==')
      return cursor.fail('a set can be compared by == and != only', token)
    return {
      statement: 'match',
      left,
      op: op === '!=' ? '!=' : left.kind === 'computation' ? '==' : 'in',
      right: setOf(cursor, kinds)
    }
  }
  const right = values(cursor, kinds, left.kind !== 'computation')
  const [only] = kinds
  if (only?.type.flags === true && kinds.length === 1 && cursor.accept('/')) {
    const mask = values(cursor, kinds, true)
    return { statement: 'match', left, op: op === '!=' ? '!=' : '==', right, mask }
  }
  return { statement: 'match', left, op: plain(op, left, right, only), right }
}

/** `==` says nothing more than no sign, but where flags are meant as a whole or bits are computed. */
const plain = (op: Match['op'], left: Operand, right: Operand, kind: Kind | undefined): Match['op'] => {
  const whole = left.kind === 'computation'
  if (op === 'in' && whole) return '=='
  return op === '==' &&
    !whole &&
    !(kind?.type.flags === true && (right.kind === 'value' || right.kind === 'flags'))
    ? 'in'
    : op
}

const relations = ['==', '!=', '<=', '>=', '<', '>', '!'] as const
const relationWords: { readonly [word: string]: Match['op'] } = {
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>='
}

const signAt = (cursor: Cursor): Match['op'] => {
  const { kind, text: given } = cursor.peek()
  for (const relation of relations) if (cursor.accept(relation)) return relation
  const named = kind === 'word' && Object.hasOwn(relationWords, given) ? relationWords[given] : undefined
  if (named === undefined) return 'in'
  cursor.next()
  return named
}

const settable = (cursor: Cursor, left: Operand): string => {
  if (left.kind !== 'asked') return cursor.fail('only one field of a packet can be set')
  const primary = primaryOf(left.name)
  return primary?.store === undefined && primary?.payload === undefined
    ? cursor.fail(`${left.name} cannot be set`)
    : left.name
}

/** What a statement sets to: of the kind of what is set, from a constant, the packet, or a map. */
const valueFor = (cursor: Cursor, kinds: ReadonlyArray<Kind>): Operand =>
  beginsOperand(cursor) ? operand(cursor, kinds) : oneValue(cursor, kinds)

const oneValue = (cursor: Cursor, kinds: ReadonlyArray<Kind>): Operand => {
  const token = cursor.peek()
  const given = values(cursor, kinds, true)
  return isSpan(given)
    ? cursor.fail(`${operandText(given)} is more than one value, and one belongs here`, token)
    : given
}

const onOperand = (cursor: Cursor): Statement => {
  const left = operand(cursor)
  if (cursor.accept('vmap'))
    return { statement: 'verdicts', key: left, map: setOf(cursor, kindsOf(left), verdict) }
  if (cursor.accept('set')) {
    const name = settable(cursor, left)
    return { statement: 'set', name, value: valueFor(cursor, kindsOf(left)) }
  }
  return match(cursor, left)
}

const object = (cursor: Cursor, kind: ObjectKind): Statement => ({
  statement: 'object',
  object: kind,
  name: beginsOperand(cursor)
    ? operand(cursor, [text])
    : { kind: 'value', value: `"${cursor.name('object')}"` }
})

const connectionObjects = ['helper', 'timeout', 'expectation'] as const

const onConnection = (cursor: Cursor): Statement | undefined => {
  if (!cursor.is('ct') || !cursor.is('set', 2)) return undefined
  for (const word of connectionObjects)
    if (cursor.is(word, 1)) {
      for (let n = 0; n < 3; n++) cursor.next()
      return object(cursor, `ct ${word}`)
    }
  return undefined
}

const logLevels = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug', 'audit'] as const

const logFlags = (cursor: Cursor): ReadonlyArray<string> => {
  if (cursor.accept('all')) return ['all']
  if (cursor.accept('tcp')) {
    const flags: Array<string> = []
    do flags.push(`tcp ${cursor.oneOf('flag of a log', ['sequence', 'options'])}`)
    while (cursor.accept(','))
    return flags
  }
  if (cursor.accept('ip')) {
    cursor.expect('options')
    return ['ip options']
  }
  return [cursor.oneOf('flag of a log', ['skuid', 'ether'])]
}

const log = (cursor: Cursor): Log => {
  let found: Log = { statement: 'log' }
  const flags: Array<string> = []
  for (;;) {
    if (cursor.accept('prefix')) found = { ...found, prefix: cursor.string('a prefix') }
    else if (cursor.accept('group')) found = { ...found, group: cursor.number('a group', 0xffff) }
    else if (cursor.accept('snaplen')) found = { ...found, snaplen: cursor.number('a length') }
    else if (cursor.accept('queue-threshold'))
      found = { ...found, queueThreshold: cursor.number('a threshold', 0xffff) }
    else if (cursor.accept('level')) found = { ...found, level: cursor.oneOf('level of a log', logLevels) }
    else if (cursor.accept('flags')) flags.push(...logFlags(cursor))
    else {
      // The level that there is without one.
      const { level, ...rest } = found
      const plainest = level === 'warn' ? rest : found
      return flags.length === 0 ? plainest : { ...plainest, flags }
    }
  }
}

const rejectKinds = {
  icmp: kindOf(datatype('icmp_code')),
  icmpv6: kindOf(datatype('icmpv6_code')),
  icmpx: kindOf(datatype('icmpx_code'))
} as const

const reject = (cursor: Cursor): Reject => {
  if (!cursor.accept('with')) return { statement: 'reject' }
  if (cursor.accept('tcp')) {
    cursor.expect('reset')
    return { statement: 'reject', with: 'tcp reset' }
  }
  const kind = cursor.oneOf('answer of a reject', ['icmp', 'icmpv6', 'icmpx'] as const)
  cursor.accept('type')
  const code = values(cursor, [rejectKinds[kind]])
  return code.kind === 'value'
    ? { statement: 'reject', with: kind, code: code.value }
    : cursor.fail('a reject has one reason')
}

const familyAt = (cursor: Cursor): 'ip' | 'ip6' | undefined =>
  (cursor.is('ip') || cursor.is('ip6')) && ['to', 'prefix', 'addr'].includes(cursor.peek(1).text)
    ? (cursor.next().text as 'ip' | 'ip6')
    : undefined

const portOf = (cursor: Cursor): Operand =>
  beginsOperand(cursor) ? operand(cursor, [port]) : values(cursor, [port])

/** The family of the addresses that stand here, if one tells. */
const guessed = (cursor: Cursor): 'ip' | 'ip6' => {
  const token = cursor.peek()
  const given = token.kind === 'interpolated' ? String(token.value) : token.text
  return cursor.is('[') || cursor.is('ip6') || given.includes(':') ? 'ip6' : 'ip'
}

const addressOf = (cursor: Cursor, kind: Kind): Operand => {
  if (!cursor.accept('[')) return values(cursor, [kind])
  const token = cursor.peek()
  const first = values(cursor, [kind])
  cursor.expect(']')
  if (!cursor.is('-') || cursor.peek(1).text !== '[') return first
  cursor.next()
  cursor.next()
  const second = values(cursor, [kind])
  cursor.expect(']')
  return rangeOf(cursor, kind, first, second, token)
}

const natFlags = (cursor: Cursor): Pick<Nat, 'flags'> => {
  const flags: Array<'random' | 'fully-random' | 'persistent'> = []
  const words = ['random', 'fully-random', 'persistent'] as const
  for (
    let word = words.find(each => cursor.is(each));
    word !== undefined;
    word = words.find(each => cursor.is(each))
  ) {
    cursor.next()
    flags.push(word)
    cursor.accept(',')
  }
  return flags.length === 0 ? {} : { flags: words.filter(word => flags.includes(word)) }
}

const translated = (cursor: Cursor, statement: 'snat' | 'dnat'): Nat => {
  const family = familyAt(cursor)
  const both = cursor.accept('addr')
  if (both) {
    cursor.expect('.')
    cursor.expect('port')
  }
  const prefix = cursor.accept('prefix')
  cursor.expect('to')
  const named = family === undefined ? {} : { family }
  if (beginsOperand(cursor)) {
    const kind = address[family ?? 'ip']
    // What a map gives shows by its elements: an address, or an address and a port.
    const given = operandToTranslate(cursor, kind, both)
    return { statement, ...named, ...given, ...(prefix && { prefix }), ...natFlags(cursor) }
  }
  const portOnly = cursor.is(':')
  const kind = address[family ?? guessed(cursor)]
  const target = portOnly ? undefined : addressOf(cursor, kind)
  const to = cursor.accept(':') ? portOf(cursor) : undefined
  return {
    statement,
    ...named,
    ...(target !== undefined && { address: target }),
    ...(to !== undefined && { port: to }),
    ...(prefix && { prefix }),
    ...natFlags(cursor)
  }
}

/** `ip saddr map { … }` gives an address; the elements tell whether a port comes with it. */
const operandToTranslate = (cursor: Cursor, kind: Kind, both: boolean): Pick<Nat, 'address' | 'port'> => {
  const key = operandWithoutMap(cursor)
  if (!cursor.accept('map')) return { address: key }
  const map = setOf(cursor, kindsOf(key), inner => targets(inner, kind))
  const lookup: Operand = { kind: 'lookup', key, map }
  const first = map.kind === 'elements' ? map.elements[0]?.data : undefined
  const withPort =
    both ||
    (first !== undefined && 'kind' in first && first.kind === 'concatenation' && first.parts.length === 2)
  if (!withPort && cursor.accept(':')) return { address: lookup, port: portOf(cursor) }
  return { address: lookup, ...(withPort && { port: { kind: 'any' } }) }
}

const targets = (cursor: Cursor, kind: Kind): Operand => {
  const first = values(cursor, [cursor.peek().text.includes(':') ? address.ip6 : kind])
  return cursor.accept('.') ? { kind: 'concatenation', parts: [first, values(cursor, [port])] } : first
}

const operandWithoutMap = (cursor: Cursor): Operand => operand(cursor, 'no map')

const toPort = (cursor: Cursor, statement: 'masquerade' | 'redirect'): Nat => {
  const given = cursor.accept('to')
  if (given) cursor.accept(':')
  const to = given ? portOf(cursor) : undefined
  return { statement, ...(to !== undefined && { port: to }), ...natFlags(cursor) }
}

const tproxy = (cursor: Cursor): Tproxy => {
  const family = familyAt(cursor)
  cursor.expect('to')
  const kind = address[family ?? guessed(cursor)]
  const target = cursor.is(':')
    ? undefined
    : beginsOperand(cursor)
      ? operand(cursor, [kind])
      : addressOf(cursor, kind)
  const to = cursor.accept(':') ? portOf(cursor) : undefined
  return {
    statement: 'tproxy',
    ...(family !== undefined && { family }),
    ...(target !== undefined && { address: target }),
    ...(to !== undefined && { port: to })
  }
}

const copyTo = (cursor: Cursor, kinds: ReadonlyArray<Kind>): Operand =>
  beginsOperand(cursor) ? operand(cursor, kinds) : values(cursor, kinds)

const dup = (cursor: Cursor): Copy => {
  cursor.expect('to')
  const token = cursor.peek()
  const given = token.kind === 'interpolated' ? String(token.value) : token.text
  if (beginsOperand(cursor)) return dupByMap(cursor)
  const isAddress = token.kind === 'address' || /[.:]/.test(given)
  if (!isAddress) return { statement: 'dup', device: copyTo(cursor, [device]) }
  const target = copyTo(cursor, [address[guessed(cursor)]])
  const through = cursor.accept('device') ? copyTo(cursor, [device]) : undefined
  return { statement: 'dup', address: target, ...(through !== undefined && { device: through }) }
}

/** What a map gives shows by its first element: an address, or a device. */
const dupByMap = (cursor: Cursor): Copy => {
  const key = operandWithoutMap(cursor)
  let toDevice = false
  const to = (inner: Cursor): Operand => {
    const { kind, text: given } = inner.peek()
    toDevice = kind !== 'address' && !/[.:]/.test(given)
    return values(inner, [toDevice ? device : address[guessed(inner)]])
  }
  const target: Operand = cursor.accept('map')
    ? { kind: 'lookup', key, map: setOf(cursor, kindsOf(key), to) }
    : key
  if (toDevice) return { statement: 'dup', device: target }
  const through = cursor.accept('device') ? copyTo(cursor, [device]) : undefined
  return { statement: 'dup', address: target, ...(through !== undefined && { device: through }) }
}

const fwd = (cursor: Cursor): Copy => {
  const family = familyAt(cursor)
  cursor.expect('to')
  if (family === undefined) return { statement: 'fwd', device: copyTo(cursor, [device]) }
  const target = copyTo(cursor, [address[family]])
  cursor.expect('device')
  return { statement: 'fwd', family, address: target, device: copyTo(cursor, [device]) }
}

const queue = (cursor: Cursor): Queue => {
  const flags = (): Array<'bypass' | 'fanout'> => {
    const all: Array<'bypass' | 'fanout'> = []
    do all.push(cursor.oneOf('flag of a queue', ['bypass', 'fanout']))
    while (cursor.accept(','))
    return all
  }
  const before = cursor.accept('flags') ? flags() : []
  const given = cursor.accept('num') || cursor.accept('to')
  const number: Operand = given
    ? beginsOperand(cursor)
      ? operand(cursor, [queueNumber])
      : values(cursor, [queueNumber])
    : { kind: 'value', value: '0' }
  const behind = cursor.is('bypass') || cursor.is('fanout') ? flags() : []
  const all = [...before, ...behind]
  return {
    statement: 'queue',
    number,
    ...(all.length > 0 && { flags: (['bypass', 'fanout'] as const).filter(each => all.includes(each)) })
  }
}

export const synproxyOptions = (cursor: Cursor): Omit<Synproxy, 'statement'> => {
  let found: Omit<Synproxy, 'statement'> = {}
  for (;;) {
    if (cursor.accept('mss')) found = { ...found, mss: cursor.number('a size', 0xffff) }
    else if (cursor.accept('wscale')) found = { ...found, wscale: cursor.number('a scale', 14) }
    else if (cursor.accept('timestamp')) found = { ...found, timestamp: true }
    else if (cursor.accept('sack-perm')) found = { ...found, sackPerm: true }
    else return found
  }
}

const onSet = (cursor: Cursor, statement: 'add' | 'update' | 'delete', known: SetKinds): Statement => {
  const token = cursor.next()
  const set =
    token.kind === 'reference'
      ? token.text
      : typeof token.value === 'object' && 'set' in token.value
        ? token.value.set
        : cursor.fail(`expected the name of a set, @name, not ${describeToken(token)}`, token)
  cursor.expect('{')
  const key = operand(cursor)
  const statements: Array<Stateful> = []
  let timeout: number | undefined
  for (;;) {
    if (cursor.accept('timeout')) timeout = milliseconds(cursor)
    else {
      const one = statefulAt(cursor)
      if (one === undefined) break
      statements.push(one)
    }
  }
  const data = cursor.accept(':') ? valueFor(cursor, known(set) ?? [integer]) : undefined
  cursor.expect('}')
  return {
    statement,
    set,
    key,
    ...(data !== undefined && { data }),
    ...(timeout !== undefined && { timeout }),
    ...(statements.length > 0 && { statements })
  }
}

/** Behind the word, or behind that of nft's first releases: `flow table`. */
const meter = (cursor: Cursor): Meter => {
  const name = cursor.name('meter')
  const size = cursor.accept('size') ? cursor.number('a size') : undefined
  cursor.expect('{')
  const key = operand(cursor)
  const timeout = cursor.accept('timeout') ? milliseconds(cursor) : undefined
  const of =
    statefulAt(cursor) ?? cursor.fail('a meter has a limit, a counter, a quota or a ct count for each key')
  cursor.expect('}')
  return {
    statement: 'meter',
    name,
    ...(size !== undefined && size > 0 && { size }),
    key,
    ...(timeout !== undefined && { timeout }),
    of
  }
}

const reset = (cursor: Cursor): Statement => {
  cursor.expect('tcp')
  cursor.expect('option')
  const token = cursor.next()
  const option = optionOf(`tcp option ${token.text.replace('sack-permitted', 'sack-perm')}`)
  const name = option && optionPresence(option.kind.op, option.kind.number)
  return name === undefined || option?.field !== undefined
    ? cursor.fail(`${describeToken(token)} is no option of TCP`, token)
    : { statement: 'reset', option: name }
}

/** The kinds of what a map gives, if it is known. */
export type SetKinds = (set: string) => ReadonlyArray<Kind> | undefined

const nothingKnown: SetKinds = () => undefined

const named = (cursor: Cursor): boolean => {
  if (!cursor.is('name')) return false
  cursor.next()
  return true
}

type Parsing = (cursor: Cursor, known: SetKinds) => Statement

const byWord: { readonly [word: string]: Parsing } = {
  counter: cursor => (named(cursor) ? object(cursor, 'counter') : counter(cursor)),
  limit: cursor => (named(cursor) ? object(cursor, 'limit') : limit(cursor)),
  quota: cursor => (named(cursor) ? object(cursor, 'quota') : quota(cursor)),
  synproxy: cursor =>
    named(cursor) ? object(cursor, 'synproxy') : { statement: 'synproxy', ...synproxyOptions(cursor) },
  log,
  reject,
  snat: cursor => translated(cursor, 'snat'),
  dnat: cursor => translated(cursor, 'dnat'),
  masquerade: cursor => toPort(cursor, 'masquerade'),
  redirect: cursor => toPort(cursor, 'redirect'),
  tproxy,
  dup,
  fwd,
  queue,
  notrack: () => ({ statement: 'notrack' }),
  meter,
  reset,
  flow: cursor => {
    if (cursor.accept('table')) return meter(cursor)
    if (!cursor.accept('add')) cursor.expect('offload')
    const token = cursor.next()
    return token.kind === 'reference'
      ? { statement: 'flow', flowtable: token.text }
      : cursor.fail(`expected the name of a flowtable, @name, not ${describeToken(token)}`, token)
  },
  add: (cursor, known) => onSet(cursor, 'add', known),
  update: (cursor, known) => onSet(cursor, 'update', known),
  delete: (cursor, known) => onSet(cursor, 'delete', known)
}

const statement = (cursor: Cursor, known: SetKinds): Statement => {
  const token = cursor.peek()
  const parse = token.kind === 'word' && Object.hasOwn(byWord, token.text) ? byWord[token.text] : undefined
  if (parse !== undefined) {
    cursor.next()
    return parse(cursor, known)
  }
  const given = verdictAt(cursor)
  if (given !== undefined) return { statement: 'verdict', ...given }
  return statefulAt(cursor) ?? onConnection(cursor) ?? onOperand(cursor)
}

const ends = (cursor: Cursor): boolean => {
  const { kind } = cursor.peek()
  return kind === 'end' || kind === 'newline' || cursor.is('}')
}

/** A rule, up to the end of the line. */
export const rule = (cursor: Cursor, known: SetKinds = nothingKnown): Rule => {
  const statements: Array<Statement> = []
  while (!ends(cursor)) {
    if (statements.length > 0 && cursor.accept('comment'))
      return { statements, comment: cursor.string('a comment') }
    statements.push(statement(cursor, known))
  }
  return statements.length === 0 ? cursor.fail('a rule has at least one statement') : { statements }
}

/** A rule and nothing behind it. */
export const wholeRule = (cursor: Cursor): Rule => {
  skipLines(cursor)
  const found = rule(cursor)
  skipLines(cursor)
  return cursor.peek().kind === 'end' ? found : cursor.fail('one rule stands on one line')
}

export { verdict }
