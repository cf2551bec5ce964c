import { attributes, be16, be32, string } from '../../definition'

/** `log`: to the kernel's log, or to a group of listeners if there is one. <linux/netfilter/nf_tables.h> */
export const log = attributes('NFTA_LOG', {
  group: [1, be16],
  prefix: [2, string],
  /** With a group: how many bytes of the packet go along. */
  snaplen: [3, be32],
  /** With a group: how many packets are told of at once. */
  qthreshold: [4, be16],
  /** Without a group: NFT_LOGLEVEL.* */
  level: [5, be32],
  /** Without a group: NF_LOG.* bits, what is told. */
  flags: [6, be32]
})

/** Levels of the kernel's log. <linux/netfilter/nf_tables.h> */
export const NFT_LOGLEVEL = {
  EMERG: 0,
  ALERT: 1,
  CRIT: 2,
  ERR: 3,
  WARNING: 4,
  NOTICE: 5,
  INFO: 6,
  DEBUG: 7,
  /** To the audit log instead. */
  AUDIT: 8
} as const

/** What a line of the log can tell. <linux/netfilter/nf_log.h> */
export const NF_LOG = {
  TCPSEQ: 0x1,
  TCPOPT: 0x2,
  IPOPT: 0x4,
  UID: 0x8,
  NFLOG: 0x10,
  MACDECODE: 0x20
} as const
