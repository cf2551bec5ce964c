import { attributes, be32 } from '../../definition'

/** Loads bytes of the packet, or sets them: `ip saddr`, `ip ttl set 64`. <linux/netfilter/nf_tables.h> */
export const payload = attributes('NFTA_PAYLOAD', {
  dreg: [1, be32],
  /** NFT_PAYLOAD.*: where the offset counts from. */
  base: [2, be32],
  /** In bytes. */
  offset: [3, be32],
  /** In bytes. */
  len: [4, be32],
  /** In place of `dreg`: where to set them from. */
  sreg: [5, be32],
  /** NFT_PAYLOAD_CSUM.*: the checksum to put right. */
  csumType: [6, be32],
  /** Where it is, in bytes from the base. */
  csumOffset: [7, be32],
  /** NFT_PAYLOAD_L4CSUM.* bits. */
  csumFlags: [8, be32]
})

/** Headers of a packet. <linux/netfilter/nf_tables.h> */
export const NFT_PAYLOAD = {
  LL_HEADER: 0,
  NETWORK_HEADER: 1,
  TRANSPORT_HEADER: 2,
  /** What the transport header carries. */
  INNER_HEADER: 3,
  TUN_HEADER: 4
} as const

/** Checksums of a header. <linux/netfilter/nf_tables.h> */
export const NFT_PAYLOAD_CSUM = { NONE: 0, INET: 1, SCTP: 2 } as const

/** What else a change of the payload changes. <linux/netfilter/nf_tables.h> */
export const NFT_PAYLOAD_L4CSUM = {
  /** The transport's checksum, which covers the addresses. */
  PSEUDOHDR: 1
} as const
