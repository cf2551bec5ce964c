import { littleEndian as le } from '../../protocol'
import type { DATATYPE } from '../../protocol/nftables/datatype'
import type { Expression } from '../../protocol/nftables/expression'
import { NFT_CT } from '../../protocol/nftables/expression/ct'
import { NFT_FIB_RESULT, NFTA_FIB_F } from '../../protocol/nftables/expression/fib'
import { NFT_META } from '../../protocol/nftables/expression/meta'
import { NFT_PAYLOAD } from '../../protocol/nftables/expression/payload'
import { addressBytes } from '../ip/prefix'

/**
 * Something of a packet that a rule can load into a register and compare: `ip saddr`, `oifname`. Its datatype is the
 * number by which `nft` prints the values of a set.
 */
export interface Selector<A> {
  readonly text: string
  /** The datatype, as a set's definition names it. */
  readonly type: keyof typeof DATATYPE
  /** Bytes of the register. */
  readonly size: number
  readonly load: (dreg: number) => Expression
  /** The value as the register has it. */
  readonly bytes: (value: A) => Uint8Array
}

/** IPPROTO_*. <netinet/in.h> */
export const protocols = { icmp: 1, tcp: 6, udp: 17, ipv6Icmp: 58, sctp: 132 } as const
export type TransportProtocol = 'tcp' | 'udp' | 'sctp'

export { addressBytes }

/** A port in the order of the network, as sets and rules hold it. */
export const portBytes = (port: number): Uint8Array => Uint8Array.of(port >> 8, port & 0xff)

/** IFNAMSIZ bytes, zeros behind the name. <linux/if.h> */
export const nameBytes = (name: string): Uint8Array => {
  const bytes = new Uint8Array(16)
  bytes.set(new TextEncoder().encode(name).subarray(0, 15))
  return bytes
}

/** A number in the machine's own order, as the kernel's own values are. */
export const hostBytes = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, le)
  return bytes
}

const meta = <A>(
  text: string,
  key: number,
  type: keyof typeof DATATYPE,
  size: number,
  bytes: (value: A) => Uint8Array
): Selector<A> => ({
  text,
  type,
  size,
  bytes,
  load: dreg => ({ name: 'meta', data: { dreg, key } })
})

const payload = <A>(
  text: string,
  base: number,
  offset: number,
  size: number,
  type: keyof typeof DATATYPE,
  bytes: (value: A) => Uint8Array
): Selector<A> => ({
  text,
  type,
  size,
  bytes,
  load: dreg => ({ name: 'payload', data: { dreg, base, offset, len: size } })
})

export const iifname = meta('iifname', NFT_META.IIFNAME, 'ifname', 16, nameBytes)
export const oifname = meta('oifname', NFT_META.OIFNAME, 'ifname', 16, nameBytes)
export const l4proto = meta('meta l4proto', NFT_META.L4PROTO, 'inet_proto', 1, (value: TransportProtocol) =>
  Uint8Array.of(protocols[value])
)

const { NETWORK_HEADER, TRANSPORT_HEADER } = NFT_PAYLOAD

/** Addresses of a packet of one family, under the family's name in rules. */
export const addresses = {
  ip: {
    saddr: payload('ip saddr', NETWORK_HEADER, 12, 4, 'ipv4_addr', addressBytes),
    daddr: payload('ip daddr', NETWORK_HEADER, 16, 4, 'ipv4_addr', addressBytes)
  },
  ip6: {
    saddr: payload('ip6 saddr', NETWORK_HEADER, 8, 16, 'ipv6_addr', addressBytes),
    daddr: payload('ip6 daddr', NETWORK_HEADER, 24, 16, 'ipv6_addr', addressBytes)
  }
} as const

/** The port that tcp, udp and sctp all have in the same place. */
export const dport = payload('th dport', TRANSPORT_HEADER, 2, 2, 'inet_service', portBytes)

/** Kinds of a destination address for this host: RTN_LOCAL is 2. */
export const destinationType: Selector<number> = {
  text: 'fib daddr type',
  type: 'fib_addrtype',
  size: 4,
  bytes: hostBytes,
  load: dreg => ({ name: 'fib', data: { dreg, result: NFT_FIB_RESULT.ADDRTYPE, flags: NFTA_FIB_F.DADDR } })
}

/** NF_CT_STATE_* bits: invalid 1, established 2, related 4, new 8, untracked 64. */
export const ctState: Selector<number> = {
  text: 'ct state',
  type: 'ct_state',
  size: 4,
  bytes: hostBytes,
  load: dreg => ({ name: 'ct', data: { dreg, key: NFT_CT.STATE } })
}

/** IPS_* bits of <linux/netfilter/nf_conntrack_common.h>: dnat is 32. */
export const ctStatus: Selector<number> = {
  text: 'ct status',
  type: 'ct_status',
  size: 4,
  bytes: hostBytes,
  load: dreg => ({ name: 'ct', data: { dreg, key: NFT_CT.STATUS } })
}
