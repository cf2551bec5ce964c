import type { Data } from '../../../protocol/nftables/data'
import { NFT_REG } from '../../../protocol/nftables/data'
import type { Expression } from '../../../protocol/nftables/expression'
import { NFT_CMP } from '../../../protocol/nftables/expression/cmp'
import { NF_CT_STATE, NFT_CT } from '../../../protocol/nftables/expression/ct'
import { NFT_FIB_RESULT, NFTA_FIB_F } from '../../../protocol/nftables/expression/fib'
import { NFT_LOOKUP_F } from '../../../protocol/nftables/expression/lookup'
import { NFT_META } from '../../../protocol/nftables/expression/meta'
import { NFT_PAYLOAD } from '../../../protocol/nftables/expression/payload'
import { NFT_RANGE } from '../../../protocol/nftables/expression/range'
import { addressBytes, hostBytes, nameBytes, portBytes, protocols } from '../../nftables'
import { iptablesMatch } from './iptables'
import { type Match, type Packet, when } from './packet'

/** What a set holds for a key; undefined where we do not know. */
export type LookUp = (
  set: string,
  /** The first bytes of the registers from the key's on, as many as are known. */
  key: (length: number) => Uint8Array | undefined
) => { readonly held: boolean; readonly data?: Data } | undefined

/** A register: 4 bytes each, as the kernel has them; undefined where we do not know. */
export type Registers = Map<number, Uint8Array>

/** Registers of 16 bytes are four of the others. */
const first = (register: number): number => (register >= 8 ? register - 8 : (register - 1) * 4)

/** All of them together. NFT_REG32_COUNT */
const wordsOfRegisters = 16

const load = (
  registers: Registers,
  dreg: number | undefined,
  value: Uint8Array | undefined,
  size = 16
): void => {
  if (dreg === undefined || dreg === NFT_REG.VERDICT) return
  const words = Math.min(wordsOfRegisters, Math.ceil((value?.length ?? size) / 4))
  for (let n = 0; n < words; n++) {
    const word = value?.slice(n * 4, n * 4 + 4)
    if (word === undefined) registers.delete(first(dreg) + n)
    // The rest of a register's last word is zero.
    else
      registers.set(
        first(dreg) + n,
        Uint8Array.from({ length: 4 }, (_, at) => word[at] ?? 0)
      )
  }
}

const read = (registers: Registers, sreg: number | undefined, length: number): Uint8Array | undefined => {
  const bytes: Array<number> = []
  for (let n = 0; n * 4 < length; n++) {
    const word = registers.get(first(sreg ?? 1) + n)
    if (word === undefined) return undefined
    bytes.push(...word)
  }
  return Uint8Array.from(bytes.slice(0, length))
}

const NFPROTO = { ip: 2, ip6: 10 } as const
/** ETH_P_* <linux/if_ether.h> */
const etherTypes = { ip: [0x08, 0x00], ip6: [0x86, 0xdd] } as const
const IPS_DST_NAT = 32
const RTN_LOCAL = 2

const protocolByte = ({ protocol }: Packet): ReadonlyArray<number> | undefined =>
  protocol === undefined ? undefined : [protocols[protocol]]

const nameOf = (name: string | undefined): Uint8Array | undefined =>
  name === undefined ? undefined : nameBytes(name)

const metaOf = (packet: Packet, key: number | undefined): Uint8Array | undefined => {
  switch (key) {
    case NFT_META.IIFNAME:
      return nameOf(packet.iifname)
    case NFT_META.OIFNAME:
      return nameOf(packet.oifname)
    case NFT_META.BRI_IIFNAME:
      return nameOf(packet.ibrname)
    case NFT_META.BRI_OIFNAME:
      return nameOf(packet.obrname)
    case NFT_META.NFPROTO:
      return Uint8Array.of(NFPROTO[packet.family])
    case NFT_META.PROTOCOL:
      return Uint8Array.from(etherTypes[packet.family])
    case NFT_META.L4PROTO: {
      const byte = protocolByte(packet)
      return byte && Uint8Array.from(byte)
    }
    default:
      return undefined
  }
}

const connectionOf = ({ state, dnat }: Packet, key: number | undefined): Uint8Array | undefined => {
  if (state === undefined) return undefined
  if (key === NFT_CT.STATE) return hostBytes(state === 'new' ? NF_CT_STATE.NEW : NF_CT_STATE.ESTABLISHED)
  return key === NFT_CT.STATUS ? hostBytes(dnat === true ? IPS_DST_NAT : 0) : undefined
}

/** Where a header has what we may know of it. <linux/ip.h>, <linux/ipv6.h> */
const headers = { ip: { protocol: 9, destination: 16 }, ip6: { protocol: 6, destination: 24 } } as const
const portAt = 2

