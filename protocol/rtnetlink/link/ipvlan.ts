import { attributes, u16 } from '../../definition'

/** More interfaces behind one link-layer address: `ip link add type ipvlan`, or `ipvtap`. <linux/if_link.h> */
export const ipvlan = attributes('IFLA_IPVLAN', {
  /** IPVLAN_MODE_*. */
  mode: [1, u16],
  /** IPVLAN_F_* bits. */
  flags: [2, u16]
})

/** <linux/if_link.h> */
export const IPVLAN_MODE = {
  /** Each has its own neighbours and routes to the world. */
  L2: 0,
  /** The interface's namespace routes for them. */
  L3: 1,
  /** The same, seen by that namespace's netfilter. */
  L3S: 2
} as const

/** Whom an ipvlan reaches on the same interface, if not everybody. <linux/if_link.h> */
export const IPVLAN_F = {
  /** Nobody. */
  PRIVATE: 1,
  /** The others by way of the switch outside. */
  VEPA: 2
} as const
