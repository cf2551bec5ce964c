import { attributes, u16 } from '../../definition'

/** IP over InfiniBand: `ip link add link ib0 type ipoib`. <linux/if_link.h> */
export const ipoib = attributes('IFLA_IPOIB', {
  pkey: [1, u16],
  /** IPOIB_MODE_*. */
  mode: [2, u16],
  umcast: [3, u16]
})

/** <linux/if_link.h> */
export const IPOIB_MODE = { DATAGRAM: 0, CONNECTED: 1 } as const
