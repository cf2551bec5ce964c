/** Bytes that nobody promised to be a message, the same for the same seed. */
import { align, NLA_TYPE_MASK, type Policy, partsOf } from '../../protocol'
import { type AnyBody, type AnySet, forced } from './arbitrary'

/** Says a number from 0 to below `limit`. */
export type Random = (limit: number) => number

/** Mulberry32: small, fast, and good enough to break things with. */
export const random = (seed: number): Random => {
  let state = seed | 0
  return limit => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}

const oneOf = <A>(random: Random, items: ReadonlyArray<A>): A => items[random(items.length)] as A

export const bytes = (random: Random, length: number): Buffer => {
  const all = Buffer.alloc(length)
  for (let at = 0; at < length; at++) all[at] = random(3) === 0 ? random(4) : random(256)
  return all
}

interface Attribute {
  readonly type: number
  readonly payload: Buffer
}

const attributeBytes = ({ type, payload }: Attribute): Buffer => {
  const whole = Buffer.alloc(align(4 + payload.length))
  whole.writeUInt16LE((4 + payload.length) & 0xffff, 0)
  whole.writeUInt16LE(type, 2)
  payload.copy(whole, 4)
  return whole
}

const joined = (attributes: ReadonlyArray<Attribute>): Buffer => Buffer.concat(attributes.map(attributeBytes))

/** The attributes that the bytes are made of, if they are made of nothing else. */
const attributesIn = (all: Buffer): ReadonlyArray<Attribute> | undefined => {
  const found: Array<Attribute> = []
  for (let at = 0; at < all.length; ) {
    if (all.length - at < 4) return undefined
    const length = all.readUInt16LE(at)
    if (length < 4 || at + length > all.length) return undefined
    found.push({ type: all.readUInt16LE(at + 2), payload: all.subarray(at + 4, at + length) })
    at += align(length)
  }
  return found
}

/** A payload that a policy might take: nests as nests, everything else of a likely size. */
const payload = (random: Random, lazy: Policy<unknown>, depth: number): Buffer => {
  const policy = forced(lazy)
  const size = (policy as { readonly size?: number }).size
  if (size !== undefined) return bytes(random, random(8) === 0 ? random(size * 2) : size)
  if (depth <= 0) return bytes(random, random(12))
  switch (policy.type) {
    case 'nest': {
      const rows = Object.values((policy as AnySet).rows)
      return joined(Array.from({ length: random(4) }, () => oneOfRows(random, rows, depth - 1)))
    }
    case 'body':
      return body(random, policy as AnyBody, depth - 1)
    case 'list':
    case 'indexed':
    case 'numbered':
      return joined(
        Array.from({ length: random(4) }, (_, n) => ({
          type: random(4) === 0 ? random(0x10000) : n + random(2),
          payload: payload(random, partsOf(policy)[0] as Policy<unknown>, depth - 1)
        }))
      )
    case 'followed':
    case 'preceded':
    case 'records':
      return Buffer.concat(partsOf(policy).map(part => payload(random, part, depth - 1)))
    case 'many':
    case 'choice':
    case 'either': {
      const parts = partsOf(policy)
      return parts.length === 0 ? bytes(random, 4) : payload(random, oneOf(random, parts), depth)
    }
    case 'string':
      return Buffer.from(`${'eth0 vlan'.slice(random(9))}${random(4) === 0 ? '' : '\0'}`)
    case 'ip':
      return bytes(random, oneOf(random, [0, 4, 4, 4, 16, 16, 5]))
    default:
      return bytes(random, random(2) === 0 ? random(20) : 4 * random(8))
  }
}

const oneOfRows = (random: Random, rows: ReadonlyArray<AnySet['rows'][string]>, depth: number): Attribute => {
  const foreign = rows.length === 0 || random(8) === 0
  if (foreign) return { type: random(random(2) === 0 ? 0x40 : 0x10000), payload: bytes(random, random(12)) }
  const [number, policy] = oneOf(random, rows)
  const flags = random(6) === 0 ? random(4) << 14 : 0
  return { type: number | flags, payload: payload(random, policy, depth) }
}

