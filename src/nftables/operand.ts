import { nearest } from '../../protocol/definition/nearest'
import { type Cursor, describeToken } from './cursor'
import { datatypes, flagNames } from './datatype'
import { headers } from './header'
import { backwards, type Kind, kindsOf, misfit, numberOf } from './kind'
import type { Interpolated, Token } from './lexer'
import { primaryOf, unqualified } from './primary'
import { elementDetails } from './stateful'
import type { Computation, Element, Elements, Named, Operand, Verdict } from './syntax'

/** How many words a name can have, by the first one; others have up to four. */
const longest: { readonly [word: string]: number } = {
  fib: 10,
  numgen: 6,
  symhash: 6,
  ipsec: 6,
  osf: 4,
  socket: 4
}

const headerNames: ReadonlySet<string> = new Set(headers.map(({ name }) => name))

/** The words that a name of a packet's part can begin with. */
const beginnings: ReadonlySet<string> = new Set([
  ...headerNames,
  ...unqualified,
  'meta',
  'ct',
  'rt',
  'socket',
  'fib',
  'numgen',
  'jhash',
  'symhash',
  'osf',
  'ipsec',
  'exthdr',
  'hbh',
  'srh',
  'rt0',
  'frag',
  'dst',
  'mh'
])

export const beginsOperand = (cursor: Cursor): boolean => {
  let ahead = 0
  while (cursor.is('(', ahead)) ahead++
  const { kind, text } = cursor.peek(ahead)
  return kind === 'raw' || (kind === 'word' && beginnings.has(text))
}

/** The name that begins here, the longest one that there is. */
const primary = (cursor: Cursor): Operand => {
  const first = cursor.peek()
  if (first.kind === 'raw') {
    cursor.next()
    const name = `@${first.text.slice(1)}`
    return primaryOf(name) === undefined ? cursor.fail(`${name} is more than 128 bits`, first) : asked(name)
  }
  if (first.text === 'jhash') return hash(cursor)
  const words: Array<string> = []
  let name: string | undefined
  let length = 0
  for (let n = 0; n < (longest[first.text] ?? 4); n++) {
    const token = cursor.peek(n)
    if (!['word', 'number', 'raw'].includes(token.kind) && !(first.text === 'fib' && token.text === '.'))
      break
    if (first.text === 'fib' && (token.text === 'exists' || token.text === 'missing')) break
    const segment = segmentAt(cursor, n)
    words.push(segment ?? token.text)
    if (segment !== undefined) n += 3
    const known = nameFor(words.join(' '))
    if (known === undefined) continue
    name = known
    length = n + 1
  }
  if (name === undefined) {
    const second = cursor.peek(1)
    const candidates = namesAfter(first.text)
    const near = second.kind === 'word' ? nearest(second.text, candidates) : ''
    const reason = beginnings.has(first.text)
      ? `${first.text} has no ${describeToken(second)}${near === '' && candidates.length > 0 ? `: ${candidates.join(', ')}` : near}`
      : `${describeToken(first)} is nothing that a packet has${nearest(first.text, [...beginnings])}`
    return cursor.fail(reason, beginnings.has(first.text) ? second : first, candidates.join(' | '))
  }
  for (let n = 0; n < length; n++) cursor.next()
  if (first.text === 'fib' && (cursor.is('exists') || cursor.is('missing'))) return asked(`${name} exists`)
  return asked(name)
}

const asked = (name: string): Operand => ({ kind: 'asked', name })

/** `sid[1]`: one of several, counted in brackets. */
const segmentAt = (cursor: Cursor, ahead: number): string | undefined =>
  cursor.is('[', ahead + 1) && cursor.peek(ahead + 2).kind === 'number' && cursor.is(']', ahead + 3)
    ? `${cursor.peek(ahead).text}[${cursor.peek(ahead + 2).text}]`
    : undefined

