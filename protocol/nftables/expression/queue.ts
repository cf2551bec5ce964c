import { attributes, be16, be32 } from '../../definition'

/** Hands the packet to a program: `queue num 1-3`. <linux/netfilter/nf_tables.h> */
export const queue = attributes('NFTA_QUEUE', {
  /** The first queue. */
  num: [1, be16],
  /** How many of them share the load. */
  total: [2, be16],
  /** NFT_QUEUE_FLAG.* bits. */
  flags: [3, be16],
  /** In place of `num`: the register of the queue's number. */
  sregQnum: [4, be32]
})

/** Flags of it. <linux/netfilter/nf_tables.h> */
export const NFT_QUEUE_FLAG = {
  /** Accepts the packet if no program listens. */
  BYPASS: 1,
  /** The queue is chosen by the processor, not by the connection. */
  CPU_FANOUT: 2
} as const
