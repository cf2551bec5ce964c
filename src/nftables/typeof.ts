import { littleEndian } from '../../protocol'
import { headers } from './header'
import { nameOf, primaryOf } from './primary'
import type { Operand } from './syntax'

/** Kinds of expressions by nft's own numbers. nft's <expression.h> */
const EXPR = { PAYLOAD: 7, META: 9, SOCKET: 10, OSF: 11, CT: 12, CONCAT: 13, RT: 25, FIB: 26 } as const

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

/** What nft keeps for an operand; undefined if it has no way to. */
export const typeofData = (operand: Operand): Required<Typeof> | undefined => {
  if (operand.kind === 'concatenation') {
    const parts = operand.parts.map(typeofData)
    return parts.some(part => part === undefined)
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
  if (operand.kind !== 'asked') return undefined
  const primary = primaryOf(operand.name)
  const of = primary?.payload?.header
  if (of !== undefined) {
    const index = of.fields.findIndex(({ name }) => name === primary?.payload?.field.name)
    return {
      expr: EXPR.PAYLOAD,
      data: join([number(0, headerNumbers[of.name] ?? 0), number(1, fieldNumber(of.name, index))])
    }
  }
  const expression = primary?.load(1)
  switch (expression?.name) {
    case 'meta':
      return { expr: EXPR.META, data: number(0, expression.data?.key ?? 0) }
    case 'ct':
      return {
        expr: EXPR.CT,
        data: join([
          number(0, expression.data?.key ?? 0),
          number(1, expression.data?.direction ?? directionless)
        ])
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
    default:
      return undefined
  }
}

const asked = (name: string | undefined): Operand | undefined =>
  name === undefined ? undefined : { kind: 'asked', name }

/** The operand that nft kept. */
export const typeofOperand = ({ expr, data = new Uint8Array(0) }: Typeof): Operand | undefined => {
  const records = recordsIn(data)
  const first = numberIn(records.get(0))
  const second = numberIn(records.get(1))
  switch (expr) {
    case EXPR.PAYLOAD: {
      const of = headers.find(({ name }) => headerNumbers[name] === first)
      const field = of?.fields.find((_, index) => fieldNumber(of.name, index) === second)
      return field === undefined ? undefined : asked(`${of?.name} ${field.name}`)
    }
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