const namesAfter = (word: string): ReadonlyArray<string> => {
  const header = headers.find(({ name }) => name === word)
  if (header !== undefined) return header.fields.map(({ name }) => name)
  return word === 'ct'
    ? [
        'state',
        'status',
        'mark',
        'direction',
        'original',
        'reply',
        'zone',
        'helper',
        'label',
        'count',
        'bytes',
        'packets'
      ]
    : word === 'meta'
      ? [
          'mark',
          'l4proto',
          'nfproto',
          'protocol',
          'iifname',
          'oifname',
          'length',
          'priority',
          'pkttype',
          'skuid'
        ]
      : []
}

/** nft's own spelling of a name, of which several may be right. */
const nameFor = (words: string): string | undefined => {
  if (primaryOf(words) !== undefined) return words
  if (/^tcp option sack0\b/.test(words)) return nameFor(words.replace('sack0', 'sack'))
  if (/^tcp option sack-permitted\b/.test(words)) return nameFor(words.replace('-permitted', '-perm'))
  const [first = '', ...rest] = words.split(' ')
  if (first === 'meta' && rest.length === 1) {
    const [word = ''] = rest
    if (word === 'ifname') return undefined
    if (word === 'secpath') return 'meta ipsec'
    return primaryOf(word) === undefined ? undefined : word
  }
  if (rest.length === 0 && unqualified.has(first) && primaryOf(`meta ${first}`) !== undefined)
    return `meta ${first}`
  return undefined
}

const hash = (cursor: Cursor): Operand => {
  cursor.expect('jhash')
  const of = operand(cursor)
  cursor.expect('mod')
  const modulus = cursor.number('the modulus')
  const seed = cursor.accept('seed') ? cursor.number('the seed') : undefined
  const offset = cursor.accept('offset') ? cursor.number('the offset') : undefined
  return {
    kind: 'hash',
    of,
    modulus,
    ...(seed !== undefined && { seed }),
    ...(offset !== undefined && { offset })
  }
}

const signs: { readonly [word: string]: Computation['op'] } = {
  '&': '&',
  and: '&',
  '|': '|',
  or: '|',
  '^': '^',
  xor: '^',
  '<<': '<<',
  lshift: '<<',
  '>>': '>>',
  rshift: '>>'
}

/** The tighter ones first, as in C. */
const levels: ReadonlyArray<ReadonlyArray<Computation['op']>> = [['|'], ['^'], ['&'], ['<<', '>>']]

const signAt = (cursor: Cursor, ops: ReadonlyArray<Computation['op']>): Computation['op'] | undefined => {
  const { kind, text } = cursor.peek()
  const op = (kind === 'sign' || kind === 'word') && Object.hasOwn(signs, text) ? signs[text] : undefined
  return op !== undefined && ops.includes(op) ? op : undefined
}

/** What computations with bits are made of; their right sides are constants of the left side's kind. */
const computation = (cursor: Cursor, level = 0): Operand => {
  const ops = levels[level]
  if (ops === undefined) {
    if (!cursor.accept('(')) return primary(cursor)
    const inner = computation(cursor)
    cursor.expect(')')
    return inner
  }
  let left = computation(cursor, level + 1)
  for (let op = signAt(cursor, ops); op !== undefined; op = signAt(cursor, ops)) {
    cursor.next()
    const [kind] = kindsOf(left) as [Kind]
    const right = op === '<<' || op === '>>' ? single(cursor, shiftKind) : constant(cursor, kind, level + 1)
    left = { kind: 'computation', op, left, right }
  }
  return left
}

const shiftKind: Kind = { type: datatypes.get('integer') as Kind['type'], bits: 32, order: 'host' }

const shifts = levels.length - 1

/** A constant, or what is computed of several: `new or related`, `(1 | 2) & 3`. */
const constant = (cursor: Cursor, kind: Kind, level = 0): Operand => {
  if (level === shifts) return shiftless(cursor, kind)
  let left = constant(cursor, kind, level + 1)
  for (
    let op = signAt(cursor, levels[level] ?? []);
    op !== undefined;
    op = signAt(cursor, levels[level] ?? [])
  ) {
    const token = cursor.next()
    left = folded(cursor, kind, op, left, constant(cursor, kind, level + 1), token)
  }
  return left
}

