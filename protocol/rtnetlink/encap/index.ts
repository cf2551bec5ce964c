import { deferred } from '../../definition/deferred'
import { bpf } from './bpf'
import { ila } from './ila'
import { ioam6 } from './ioam6'
import { ip, ip6 } from './ip'
import { mpls } from './mpls'
import { rpl } from './rpl'
import { seg6, seg6local } from './seg6'
import { xfrm } from './xfrm'

/** Kinds of encapsulation that a route can bring about. <linux/lwtunnel.h> */
export const LWTUNNEL_ENCAP = {
  NONE: 0,
  MPLS: 1,
  IP: 2,
  ILA: 3,
  IP6: 4,
  SEG6: 5,
  BPF: 6,
  SEG6_LOCAL: 7,
  RPL: 8,
  IOAM6: 9,
  XFRM: 10
} as const

/** The parameters of each kind: `ip route add … encap`. */
export const encaps = deferred({
  [LWTUNNEL_ENCAP.MPLS]: () => mpls,
  [LWTUNNEL_ENCAP.IP]: () => ip,
  [LWTUNNEL_ENCAP.ILA]: () => ila,
  [LWTUNNEL_ENCAP.IP6]: () => ip6,
  [LWTUNNEL_ENCAP.SEG6]: () => seg6,
  [LWTUNNEL_ENCAP.BPF]: () => bpf,
  [LWTUNNEL_ENCAP.SEG6_LOCAL]: () => seg6local,
  [LWTUNNEL_ENCAP.RPL]: () => rpl,
  [LWTUNNEL_ENCAP.IOAM6]: () => ioam6,
  [LWTUNNEL_ENCAP.XFRM]: () => xfrm
})

export { IOAM6_IPTUNNEL_MODE } from './ioam6'
export { mplsLabels } from './mpls'
export { SEG6_IPTUN_MODE, SEG6_LOCAL_ACTION, SEG6_LOCAL_FLV_OP } from './seg6'
