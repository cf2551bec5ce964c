import { littleEndian } from '../../protocol'
import { NFT_CT } from '../../protocol/nftables/expression/ct'
import { NFT_EXTHDR_OP } from '../../protocol/nftables/expression/exthdr'
import { NFT_HASH } from '../../protocol/nftables/expression/hash'
import { type Base, bases, headerOf, headers, rawName } from './header'
import type { Kind } from './kind'
import { type OptionKind, optionKinds, optionName, optionOf } from './option'
import { nameOf, type Primary, primaryOf } from './primary'
import type { Hash, Operand } from './syntax'

/** Kinds of expressions by nft's own numbers. nft's <expression.h> */
const EXPR = {
  VERDICT: 1,
  PAYLOAD: 7,
  EXTHDR: 8,
  META: 9,
  SOCKET: 10,
  OSF: 11,
  CT: 12,
  CONCAT: 13,
  NUMGEN: 23,
  HASH: 24,
  RT: 25,
  FIB: 26,
  XFRM: 27
} as const

/** Headers by nft's own numbers. nft's <proto.h> */
const headerNumbers: { readonly [header: string]: number } = {
  ah: 1,
  esp: 2,
  comp: 3,
  icmp: 4,
  igmp: 5,
  udp: 6,
  udplite: 7,
  tcp: 8,
  dccp: 9,
  sctp: 10,
  th: 11,
  ip: 12,
  ip6: 13,
  icmpv6: 14,
  arp: 15,
  vlan: 16,
  ether: 17
}

/** Members by nft's own numbers, where those are not their order: it has a second name for one. */
const fieldNumbers: { readonly [header: string]: ReadonlyArray<number> } = {
  vlan: [1, 2, 4, 5],
  igmp: [1, 3, 2, 4]
}

const fieldNumber = (header: string, index: number): number => fieldNumbers[header]?.[index] ?? index + 1

/** Extension headers of IPv6 by nft's own numbers; options go by those that they have. nft's <exthdr.h> */
const extensionNumbers: { readonly [extension: string]: number } = {
  hbh: 1,
  rt: 2,
  rt0: 3,
  srh: 5,
  frag: 6,
  dst: 7,
  mh: 8
}

const optionNumber = ({ op, name, number }: OptionKind): number =>
  op === NFT_EXTHDR_OP.IPV6 ? (extensionNumbers[name] ?? 0) : number

/** Members by nft's own numbers, where those are not their order. */
const optionFieldNumbers: { readonly [option: string]: ReadonlyArray<number> } = {
  rt0: [2, 3],
  'tcp option sack1': [0, 4, 5],
  'tcp option sack2': [0, 6, 7],
  'tcp option sack3': [0, 8, 9],
  'ip option rr': [1, 2, 4, 5],
  'ip option lsrr': [1, 2, 4, 5],
  'ip option ssrr': [1, 2, 4, 5]
}

/** Where nft begins to count. */
const firstFields: { readonly [op: number]: number } = {
  [NFT_EXTHDR_OP.IPV6]: 1,
  [NFT_EXTHDR_OP.TCPOPT]: 0,
  [NFT_EXTHDR_OP.IPV4]: 1,
  [NFT_EXTHDR_OP.SCTP]: 0
}

const optionFieldNumber = ({ prefix, name, op }: OptionKind, index: number): number =>
  optionFieldNumbers[`${prefix}${name}`]?.[index] ?? index + (firstFields[op] ?? 0)

/** What `nft` keeps to print `typeof`. */
export interface Typeof {
  readonly expr?: number
  readonly data?: Uint8Array
}

const record = (type: number, value: Uint8Array): Uint8Array => Uint8Array.of(type, value.length, ...value)

const number = (type: number, value: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, littleEndian)
  return record(type, bytes)
}

const join = (parts: ReadonlyArray<Uint8Array>): Uint8Array =>
  Uint8Array.from(parts.flatMap(part => [...part]))

const recordsIn = (bytes: Uint8Array): ReadonlyMap<number, Uint8Array> => {
  const found = new Map<number, Uint8Array>()
  for (let at = 0; at + 2 <= bytes.length; at += 2 + (bytes[at + 1] ?? 0))
    found.set(bytes[at] ?? 0, bytes.subarray(at + 2, at + 2 + (bytes[at + 1] ?? 0)))
  return found
}

const numberIn = (bytes: Uint8Array | undefined): number =>
  bytes === undefined || bytes.length !== 4
    ? -1
    : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, littleEndian)

const directionless = 0xffffffff

/** A record for each number, the type of the first one 0. */
const numbers = (values: ReadonlyArray<number | undefined>): Uint8Array =>
  join(values.flatMap((value, type) => (value === undefined ? [] : [number(type, value)])))