const shiftless = (cursor: Cursor, kind: Kind): Operand => {
  const bracketed = cursor.accept('(')
  const found = bracketed ? constant(cursor, kind) : single(cursor, kind)
  if (bracketed) cursor.expect(')')
  return signAt(cursor, levels[shifts] ?? []) === undefined
    ? found
    : cursor.fail('a constant is not shifted: write the number that it gives')
}

const bitsOf = (kind: Kind, operand: Operand): bigint | undefined => {
  if (operand.kind === 'flags')
    return operand.flags.reduce((sum, flag) => sum | (kind.type.parse(flag) ?? 0n), 0n)
  return operand.kind !== 'value' || kind.type.order === 'text' || kind.type.name === 'iface_index'
    ? undefined
    : numberOf(kind, operand.value)
}

const folded = (
  cursor: Cursor,
  kind: Kind,
  op: Computation['op'],
  left: Operand,
  right: Operand,
  token: Token
): Operand => {
  const [a, b] = [bitsOf(kind, left), bitsOf(kind, right)]
  if (a === undefined || b === undefined)
    return cursor.fail(`there is nothing to compute with a ${kind.type.name}`, token)
  const bits = op === '&' ? a & b : op === '|' ? a | b : a ^ b
  return asFlags(kind, kind.type.print(bits, kind.bits))
}

/**
 * Something of a packet, or several side by side, and what is computed of it. A map behind it gives values of the
 * kinds `data`, and by default of the key's own.
 */
export const operand = (cursor: Cursor, data?: ReadonlyArray<Kind> | 'no map'): Operand => {
  const first = computation(cursor)
  const parts = [first]
  while (cursor.accept('.')) parts.push(computation(cursor))
  const key: Operand = parts.length === 1 ? first : { kind: 'concatenation', parts }
  if (data === 'no map' || !cursor.accept('map')) return key
  const kinds = kindsOf(key)
  return { kind: 'lookup', key, map: setOf(cursor, kinds, inner => values(inner, data ?? kinds)) }
}

/** A value in the spelling of nft, of a word, number or whatever a template puts in. */
const spelled = (cursor: Cursor, kind: Kind, token: Token): string => {
  if ((token.text === 'exists' || token.text === 'missing') && ofRoute(kind)) {
    // The index of no link is 0.
    if (token.text === 'missing' && kind.type.name === 'iface_index') return '0'
    return cursor.fail(`${token.text} is no name of a link: it stands by itself, fib … ${token.text}`, token)
  }
  const given = token.kind === 'interpolated' ? token.value : token.text
  if (typeof given === 'object' || given === undefined)
    return cursor.fail(`expected one ${kind.type.name}, not ${describeToken(token)}`, token)
  return canonical(kind, String(given), token.kind === 'string') ?? wrongValue(cursor, kind, token)
}

const ofRoute = ({ of, type }: Kind): boolean =>
  of?.kind === 'asked' && of.name.startsWith('fib ') && ['iface_index', 'ifname'].includes(type.name)

/** Whether there is a route, if that is asked next. */
export const presence = (cursor: Cursor, left: Operand): Operand =>
  left.kind === 'asked' && (cursor.is('exists') || cursor.is('missing')) && kindsOf(left).every(ofRoute)
    ? asked(`${left.name} exists`)
    : left

const wrongValue = (cursor: Cursor, kind: Kind, token: Token): never => {
  const given = token.kind === 'interpolated' ? String(token.value) : token.text
  const names = Object.keys(kind.type.symbols)
  return cursor.fail(misfit(kind, given, describeToken(token)), token, names.join(' | ') || kind.type.name)
}

