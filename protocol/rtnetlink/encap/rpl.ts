import { arrayOf, attributes, be32, bits, followed, ip6, struct, u8 } from '../../definition'

/** A source route through a network of small devices: `encap rpl`. <linux/rpl_iptunnel.h>, RFC 6554 */
export const rpl = attributes('RPL_IPTUNNEL', {
  srh: [
    1,
    followed(
      struct('ipv6_rpl_sr_hdr', {
        nexthdr: u8,
        /** Length behind the first eight bytes, in units of eight bytes. */
        hdrlen: u8,
        /** 3. */
        type: u8,
        segmentsLeft: u8,
        /** Leading bytes that segments leave out; the kernel takes only whole addresses, so 0. */
        compression: bits(be32, { cmpri: 4, cmpre: 4, pad: 4, reserved: 20 })
      }),
      'segments',
      arrayOf(ip6)
    )
  ]
})
