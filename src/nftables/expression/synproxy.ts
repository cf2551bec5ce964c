import { NF_SYNPROXY_OPT } from '../../../protocol/nftables/expression/synproxy'
import type { Synproxy } from '../syntax'
import type { DataOf } from './data'

/** What SYNs are answered with, as the kernel has it: of a statement or of an object. */
export const synproxyData = ({
  mss,
  wscale,
  timestamp,
  sackPerm
}: Omit<Synproxy, 'statement'>): DataOf<'synproxy'> => ({
  ...(mss !== undefined && { mss }),
  ...(wscale !== undefined && { wscale }),
  flags:
    (mss === undefined ? 0 : NF_SYNPROXY_OPT.MSS) |
    (wscale === undefined ? 0 : NF_SYNPROXY_OPT.WSCALE) |
    (timestamp === true ? NF_SYNPROXY_OPT.TIMESTAMP : 0) |
    (sackPerm === true ? NF_SYNPROXY_OPT.SACK_PERM : 0)
})

/** What the kernel tells of it. */
export const synproxyOf = ({ mss, wscale, flags = 0 }: DataOf<'synproxy'>): Omit<Synproxy, 'statement'> => ({
  ...((flags & NF_SYNPROXY_OPT.MSS) !== 0 && mss !== undefined && { mss }),
  ...((flags & NF_SYNPROXY_OPT.WSCALE) !== 0 && wscale !== undefined && { wscale }),
  ...((flags & NF_SYNPROXY_OPT.TIMESTAMP) !== 0 && { timestamp: true as const }),
  ...((flags & NF_SYNPROXY_OPT.SACK_PERM) !== 0 && { sackPerm: true as const })
})
