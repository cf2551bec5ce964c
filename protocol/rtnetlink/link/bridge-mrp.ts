import { attributes, many, u16, u32 } from '../../definition'

/** A bridge in a ring of the media redundancy protocol. <linux/if_bridge.h>, <linux/mrp_bridge.h> */
export const bridgeMrp = attributes('IFLA_BRIDGE_MRP', {
  instance: [
    1,
    attributes('IFLA_BRIDGE_MRP_INSTANCE', {
      ringId: [1, u32],
      /** The primary port. */
      pIfindex: [2, u32],
      /** The secondary port. */
      sIfindex: [3, u32],
      prio: [4, u16]
    })
  ],
  portState: [
    2,
    attributes('IFLA_BRIDGE_MRP_PORT_STATE', {
      /** BR_MRP_PORT_STATE_*. */
      state: [1, u32]
    })
  ],
  portRole: [
    3,
    attributes('IFLA_BRIDGE_MRP_PORT_ROLE', {
      /** BR_MRP_PORT_ROLE_*. */
      role: [1, u32]
    })
  ],
  ringState: [
    4,
    attributes('IFLA_BRIDGE_MRP_RING_STATE', {
      ringId: [1, u32],
      /** BR_MRP_RING_STATE_*. */
      state: [2, u32]
    })
  ],
  ringRole: [
    5,
    attributes('IFLA_BRIDGE_MRP_RING_ROLE', {
      ringId: [1, u32],
      /** BR_MRP_RING_ROLE_*. */
      role: [2, u32]
    })
  ],
  startTest: [
    6,
    attributes('IFLA_BRIDGE_MRP_START_TEST', {
      ringId: [1, u32],
      /** Microseconds between test frames. */
      interval: [2, u32],
      /** Frames that may be lost before the ring counts as open. */
      maxMiss: [3, u32],
      /** Microseconds that the test goes on. */
      period: [4, u32],
      /** 1 only listens. */
      monitor: [5, u32]
    })
  ],
  /** What the kernel answers, one for each ring. */
  info: [
    7,
    many(
      attributes('IFLA_BRIDGE_MRP_INFO', {
        ringId: [1, u32],
        pIfindex: [2, u32],
        sIfindex: [3, u32],
        prio: [4, u16],
        ringState: [5, u32],
        ringRole: [6, u32],
        testInterval: [7, u32],
        testMaxMiss: [8, u32],
        testMonitor: [9, u32],
        iIfindex: [10, u32],
        inState: [11, u32],
        inRole: [12, u32],
        inTestInterval: [13, u32],
        inTestMaxMiss: [14, u32]
      })
    )
  ],
  inRole: [
    8,
    attributes('IFLA_BRIDGE_MRP_IN_ROLE', {
      ringId: [1, u32],
      inId: [2, u16],
      /** BR_MRP_IN_ROLE_*. */
      role: [3, u32],
      /** The port between the rings. */
      iIfindex: [4, u32]
    })
  ],
  inState: [
    9,
    attributes('IFLA_BRIDGE_MRP_IN_STATE', {
      inId: [1, u32],
      /** BR_MRP_IN_STATE_*. */
      state: [2, u32]
    })
  ],
  startInTest: [
    10,
    attributes('IFLA_BRIDGE_MRP_START_IN_TEST', {
      inId: [1, u32],
      interval: [2, u32],
      maxMiss: [3, u32],
      period: [4, u32]
    })
  ]
})

/** What a port of a ring may do. <linux/mrp_bridge.h> */
export const BR_MRP_PORT_STATE = { DISABLED: 0, BLOCKED: 1, FORWARDING: 2, NOT_CONNECTED: 3 } as const

/** <linux/mrp_bridge.h> */
export const BR_MRP_PORT_ROLE = { PRIMARY: 0, SECONDARY: 1, INTER: 2 } as const

/** <linux/mrp_bridge.h> */
export const BR_MRP_RING_STATE = { OPEN: 0, CLOSED: 1 } as const

/** What the bridge is in a ring: client, manager, or whichever is settled. <linux/mrp_bridge.h> */
export const BR_MRP_RING_ROLE = { DISABLED: 0, MRC: 1, MRM: 2, MRA: 3 } as const

/** <linux/mrp_bridge.h> */
export const BR_MRP_IN_STATE = { OPEN: 0, CLOSED: 1 } as const

/** What the bridge is between rings: client or manager. <linux/mrp_bridge.h> */
export const BR_MRP_IN_ROLE = { DISABLED: 0, MIC: 1, MIM: 2 } as const
