import { arrayOf, attributes, be32, bits, u8 } from '../../definition'

/** A stack of MPLS labels, the outermost first. <linux/mpls.h> */
export const mplsLabels = arrayOf(
  bits(be32, {
    label: 20,
    /** Traffic class. */
    tc: 3,
    /** 1 on the last label of the stack. */
    s: 1,
    ttl: 8
  })
)

/** Labels pushed before an IP packet: `encap mpls`. <linux/mpls_iptunnel.h> */
export const mpls = attributes('MPLS_IPTUNNEL', {
  dst: [1, mplsLabels],
  ttl: [2, u8]
})