/** Raw bits that are a port have its name. */
const namedPayload = (payload: NonNullable<Primary['payload']>): NonNullable<Primary['payload']> => {
  const { header, field, place } = payload
  const port = header !== undefined || place.base !== 'transport' ? undefined : headerOf('th')
  const named = port?.fields.find(({ offset, bits }) => offset === field.offset && bits === field.bits)
  return named === undefined ? payload : { header: port, field: named, place }
}

const payloadData = (payload: NonNullable<Primary['payload']>): Uint8Array => {
  const { header, field, place } = namedPayload(payload)
  const known = header === undefined ? 0 : (headerNumbers[header.name] ?? 0)
  const index = header === undefined ? -1 : header.fields.findIndex(({ name }) => name === field.name)
  return numbers([
    known,
    header === undefined ? 0 : fieldNumber(header.name, index),
    header === undefined ? bases[place.base] + 1 : undefined,
    header === undefined ? field.offset : undefined,
    field.type.bits === 0 ? field.bits : undefined
  ])
}

/** Bits of an option by the name of what they are. */
const namedOption = (name: string): ReturnType<typeof optionOf> => {
  const found = optionOf(name)
  if (found?.field === undefined) return found
  const { kind, field } = found
  return optionOf(optionName(kind.op, kind.number, field.offset, field.bits) ?? name)
}

/** Whether there is an option is what its first member says; of extension headers that would be what comes next. */
const optionData = (name: string): Uint8Array | undefined => {
  const found = namedOption(name)
  if (found === undefined) return undefined
  const { kind, field } = found
  const index = kind.fields.findIndex(each => each.name === field?.name)
  if (index < 0 && (field !== undefined || kind.op === NFT_EXTHDR_OP.IPV6)) return undefined
  return numbers([
    optionNumber(kind),
    optionFieldNumber(kind, Math.max(index, 0)),
    kind.op === NFT_EXTHDR_OP.IPV6 ? undefined : kind.op
  ])
}

/** What is hashed is not kept. */
const hashData = (type: number, { modulus, seed, offset = 0 }: Omit<Hash, 'kind' | 'of'>): Uint8Array =>
  numbers([type, offset, modulus, seed ?? 0, seed === undefined ? 0 : 1])

/** What nft keeps for the data of a verdict map: it looks at what it keeps for the keys only if there is something. */
export const typeofVerdict: Required<Typeof> = { expr: EXPR.VERDICT, data: new Uint8Array(0) }

/** Ports of connections have no size for nft but beside a protocol: only definitions of sets can name them. */
const isSized = (kept: Required<Typeof> | undefined): boolean => {
  const key = kept?.expr === EXPR.CT ? numberIn(recordsIn(kept.data).get(0)) : undefined
  return key !== NFT_CT.PROTO_SRC && key !== NFT_CT.PROTO_DST
}

/** Kinds as a set of a rule's own may tell of them. */
export const ownKinds = (kinds: ReadonlyArray<Kind>): ReadonlyArray<Kind> =>
  kinds.every(({ of }) => of === undefined || isSized(typeofData(of)))
    ? kinds
    : kinds.map(({ of: _, ...kind }) => kind)

/** What nft keeps for operands side by side, if there is one that told of each kind. */
export const typeofKinds = (kinds: ReadonlyArray<Kind>): Required<Typeof> | undefined => {
  const parts = kinds.flatMap(({ of }) => of ?? [])
  if (parts.length < kinds.length) return undefined
  const [only] = parts
  return parts.length === 1 && only !== undefined
    ? typeofData(only)
    : typeofData({ kind: 'concatenation', parts })
}

