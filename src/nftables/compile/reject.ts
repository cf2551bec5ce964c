import { NFT_REJECT } from '../../../protocol/nftables/expression/reject'
import { datatype } from '../datatype'
import { headerOf } from '../header'
import { kindOf } from '../kind'
import type { Reject } from '../syntax'
import { numberFor } from './constant'
import { needNetwork, needTransport } from './dependency'
import { emit, fail, ownNetwork, type Program } from './program'

/** Asks before all else, so that nothing is counted that is of another kind. */
const inFront = ({ expressions }: Program, ask: () => undefined): undefined => {
  const others = expressions.splice(0)
  ask()
  expressions.push(...others)
}

/** `reject`, by ICMP of the network if it is known, or by TCP. */
export const reject = (program: Program, { with: kind, code = 'port-unreachable' }: Reject): undefined => {
  const { known } = program
  if (kind === 'tcp reset') {
    const tcp = headerOf('tcp')
    if (tcp !== undefined && known.transports.at(-1) !== 'tcp')
      inFront(program, () => needTransport(program, tcp))
    return emit(program, { name: 'reject', data: { type: NFT_REJECT.TCP_RST, icmpCode: 0 } })
  }
  const own = ownNetwork(program)
  if (kind === 'icmpx' && own !== undefined)
    return fail(
      program,
      `icmpx is for tables that see both families: write reject with ${own === 'ip' ? 'icmp' : 'icmpv6'}`
    )
  const network = known.networks.length === 1 ? known.networks[0] : undefined
  const plain = kind ?? (network === 'ip' ? 'icmp' : network === 'ip6' ? 'icmpv6' : 'icmpx')
  if (kind === 'icmp') inFront(program, () => needNetwork(program, 'ip'))
  if (kind === 'icmpv6') inFront(program, () => needNetwork(program, 'ip6'))
  const codes = kindOf(datatype(`${plain}_code`))
  emit(program, {
    name: 'reject',
    data: {
      type: plain === 'icmpx' ? NFT_REJECT.ICMPX_UNREACH : NFT_REJECT.ICMP_UNREACH,
      icmpCode: Number(numberFor(program, codes, { kind: 'value', value: code }))
    }
  })
}