const body = (random: Random, { header, attributes }: AnyBody, depth: number): Buffer => {
  const gap = Buffer.alloc(align(header.size) - header.size)
  return Buffer.concat([bytes(random, header.size), gap, payload(random, attributes, depth)])
}

const garbled = (random: Random, all: Buffer): Buffer => {
  const copy = Buffer.from(all)
  if (copy.length > 0) copy[random(copy.length)] = random(256)
  return copy
}

const payloadChanges: ReadonlyArray<(random: Random, payload: Buffer) => Buffer> = [
  (random, all) => all.subarray(0, random(all.length + 1)),
  (_, all) => all.subarray(0, Math.max(0, all.length - 1)),
  (random, all) => Buffer.concat([all, bytes(random, 1 + random(8))]),
  (random, all) => Buffer.concat([all, Buffer.alloc(1 + random(8))]),
  (random, all) => bytes(random, all.length),
  garbled,
  () => Buffer.alloc(0)
]

const attributeChanges: ReadonlyArray<
  (random: Random, attributes: ReadonlyArray<Attribute>) => ReadonlyArray<Attribute>
> = [
  (random, all) =>
    all.toSpliced(random(all.length + 1), 0, { type: random(0x10000), payload: bytes(random, random(9)) }),
  (random, all) => all.toSpliced(random(all.length), 1),
  (random, all) => [...all, ...all.slice(random(all.length))],
  (random, all) => all.toSpliced(random(all.length + 1), 0, oneOf(random, all)),
  (_, all) => all.toReversed(),
  (random, all) => changedOne(random, all, each => ({ ...each, type: each.type ^ (random(4) << 14) })),
  (random, all) => changedOne(random, all, each => ({ ...each, type: random(NLA_TYPE_MASK) })),
  (random, all) => changedOne(random, all, each => ({ ...each, payload: oneOf(random, all).payload })),
  (random, all) =>
    changedOne(random, all, each => ({
      ...each,
      payload: oneOf(random, payloadChanges)(random, each.payload)
    }))
]

const changedOne = (
  random: Random,
  all: ReadonlyArray<Attribute>,
  change: (attribute: Attribute) => Attribute
): ReadonlyArray<Attribute> => {
  const n = random(all.length)
  return all.with(n, change(all[n] as Attribute))
}

/** Changes one attribute, at any depth. */
const changedTree = (random: Random, all: Buffer): Buffer => {
  const attributes = attributesIn(all)
  if (attributes === undefined || attributes.length === 0) return oneOf(random, payloadChanges)(random, all)
  const deeper = random(2) === 0
  return joined(
    deeper
      ? changedOne(random, attributes, each => ({ ...each, payload: changedTree(random, each.payload) }))
      : oneOf(random, attributeChanges)(random, attributes)
  )
}

const wholeChanges: ReadonlyArray<(random: Random, all: Buffer) => Buffer> = [
  (random, all) => all.subarray(0, random(all.length + 1)),
  (random, all) => Buffer.concat([all, Buffer.alloc(1 + random(20))]),
  (random, all) => Buffer.concat([all, bytes(random, 1 + random(20))]),
  garbled
]

/** The encoding of a value, changed a little, as another sender or another kernel might write it. */
export const mutated = (random: Random, headerSize: number, encoded: Uint8Array): Buffer => {
  const start = align(headerSize)
  let all: Buffer = Buffer.from(encoded)
  for (let n = random(3); n >= 0; n--)
    all =
      random(6) === 0
        ? oneOf(random, wholeChanges)(random, all)
        : Buffer.concat([all.subarray(0, start), changedTree(random, all.subarray(start))])
  return all
}

/** Input for a definition, of any kind: nothing but noise, attributes at random, an encoding changed a little. */
export const input = (random: Random, policy: AnyBody, encodings: ReadonlyArray<Uint8Array>): Buffer => {
  switch (random(8)) {
    case 0:
      return bytes(random, random(80))
    case 1:
    case 2:
    case 3:
      return body(random, policy, 6)
    default:
      return mutated(random, policy.header.size, oneOf(random, encodings))
  }
}
