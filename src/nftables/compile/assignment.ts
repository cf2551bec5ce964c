import { NFT_EXTHDR_OP } from '../../../protocol/nftables/expression/exthdr'
import { NFT_PAYLOAD_CSUM, NFT_PAYLOAD_L4CSUM } from '../../../protocol/nftables/expression/payload'
import { encode, ones } from '../datatype'
import { bases } from '../header'
import type { Kind } from '../kind'
import { optionOf } from '../option'
import { type Primary, primaryOf } from '../primary'
import type { Operand } from '../syntax'
import { numberFor } from './constant'
import { need } from './dependency'
import { emit, fail, loadPayload, mask, type Program, register } from './program'
import { put } from './put'

/** `set`: changes a packet, or what the kernel keeps of it. */
export const assign = (program: Program, name: string, value: Operand): undefined => {
  const primary = primaryOf(name)
  if (primary === undefined) return fail(program, `${name} is nothing that a packet has`)
  const { payload, shift, bits, order, type } = primary
  const kind: Kind = { type, bits, order, of: { kind: 'asked', name } }
  need(program, primary)
  if (payload !== undefined) return assignPayload(program, payload, kind, shift, value)
  put(program, value, [kind], 0)
  if (primary.store === undefined) return fail(program, `${name} cannot be set`)
  emit(program, primary.store(register(0)))
}

/** Where the checksums of headers are, in bytes. */
const checksums: { readonly [header: string]: number } = {
  ip: 10,
  tcp: 16,
  udp: 6,
  icmp: 2,
  icmpv6: 2,
  igmp: 2
}

/** Checksums are over words of two bytes, so no single byte is written. */
const assignPayload = (
  program: Program,
  { header: of, place }: NonNullable<Primary['payload']>,
  kind: Kind,
  shift: number,
  value: Operand
): undefined => {
  const sum = checksums[of?.name ?? '']
  const widen = sum !== undefined && place.size === 1
  const offset = widen ? place.offset & ~1 : place.offset
  const size = widen ? 2 : place.size
  const behind = shift + (widen && place.offset % 2 === 0 ? 8 : 0)
  if (kind.bits < size * 8) {
    if (value.kind !== 'value' && value.kind !== 'flags')
      return fail(program, `${of?.name} ${kind.type.name} can be set to a constant only`)
    loadPayload(program, { base: place.base, offset, size })
    mask(
      program,
      0,
      size,
      encode(ones(size * 8) ^ (ones(kind.bits) << BigInt(behind)), size, 'network'),
      encode(numberFor(program, kind, value) << BigInt(behind), size, 'network')
    )
  } else put(program, value, [kind], 0)
  const pseudo = of?.base === 'network' && place.offset >= (of.name === 'ip' ? 12 : 8)
  emit(program, {
    name: 'payload',
    data: {
      sreg: register(0),
      base: bases[place.base],
      offset,
      len: size,
      csumType: sum === undefined ? NFT_PAYLOAD_CSUM.NONE : NFT_PAYLOAD_CSUM.INET,
      csumOffset: sum ?? 0,
      csumFlags: pseudo ? NFT_PAYLOAD_L4CSUM.PSEUDOHDR : 0
    }
  })
}

/** Takes an option of TCP out of the packet. */
export const resetOption = (program: Program, name: string): undefined => {
  const option = optionOf(name)
  if (option?.kind.op !== NFT_EXTHDR_OP.TCPOPT) return fail(program, `${name} is no option of TCP`)
  emit(program, { name: 'exthdr', data: { type: option.kind.number, op: option.kind.op } })
}
