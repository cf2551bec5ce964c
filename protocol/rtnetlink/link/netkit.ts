import { attributes, u8, u16, u32 } from '../../definition'
import { peer } from './interface'

/** A pair of interfaces with BPF programs between them: `ip link add type netkit`. <linux/if_link.h> */
export const netkit = attributes('IFLA_NETKIT', {
  peerInfo: [1, peer],
  /** Whether this end may change programs and settings. */
  primary: [2, u8],
  /** What becomes of packets when no program says so, NETKIT_*. */
  policy: [3, u32],
  peerPolicy: [4, u32],
  /** NETKIT_L2 has link-layer addresses, NETKIT_L3 has none. */
  mode: [5, u32],
  /** Whether marks and priorities are cleared on the way, NETKIT_SCRUB_*. */
  scrub: [6, u32],
  peerScrub: [7, u32],
  headroom: [8, u16],
  tailroom: [9, u16],
  /** NETKIT_DEVICE_PAIR or NETKIT_DEVICE_SINGLE. */
  pairing: [10, u32]
})

/** What becomes of a packet. <linux/if_link.h> */
export const NETKIT = { NEXT: -1, PASS: 0, DROP: 2, REDIRECT: 7 } as const

/** <linux/if_link.h> */
export const NETKIT_MODE = { L2: 0, L3: 1 } as const

/** <linux/if_link.h> */
export const NETKIT_SCRUB = { NONE: 0, DEFAULT: 1 } as const

/** <linux/if_link.h> */
export const NETKIT_DEVICE = { PAIR: 0, SINGLE: 1 } as const
