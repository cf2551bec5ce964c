import { attributes, s32 } from '../../definition'

/** A point-to-point link over a serial line or a socket. <linux/if_link.h> */
export const ppp = attributes('IFLA_PPP', {
  /** An open file of /dev/ppp. */
  devFd: [1, s32]
})
