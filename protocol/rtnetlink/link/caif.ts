import { attributes, u8, u32 } from '../../definition'

/** A channel of an ST-Ericsson modem, of kernels that still have them. <linux/caif/if_caif.h> */
export const caif = attributes('IFLA_CAIF', {
  ipv4Connid: [1, u32],
  ipv6Connid: [2, u32],
  loopback: [3, u8]
})
