import { attributes, be32, u8 } from '../../definition'

/** Loads what is known of the packet's connection, or sets it: `ct state`. <linux/netfilter/nf_tables.h> */
export const ct = attributes('NFTA_CT', {
  dreg: [1, be32],
  /** NFT_CT.* */
  key: [2, be32],
  /** 0: as the connection was opened; 1: replies. */
  direction: [3, u8],
  /** In place of `dreg`: where to set it from. */
  sreg: [4, be32]
})

/** What there is to know of a connection. <linux/netfilter/nf_tables.h> */
export const NFT_CT = {
  /** NF_CT_STATE.* bits. */
  STATE: 0,
  DIRECTION: 1,
  /** IPS_* bits. */
  STATUS: 2,
  MARK: 3,
  SECMARK: 4,
  EXPIRATION: 5,
  HELPER: 6,
  L3PROTOCOL: 7,
  SRC: 8,
  DST: 9,
  PROTOCOL: 10,
  PROTO_SRC: 11,
  PROTO_DST: 12,
  LABELS: 13,
  PKTS: 14,
  BYTES: 15,
  AVGPKT: 16,
  ZONE: 17,
  EVENTMASK: 18,
  SRC_IP: 19,
  DST_IP: 20,
  SRC_IP6: 21,
  DST_IP6: 22,
  ID: 23
} as const

/** The bits of NFT_CT.STATE, as `ct state` names them. <linux/netfilter/nf_conntrack_common.h> */
export const NF_CT_STATE = {
  INVALID: 0x1,
  ESTABLISHED: 0x2,
  RELATED: 0x4,
  NEW: 0x8,
  UNTRACKED: 0x40
} as const
