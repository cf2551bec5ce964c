import { NLM_F } from '../../protocol/netlink/header'
import { AF } from '../../protocol/rtnetlink/af'
import { ask } from '../socket/feature'
import { message } from '../socket/message'
import type { Feature, Request } from '../socket/request'
import { type Encap, encapType } from '.'

/** What packets can be wrapped in: the version of Linux that brought it, the option it is built with, its module. */
const encaps: {
  readonly [K in Encap['kind']]: readonly [since: string, option: string, module?: string]
} = {
  mpls: ['4.3', 'CONFIG_MPLS_IPTUNNEL', 'mpls_iptunnel'],
  ip: ['4.3', 'CONFIG_LWTUNNEL'],
  ip6: ['4.3', 'CONFIG_LWTUNNEL'],
  ila: ['4.3', 'CONFIG_IPV6_ILA', 'ila'],
  seg6: ['4.10', 'CONFIG_IPV6_SEG6_LWTUNNEL'],
  seg6local: ['4.14', 'CONFIG_IPV6_SEG6_LWTUNNEL'],
  bpf: ['4.10', 'CONFIG_LWTUNNEL_BPF'],
  rpl: ['5.7', 'CONFIG_IPV6_RPL_LWTUNNEL'],
  ioam6: ['5.15', 'CONFIG_IPV6_IOAM6_LWTUNNEL'],
  xfrm: ['6.1', 'CONFIG_XFRM_INTERFACE', 'xfrm_interface']
}

/**
 * Routes and nexthops that wrap packets. The kind is looked at before the route, so the removal of one that is not there
 * tells: whoever adds one says more. A number that a kernel has no kind for is EINVAL to it.
 */
const encapKind = (kind: Encap['kind']): Feature => {
  const [since, option, module] = encaps[kind]
  return {
    name: `routes with encap ${kind}`,
    since,
    option,
    ...(module !== undefined && { module }),
    // It bears no name by which the kernel could ask for it.
    ...(kind === 'ila' && { hint: 'the kernel does not load this module by itself: modprobe ila' }),
    signs: ['EOPNOTSUPP', 'EINVAL'],
    // The kernel loads this one for links alone, which such routes leave by.
    ...(kind === 'xfrm' && { loads: [linkOf(kind)] }),
    probe: [
      ask('route.remove', () =>
        message('RTM_DELROUTE', NLM_F.REQUEST, {
          header: { family: AF.INET, dstLen: 32 },
          attributes: { dst: '192.0.2.1', encapType: encapType(kind) }
        })
      )
    ]
  }
}

const linkOf = (kind: string): Request<void> =>
  ask('link.add', () =>
    message('RTM_NEWLINK', NLM_F.REQUEST | NLM_F.CREATE | NLM_F.EXCL, {
      attributes: { ifname: 'probe', linkinfo: { kind } }
    })
  )

const none: ReadonlyArray<never> = []

/** What a route or a nexthop with this needs. Most have none, and routes come in hundreds of thousands. */
export const neededByEncap = (encap: Encap | undefined): ReadonlyArray<Feature> =>
  encap !== undefined && Object.hasOwn(encaps, encap?.kind) ? [encapKind(encap.kind)] : none

/** What a kernel may lack of routes. */
export const features: ReadonlyArray<Feature> = (Object.keys(encaps) as ReadonlyArray<Encap['kind']>).map(
  encapKind
)
