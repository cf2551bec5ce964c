import {
  align,
  type Bytes,
  bytesOf,
  chosen,
  littleEndian as le,
  lookUp,
  type Message,
  NLA_F_NESTED,
  type Policy,
  positions,
  type Scope
} from '../../protocol'
import { policyOfType } from '../../protocol/registry'
import {
  type AnyBody,
  type AnyFollowed,
  type AnyList,
  type AnyMany,
  type AnyPreceded,
  type AnyRecords,
  type AnySet,
  type Either,
  forced
} from './arbitrary'

/** Bytes taken apart as far as their policy goes. */
export type Tree =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** A header and the padding behind it; the length that it may say counts as padding too. */
  | { readonly kind: 'header'; readonly bytes: Buffer; readonly meaning: Buffer }
  | { readonly kind: 'parts'; readonly parts: ReadonlyArray<Tree> }
  /** Attributes: in a set their order means nothing, in a list it does. */
  | { readonly kind: 'set' | 'list'; readonly attributes: ReadonlyArray<Attribute>; readonly tail: Buffer }

interface Attribute {
  readonly type: number
  readonly payload: Tree
}

export const treeOf = (policy: Policy<unknown>, array: Uint8Array): Tree =>
  grow(policy, bytesOf(array), 0, array.length, undefined)

/** Text in which two encodings of one value are the same: sets in order, without NLA_F_NESTED and padding. */
export const canonical = (policy: Policy<unknown>, array: Uint8Array): string => textOf(treeOf(policy, array))

/** Each message of a datagram by itself: text that is the same for the same meaning. */
export const meanings = (messages: ReadonlyArray<Message>, bytes: Uint8Array): ReadonlyArray<string> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  return messages.map(({ type }) => {
    const length = view.getUint32(at, le)
    const payload = bytes.subarray(at + 16, at + length)
    at += align(length)
    const policy = policyOfType(type) as AnyBody | undefined
    return policy === undefined ? Buffer.from(payload).toString('hex') : canonical(policy, payload)
  })
}

/** The bytes again, with the attributes of each set from the highest number to the lowest. */
export const reversed = (policy: Policy<unknown>, array: Uint8Array): Buffer => reverse(treeOf(policy, array))

const textOf = (tree: Tree): string => {
  switch (tree.kind) {
    case 'bytes':
      return tree.bytes.toString('hex')
    case 'header':
      return tree.meaning.toString('hex')
    case 'parts':
      return tree.parts.map(textOf).join(' ')
    default: {
      const all = tree.attributes.map(({ type, payload }) => `${type & ~NLA_F_NESTED}:${textOf(payload)}`)
      const tail = tree.tail.toString('hex')
      return tree.kind === 'set' ? `{${all.sort()}}${tail}` : `[${all}]${tail}`
    }
  }
}

const reverse = (tree: Tree): Buffer => {
  switch (tree.kind) {
    case 'bytes':
    case 'header':
      return tree.bytes
    case 'parts':
      return Buffer.concat(tree.parts.map(reverse))
    default: {
      const all = tree.kind === 'set' ? tree.attributes.toSorted((a, b) => b.type - a.type) : tree.attributes
      return Buffer.concat([
        ...all.map(({ type, payload }) => attributeBytes(type, reverse(payload))),
        tree.tail
      ])
    }
  }
}

const attributeBytes = (type: number, payload: Buffer): Buffer => {
  const whole = Buffer.alloc(align(4 + payload.length))
  new Uint16Array(whole.buffer, whole.byteOffset, 2).set([4 + payload.length, type])
  payload.copy(whole, 4)
  return whole
}

const part = (bytes: Bytes, from: number, to: number): Buffer =>
  Buffer.from(bytes.array.buffer, bytes.array.byteOffset + from, Math.max(0, to - from))

const leaf = (bytes: Bytes, from: number, to: number): Tree => ({
  kind: 'bytes',
  bytes: part(bytes, from, to)
})

const read = (
  policy: Policy<unknown>,
  bytes: Bytes,
  from: number,
  to: number,
  scope: Scope | undefined
): unknown => {
  bytes.irregular = false
  return policy.read(bytes, from, to, scope)
}

