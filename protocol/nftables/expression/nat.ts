import { attributes, be32 } from '../../definition'

/** `snat` and `dnat`. <linux/netfilter/nf_tables.h> */
export const nat = attributes('NFTA_NAT', {
  /** NFT_NAT.* */
  type: [1, be32],
  /** NFPROTO_* of the address. */
  family: [2, be32],
  /** The register of the address, or of the first one to choose from. */
  regAddrMin: [3, be32],
  regAddrMax: [4, be32],
  /** The register of the port, or of the first one to choose from. */
  regProtoMin: [5, be32],
  regProtoMax: [6, be32],
  /** NF_NAT_RANGE.* bits; the kernel adds those that the registers imply. */
  flags: [7, be32]
})

/** Which end of a connection is rewritten. <linux/netfilter/nf_tables.h> */
export const NFT_NAT = { SNAT: 0, DNAT: 1 } as const

/** How address and port are chosen. <linux/netfilter/nf_nat.h> */
export const NF_NAT_RANGE = {
  MAP_IPS: 0x1,
  PROTO_SPECIFIED: 0x2,
  /** `random` */
  PROTO_RANDOM: 0x4,
  /** A client always gets the same address: `persistent`. */
  PERSISTENT: 0x8,
  /** `fully-random` */
  PROTO_RANDOM_FULLY: 0x10,
  PROTO_OFFSET: 0x20,
  /** The host's part of the address is kept: `prefix to`. */
  NETMAP: 0x40
} as const