/** Bytes of a header, if all of them are known. */
const headerBytes = (
  packet: Packet,
  base: number | undefined,
  offset: number,
  length: number
): Uint8Array | undefined => {
  const { protocol, destination } = headers[packet.family]
  const fields: ReadonlyArray<readonly [at: number, value: ArrayLike<number> | undefined]> =
    base === NFT_PAYLOAD.NETWORK_HEADER
      ? [
          [protocol, protocolByte(packet)],
          [destination, packet.destination === undefined ? undefined : addressBytes(packet.destination)]
        ]
      : base === NFT_PAYLOAD.TRANSPORT_HEADER
        ? [[portAt, packet.port === undefined ? undefined : portBytes(packet.port)]]
        : []
  const [field] = fields.filter(
    ([at, value]) => value !== undefined && offset >= at && offset + length <= at + value.length
  )
  return field?.[1] === undefined
    ? undefined
    : Uint8Array.from({ length }, (_, n) => field[1]?.[offset - field[0] + n] ?? 0)
}

const fibOf = (
  { local }: Packet,
  { result, flags = 0 }: { readonly result?: number; readonly flags?: number }
): Uint8Array | undefined =>
  local === true && result === NFT_FIB_RESULT.ADDRTYPE && (flags & NFTA_FIB_F.DADDR) !== 0
    ? hostBytes(RTN_LOCAL)
    : undefined

/** What a comparison is to give: less, equal, or more. */
const compared = (order: number, op: number | undefined): Match => {
  switch (op) {
    case NFT_CMP.EQ:
      return when(order === 0)
    case NFT_CMP.NEQ:
      return when(order !== 0)
    case NFT_CMP.LT:
      return when(order < 0)
    case NFT_CMP.LTE:
      return when(order <= 0)
    case NFT_CMP.GT:
      return when(order > 0)
    case NFT_CMP.GTE:
      return when(order >= 0)
    default:
      return 'maybe'
  }
}

/** An expression's part in a rule: whether the rule goes on, and where a look-up decides, what it gives. */
export interface Meeting {
  readonly match: Match
  readonly verdict?: Data['verdict']
}

const looked = (
  { set = '', sreg, dreg, flags = 0 }: NonNullable<Extract<Expression, { name: 'lookup' }>['data']>,
  registers: Registers,
  lookUp: LookUp
): Meeting => {
  const found = lookUp(set, length => read(registers, sreg, length))
  if (dreg !== undefined) load(registers, dreg, found?.data?.value)
  if (found === undefined) return { match: 'maybe' }
  const match = when(found.held !== ((flags & NFT_LOOKUP_F.INV) !== 0))
  const verdict = dreg === NFT_REG.VERDICT ? found.data?.verdict : undefined
  return { match, ...(verdict !== undefined && { verdict }) }
}

/** What an expression makes of the packet, and of the registers. */
export const meet = (
  expression: Expression,
  packet: Packet,
  registers: Registers,
  lookUp: LookUp
): Meeting => {
  switch (expression.name) {
    case 'meta':
      load(registers, expression.data?.dreg, metaOf(packet, expression.data?.key))
      return { match: 'yes' }
    case 'ct':
      load(registers, expression.data?.dreg, connectionOf(packet, expression.data?.key))
      return { match: 'yes' }
    case 'fib':
      load(registers, expression.data?.dreg, fibOf(packet, expression.data ?? {}))
      return { match: 'yes' }
    case 'payload': {
      const { dreg, base, offset = 0, len = 0 } = expression.data ?? {}
      load(registers, dreg, headerBytes(packet, base, offset, len), len)
      return { match: 'yes' }
    }
    case 'immediate':
      load(registers, expression.data?.dreg, expression.data?.data?.value)
      return { match: 'yes' }
    case 'bitwise': {
      const { sreg, dreg, len = 4, mask, xor } = expression.data ?? {}
      const value = read(registers, sreg, len)
      const known = value !== undefined && mask?.value !== undefined && xor?.value !== undefined
      load(
        registers,
        dreg,
        known ? value.map((byte, n) => (byte & (mask.value?.[n] ?? 0)) ^ (xor.value?.[n] ?? 0)) : undefined,
        len
      )
      return { match: 'yes' }
    }
    case 'cmp': {
      const { sreg, op, data } = expression.data ?? {}
      const known = data?.value && read(registers, sreg, data.value.length)
      return data?.value === undefined || known === undefined
        ? { match: 'maybe' }
        : { match: compared(Buffer.compare(known, data.value), op) }
    }
    case 'range': {
      const { sreg, op, fromData, toData } = expression.data ?? {}
      const known = fromData?.value && read(registers, sreg, fromData.value.length)
      if (fromData?.value === undefined || toData?.value === undefined || known === undefined)
        return { match: 'maybe' }
      const lies = Buffer.compare(known, fromData.value) >= 0 && Buffer.compare(known, toData.value) <= 0
      return { match: when(lies === (op === NFT_RANGE.EQ)) }
    }
    case 'lookup':
      return looked(expression.data ?? {}, registers, lookUp)
    case 'match':
      return { match: iptablesMatch(packet, expression.data ?? {}) }
    case 'counter':
    case 'log':
    case 'notrack':
      return { match: 'yes' }
    default: {
      const data: { readonly dreg?: unknown } | undefined =
        'data' in expression ? (expression.data as object) : undefined
      if (typeof data?.dreg !== 'number') return { match: 'maybe' }
      load(registers, data.dreg, undefined)
      return { match: 'yes' }
    }
  }
}