const grow = (
  lazy: Policy<unknown>,
  bytes: Bytes,
  from: number,
  to: number,
  scope: Scope | undefined
): Tree => {
  const policy = forced(lazy)
  const value = read(policy, bytes, from, to, scope)
  if (value === undefined) return leaf(bytes, from, to)
  switch (policy.type) {
    case 'nest': {
      const { rows } = policy as AnySet
      const inner = { values: value as Scope['values'], outer: scope }
      return attributesTree('set', type => elementOf(rows, type & ~NLA_F_NESTED), bytes, from, to, inner)
    }
    case 'list':
    case 'indexed':
      return attributesTree('list', () => (policy as AnyList).of, bytes, from, to, scope)
    case 'body': {
      const { header, attributes } = policy as AnyBody
      const start = Math.min(from + align(header.size), to)
      const inner = { values: (value as { readonly header: Scope['values'] }).header, outer: scope }
      const fixed: Tree = {
        kind: 'header',
        bytes: part(bytes, from, start),
        meaning: part(bytes, from, Math.min(from + header.size, to))
      }
      return { kind: 'parts', parts: [fixed, grow(attributes, bytes, start, to, inner)] }
    }
    case 'records':
      return { kind: 'parts', parts: records(policy as AnyRecords, bytes, from, to, scope) }
    case 'followed': {
      const { header, of } = policy as AnyFollowed
      const middle = from + header.size
      return { kind: 'parts', parts: [leaf(bytes, from, middle), grow(of, bytes, middle, to, scope)] }
    }
    case 'preceded': {
      const { length, of } = policy as AnyPreceded
      const middle = from + (lookUp(scope, length) as number)
      return { kind: 'parts', parts: [leaf(bytes, from, middle), grow(of, bytes, middle, to, scope)] }
    }
    case 'numbered':
      return attributesTree('set', () => (policy as AnyList).of, bytes, from, to, scope)
    case 'choice':
      return grow(chosen(policy, scope) as Policy<unknown>, bytes, from, to, scope)
    case 'either': {
      const [first, second] = (policy as Either).forms
      const taken = read(first, bytes, from, to, scope) !== undefined && !bytes.irregular
      return grow(taken ? first : second, bytes, from, to, scope)
    }
    default:
      return leaf(bytes, from, to)
  }
}

const elementOf = (rows: AnySet['rows'], number: number): Policy<unknown> | undefined => {
  const policy = Object.values(rows).find(row => row[0] === number)?.[1]
  return policy?.type === 'many' ? (policy as AnyMany).of : policy
}

const attributesTree = (
  kind: 'set' | 'list',
  policyOf: (type: number) => Policy<unknown> | undefined,
  bytes: Bytes,
  from: number,
  to: number,
  scope: Scope | undefined
): Tree => {
  let after = from
  const attributes = positions(bytes, from, to).map(at => {
    const end = at + bytes.view.getUint16(at, le)
    const type = bytes.view.getUint16(at + 2, le)
    const policy = policyOf(type)
    after = Math.min(to, at + align(end - at))
    return {
      type,
      payload: policy === undefined ? leaf(bytes, at + 4, end) : grow(policy, bytes, at + 4, end, scope)
    }
  })
  return { kind, attributes, tail: Buffer.from(bytes.array.subarray(after, to)) }
}

const records = (
  { header, length, attributes }: AnyRecords,
  bytes: Bytes,
  from: number,
  to: number,
  scope: Scope | undefined
): ReadonlyArray<Tree> => {
  const parts: Array<Tree> = []
  for (let at = from; to - at >= header.size; ) {
    const values = header.readAt(bytes, at) as Scope['values']
    const size = values[length] as number
    const start = at + align(header.size)
    const meaning = Buffer.from(part(bytes, at, at + header.size))
    const offset = header.offsets[length] ?? 0
    meaning.fill(0, offset, offset + (header.members[length]?.size ?? 0))
    parts.push({ kind: 'header', bytes: part(bytes, at, start), meaning })
    parts.push(grow(attributes, bytes, start, at + size, { values, outer: scope }))
    at += align(size)
  }
  return parts
}
