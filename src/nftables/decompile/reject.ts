import { NFT_REJECT } from '../../../protocol/nftables/expression/reject'
import { datatype } from '../datatype'
import type { DataOf } from '../expression/data'
import type { Reject } from '../syntax'
import { release, releaseNetwork } from './dependency'
import { type Program, push } from './program'

/** An answer tells by itself what it is an answer to. */
export const reject = (program: Program, { type, icmpCode = 0 }: DataOf<'reject'> = {}): undefined => {
  const { family, mixed, network } = program
  if (type === NFT_REJECT.TCP_RST) {
    if (family === 'ip' || family === 'ip6') release(program, 'transport')
    return push(program, { statement: 'reject', with: 'tcp reset' })
  }
  const kind: Reject['with'] =
    type === NFT_REJECT.ICMPX_UNREACH ? 'icmpx' : (network ?? family) === 'ip6' ? 'icmpv6' : 'icmp'
  if (mixed && type === NFT_REJECT.ICMP_UNREACH) releaseNetwork(program, kind === 'icmpv6' ? 'ip6' : 'ip')
  const code = datatype(`${kind}_code`).print(BigInt(icmpCode), 8)
  const usual = code === 'port-unreachable' && (kind === 'icmpx' || !mixed)
  push(program, usual ? { statement: 'reject' } : { statement: 'reject', with: kind, code })
}