/** What nft keeps for an operand; undefined if it has no way to. */
export const typeofData = (operand: Operand): Required<Typeof> | undefined => {
  if (operand.kind === 'concatenation') {
    const parts = operand.parts.map(typeofData)
    return parts.some(part => part === undefined || !isSized(part))
      ? undefined
      : {
          expr: EXPR.CONCAT,
          data: join(
            parts.map((part, n) =>
              record(n, join([number(0, part?.expr ?? 0), record(1, part?.data ?? new Uint8Array(0))]))
            )
          )
        }
  }
  if (operand.kind === 'hash') return { expr: EXPR.HASH, data: hashData(NFT_HASH.JENKINS, operand) }
  if (operand.kind !== 'asked') return undefined
  const primary = primaryOf(operand.name)
  const payload = primary?.payload
  if (payload !== undefined) return { expr: EXPR.PAYLOAD, data: payloadData(payload) }
  const expression = primary?.load(1)
  switch (expression?.name) {
    case 'meta':
      return { expr: EXPR.META, data: number(0, expression.data?.key ?? 0) }
    case 'ct': {
      const { key = 0, direction = directionless } = expression.data ?? {}
      return { expr: EXPR.CT, data: numbers([key, direction]) }
    }
    case 'rt':
      return { expr: EXPR.RT, data: number(0, expression.data?.key ?? 0) }
    case 'socket':
      return {
        expr: EXPR.SOCKET,
        data: join([number(0, expression.data?.key ?? 0), number(1, expression.data?.level ?? 0)])
      }
    case 'fib':
      return {
        expr: EXPR.FIB,
        data: join([number(0, expression.data?.result ?? 0), number(1, expression.data?.flags ?? 0)])
      }
    case 'exthdr': {
      const data = optionData(operand.name)
      return data === undefined ? undefined : { expr: EXPR.EXTHDR, data }
    }
    case 'osf':
      return { expr: EXPR.OSF, data: new Uint8Array(0) }
    case 'numgen': {
      const { type = 0, modulus = 0, offset = 0 } = expression.data ?? {}
      return { expr: EXPR.NUMGEN, data: numbers([type, modulus, offset]) }
    }
    case 'hash': {
      const { modulus = 0, offset = 0 } = expression.data ?? {}
      return { expr: EXPR.HASH, data: hashData(NFT_HASH.SYM, { modulus, offset }) }
    }
    case 'xfrm': {
      const { key = 0, spnum = 0, dir = 0 } = expression.data ?? {}
      return { expr: EXPR.XFRM, data: numbers([key, spnum, dir]) }
    }
    default:
      return undefined
  }
}

const asked = (name: string | undefined): Operand | undefined =>
  name === undefined ? undefined : { kind: 'asked', name }

type Records = ReadonlyMap<number, Uint8Array>

const rawKept = (records: Records): string | undefined => {
  const base = (Object.keys(bases) as ReadonlyArray<Base>).find(
    each => bases[each] + 1 === numberIn(records.get(2))
  )
  return base === undefined ? undefined : rawName(base, numberIn(records.get(3)), numberIn(records.get(4)))
}

const payloadKept = (records: Records): string | undefined => {
  const of = headers.find(({ name }) => headerNumbers[name] === numberIn(records.get(0)))
  if (of === undefined) return rawKept(records)
  const field = of.fields.find((_, index) => fieldNumber(of.name, index) === numberIn(records.get(1)))
  return field === undefined ? undefined : `${of.name} ${field.name}`
}

const optionKept = (records: Records): string | undefined => {
  const kept = records.get(2)
  const op = kept === undefined ? NFT_EXTHDR_OP.IPV6 : numberIn(kept)
  for (const kind of optionKinds) {
    if (kind.op !== op || optionNumber(kind) !== numberIn(records.get(0))) continue
    const field = kind.fields.find((_, index) => optionFieldNumber(kind, index) === numberIn(records.get(1)))
    if (field !== undefined) return `${kind.prefix}${kind.name} ${field.name}`
  }
  return undefined
}

/** The operand that nft kept. */
export const typeofOperand = ({ expr, data = new Uint8Array(0) }: Typeof): Operand | undefined => {
  const records = recordsIn(data)
  const first = numberIn(records.get(0))
  const second = numberIn(records.get(1))
  switch (expr) {
    case EXPR.PAYLOAD:
      return asked(payloadKept(records))
    case EXPR.EXTHDR:
      return asked(optionKept(records))
    case EXPR.META:
      return asked(nameOf({ name: 'meta', data: { key: first } }))
    case EXPR.CT:
      return asked(
        nameOf({
          name: 'ct',
          data: { key: first, ...(second >= 0 && second < 2 && { direction: second }) }
        })
      )
    case EXPR.RT:
      return asked(nameOf({ name: 'rt', data: { key: first } }))
    case EXPR.SOCKET:
      return asked(nameOf({ name: 'socket', data: { key: first, level: second } }))
    case EXPR.FIB:
      return asked(nameOf({ name: 'fib', data: { result: first, flags: second } }))
    case EXPR.OSF:
      return asked('osf name')
    case EXPR.NUMGEN:
      return asked(
        nameOf({ name: 'numgen', data: { type: first, modulus: second, offset: numberIn(records.get(2)) } })
      )
    case EXPR.HASH: {
      const modulus = numberIn(records.get(2))
      return asked(nameOf({ name: 'hash', data: { type: first, modulus, offset: second } }))
    }
    case EXPR.XFRM:
      return asked(
        nameOf({ name: 'xfrm', data: { key: first, spnum: second, dir: numberIn(records.get(2)) } })
      )
    case EXPR.CONCAT: {
      const parts = [...records.values()].map(each => {
        const inner = recordsIn(each)
        return typeofOperand({ expr: numberIn(inner.get(0)), data: inner.get(1) ?? new Uint8Array(0) })
      })
      return parts.length === 0 || parts.some(part => part === undefined)
        ? undefined
        : { kind: 'concatenation', parts: parts as ReadonlyArray<Operand> }
    }
    default:
      return undefined
  }
}
