import { attributes, string } from '../../definition'

/** `secmark`: a security context for packets. <linux/netfilter/nf_tables.h> */
export const secmark = attributes('NFTA_SECMARK', {
  /** As SELinux writes it: `system_u:object_r:ssh_server_packet_t:s0`. */
  ctx: [1, string]
})
