import { attributes, mac, many, s32, u16, u32 } from '../../definition'

/** Another address on an interface: `ip link add link eth0 type macvlan`, or `macvtap`. <linux/if_link.h> */
export const macvlan = attributes('IFLA_MACVLAN', {
  /** MACVLAN_MODE_*. */
  mode: [1, u32],
  /** MACVLAN_FLAG_* bits. */
  flags: [2, u16],
  /** What to do with the addresses in source mode, MACVLAN_MACADDR_*. */
  macaddrMode: [3, u32],
  macaddr: [4, mac],
  /** The addresses to set, or all there are. */
  macaddrData: [5, attributes('IFLA_MACVLAN', { macaddr: [4, many(mac)] })],
  macaddrCount: [6, u32],
  /** Broadcast packets that may wait. The macvlan that asks for most decides for all of the interface. */
  bcQueueLen: [7, u32],
  bcQueueLenUsed: [8, u32],
  /** Multicast groups of at least so many listeners go through the queue; negative is never. */
  bcCutoff: [9, s32]
})

/** Whom a macvlan reaches. <linux/if_link.h> */
export const MACVLAN_MODE = {
  /** Nobody on the same interface. */
  PRIVATE: 1,
  /** The others by way of the switch outside. */
  VEPA: 2,
  /** The others directly. */
  BRIDGE: 4,
  /** It takes the whole interface. */
  PASSTHRU: 8,
  /** Whoever has one of the source addresses. */
  SOURCE: 16
} as const

/** <linux/if_link.h> */
export const MACVLAN_FLAG = { NOPROMISC: 1, NODST: 2 } as const

/** <linux/if_link.h> */
export const MACVLAN_MACADDR = { ADD: 0, DEL: 1, FLUSH: 2, SET: 3 } as const
