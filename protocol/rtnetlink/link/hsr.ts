import { attributes, mac, u8, u16, u32 } from '../../definition'

/** Every frame over two networks at once: `ip link add type hsr`. <linux/if_link.h> */
export const hsr = attributes('IFLA_HSR', {
  slave1: [1, u32],
  slave2: [2, u32],
  /** The last byte of the address that supervision frames go to. */
  multicastSpec: [3, u8],
  supervisionAddr: [4, mac],
  seqNr: [5, u16],
  version: [6, u8],
  /** HSR_PROTOCOL_*. */
  protocol: [7, u8],
  /** A third port, to another ring. */
  interlink: [8, u32]
})

/** <linux/if_link.h> */
export const HSR_PROTOCOL = { HSR: 0, PRP: 1 } as const
