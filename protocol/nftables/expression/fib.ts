import { attributes, be32 } from '../../definition'

/** Asks the routing table: `fib daddr type local`. <linux/netfilter/nf_tables.h> */
export const fib = attributes('NFTA_FIB', {
  dreg: [1, be32],
  /** NFT_FIB_RESULT.*: what to load. */
  result: [2, be32],
  /** NFTA_FIB_F.* bits: what to ask for. */
  flags: [3, be32]
})

/** What a route tells. <linux/netfilter/nf_tables.h> */
export const NFT_FIB_RESULT = {
  UNSPEC: 0,
  OIF: 1,
  OIFNAME: 2,
  /** RTN_*: unicast, local, broadcast … */
  ADDRTYPE: 3
} as const

/** What a route is looked up by. <linux/netfilter/nf_tables.h> */
export const NFTA_FIB_F = {
  SADDR: 0x1,
  DADDR: 0x2,
  MARK: 0x4,
  /** Only routes through the interface that the packet came in by. */
  IIF: 0x8,
  OIF: 0x10,
  /** Tells only whether there is one. */
  PRESENT: 0x20
} as const
