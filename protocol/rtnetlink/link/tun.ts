import { attributes, u8, u32 } from '../../definition'

/** An interface whose other end is a program: `ip tuntap`. Only /dev/net/tun makes it. <linux/if_link.h> */
export const tun = attributes('IFLA_TUN', {
  /** User who may open it. */
  owner: [1, u32],
  group: [2, u32],
  /** 1 tun, with IP packets; 2 tap, with Ethernet frames. */
  type: [3, u8],
  pi: [4, u8],
  vnetHdr: [5, u8],
  persist: [6, u8],
  multiQueue: [7, u8],
  numQueues: [8, u32],
  numDisabledQueues: [9, u32]
})