const interfacePattern = /^[^\s/"*]{1,15}$/

/** What nft would print for it; undefined if it is no such value. */
export const canonical = (kind: Kind, given: string, quoted = false): string | undefined => {
  const { type, bits } = kind
  if (type.name === 'iface_index')
    return /^\d{1,10}$/.test(given) && !quoted
      ? given
      : interfacePattern.test(given)
        ? `"${given}"`
        : undefined
  if (type.order === 'text') {
    if (given.includes('"') || given === '') return undefined
    // A star at the end stands for whatever follows, if it is a name of an interface.
    return Buffer.byteLength(given.replace(/\*$/, '')) < bits / 8 ? `"${given}"` : undefined
  }
  const value = numberOf(kind, given)
  return value === undefined ? undefined : type.print(value, bits)
}

/** One value, maybe several of a flag's names in the place of one. */
const single = (cursor: Cursor, kind: Kind): Operand => {
  const token = cursor.next()
  return asFlags(kind, spelled(cursor, kind, token))
}

/** A number of several bits is a list of their names. */
const asFlags = (kind: Kind, value: string): Operand => {
  if (!kind.type.flags || !value.startsWith('0x')) return { kind: 'value', value }
  const names = flagNames(kind.type, BigInt(value))
  return names === undefined || names.length < 2 ? { kind: 'value', value } : { kind: 'flags', flags: names }
}

/** Several flags, any of which will do, or one constant. */
const alternatives = (cursor: Cursor, kind: Kind): Operand => {
  let found = constant(cursor, kind)
  while (kind.type.flags && cursor.is(',')) {
    const token = cursor.next()
    found = folded(cursor, kind, '|', found, constant(cursor, kind), token)
  }
  return found
}

const isPrefixable = ({ type }: Kind): boolean =>
  ['ipv4_addr', 'ipv6_addr', 'ether_addr', 'mark', 'devgroup'].includes(type.name)

/** A value, range or network of one kind. */
const constantOf = (cursor: Cursor, kind: Kind, commas: boolean): Operand => {
  const token = cursor.peek()
  if (token.kind === 'interpolated' && typeof token.value === 'string') {
    const [, first = '', length] = /^(.*)\/(\d{1,3})$/.exec(token.value) ?? []
    if (length !== undefined && isPrefixable(kind)) {
      cursor.next()
      return prefix(
        cursor,
        kind,
        canonical(kind, first) ?? wrongValue(cursor, kind, token),
        Number(length),
        token
      )
    }
  }
  const first = commas ? alternatives(cursor, kind) : constant(cursor, kind)
  if (first.kind !== 'value') return first
  if (cursor.is('/') && isPrefixable(kind)) {
    cursor.next()
    return prefix(cursor, kind, first.value, cursor.number('the length of the prefix', kind.bits), token)
  }
  if (!cursor.is('-')) return first
  cursor.next()
  return rangeOf(cursor, kind, first, single(cursor, kind), token)
}

/** From one value to another. */
export const rangeOf = (
  cursor: Cursor,
  kind: Kind,
  first: Operand,
  second: Operand,
  token: Token
): Operand => {
  if (first.kind !== 'value' || second.kind !== 'value')
    return cursor.fail('a range goes from one value to another', token)
  const [from, to] = [first.value, second.value]
  const [low, high] = [numberOf(kind, from), numberOf(kind, to)]
  return low !== undefined && high !== undefined && backwards(kind, low, high)
    ? cursor.fail(`${from}-${to} ends before it begins`, token)
    : { kind: 'range', from, to }
}

const prefix = (cursor: Cursor, kind: Kind, address: string, length: number, token: Token): Operand => {
  if (length > kind.bits)
    return cursor.fail(`a ${kind.type.name} has ${kind.bits} bits, not ${length}`, token)
  if (length === kind.bits) return { kind: 'value', value: address }
  const value = kind.type.parse(address) ?? 0n
  const host = BigInt(kind.bits - length)
  return { kind: 'prefix', address: kind.type.print((value >> host) << host, kind.bits), length }
}

/** Constants of these kinds side by side; where commas separate nothing else, flags may stand between them. */
export const values = (cursor: Cursor, kinds: ReadonlyArray<Kind>, commas = false): Operand => {
  const [only] = kinds
  if (kinds.length === 1) return constantOf(cursor, only as Kind, commas)
  const parts = kinds.map((kind, n) => {
    if (n > 0) cursor.expect('.')
    return constantOf(cursor, kind, commas)
  })
  return { kind: 'concatenation', parts }
}

/** An element of a set of such keys; `data` parses what a map gives. */
export const element = (
  cursor: Cursor,
  kinds: ReadonlyArray<Kind>,
  data?: (cursor: Cursor) => Operand | Verdict
): Element => {
  const key: Operand = cursor.accept('*') ? { kind: 'any' } : values(cursor, kinds)
  const more = elementDetails(cursor)
  if (data === undefined) return { key, ...more }
  cursor.expect(':')
  const given = data(cursor)
  return { key, data: given, ...more, ...elementDetails(cursor) }
}

const noElements = 'a set without elements has nothing to look up'

/** A list in a hole: keys, each of them one value. */
const listed = (cursor: Cursor, kinds: ReadonlyArray<Kind>): ReadonlyArray<Element> => {
  const token = cursor.next()
  const [kind] = kinds
  if (kinds.length !== 1 || kind === undefined)
    return cursor.fail('a list can stand for keys of one part only', token)
  return (token.value as ReadonlyArray<Interpolated>).map(each => {
    const text = String(each)
    const [, first = '', length] = (isPrefixable(kind) ? /^(.*)\/(\d{1,3})$/.exec(text) : null) ?? []
    const value =
      canonical(kind, length === undefined ? text : first) ??
      cursor.fail(`${JSON.stringify(text)} is no ${kind.type.name}`, token)
    return {
      key: length === undefined ? asFlags(kind, value) : prefix(cursor, kind, value, Number(length), token)
    }
  })
}

export const isList = (cursor: Cursor): boolean => {
  const { kind, value } = cursor.peek()
  return kind === 'interpolated' && Array.isArray(value)
}

/** A set by its name, or its elements. */
export const setOf = (
  cursor: Cursor,
  kinds: ReadonlyArray<Kind>,
  data?: (cursor: Cursor) => Operand | Verdict
): Elements | Named => {
  const token = cursor.peek()
  if (token.kind === 'reference') {
    cursor.next()
    return { kind: 'named', name: token.text }
  }
  if (token.kind === 'interpolated' && typeof token.value === 'object' && 'set' in token.value) {
    cursor.next()
    return { kind: 'named', name: token.value.set }
  }
  const all = elements(cursor, kinds, data)
  return all.length === 0 ? cursor.fail(noElements, token) : { kind: 'elements', elements: all }
}

/** `{ … }`, or a list in its place; a list between the braces is several of them. */
export const elements = (
  cursor: Cursor,
  kinds: ReadonlyArray<Kind>,
  data?: (cursor: Cursor) => Operand | Verdict
): ReadonlyArray<Element> => {
  if (isList(cursor)) return listed(cursor, kinds)
  cursor.expect('{')
  const all: Array<Element> = []
  skipLines(cursor)
  while (!cursor.is('}')) {
    if (isList(cursor)) for (const each of listed(cursor, kinds)) all.push(each)
    else all.push(element(cursor, kinds, data))
    skipLines(cursor)
    if (!cursor.accept(',')) break
    skipLines(cursor)
  }
  cursor.expect('}')
  return all
}

export const skipLines = (cursor: Cursor): void => {
  while (cursor.peek().kind === 'newline') cursor.next()
}

export const isSet = (cursor: Cursor): boolean => {
  const { kind, value } = cursor.peek()
  return cursor.is('{') || kind === 'reference' || (kind === 'interpolated' && typeof value === 'object')
}
