import {
  attributes,
  be16,
  body,
  either,
  exact,
  fixedBytes,
  followed,
  ip,
  list,
  message,
  pad,
  s32,
  struct,
  type TypeOf,
  u8,
  u16,
  u32
} from '../definition'

/** Whom frames to a multicast group go to. <linux/if_bridge.h> */
const entry = struct('br_mdb_entry', {
  /** Of the port, or of the bridge itself. */
  ifindex: u32,
  /** MDB_*. */
  state: u8,
  /** MDB_FLAGS_* bits. */
  flags: u8,
  vid: u16,
  /** The group: an IPv4, an IPv6 or, with protocol 0, an Ethernet address at the front of `u`. */
  addr: struct('', {
    u: fixedBytes(16),
    /** ETH_P_IP, ETH_P_IPV6 or 0. */
    proto: be16,
    pad: pad(2)
  })
})

/** Ports at which multicast routers are. <linux/if_bridge.h> */
export const routerPorts = list(
  1,
  followed(
    struct('', { ifindex: u32 }),
    'attributes',
    attributes('MDBA_ROUTER_PATTR', {
      /** Hundredths of a second, as are the others. */
      timer: [1, u32],
      /** MDB_RTR_TYPE_*. */
      type: [2, u8],
      inetTimer: [3, u32],
      inet6Timer: [4, u32],
      vid: [5, u16]
    })
  )
)

/** What the kernel tells: groups, each with its ports, and router ports. */
const database = attributes('MDBA', {
  mdb: [
    1,
    list(
      1,
      list(
        1,
        body(
          entry,
          attributes('MDBA_MDB_EATTR', {
            /** Until it goes, in hundredths of a second. */
            timer: [1, u32],
            /** Senders that are let through, or not, by the group's mode. */
            srcList: [
              2,
              list(
                1,
                attributes('MDBA_MDB_SRCATTR', {
                  address: [1, ip],
                  /** Hundredths of a second. */
                  timer: [2, u32]
                })
              )
            ],
            /** MCAST_*. */
            groupMode: [3, u8],
            /** The one sender that the entry is for. */
            source: [4, ip],
            /** Who made it, RTPROT_*. */
            rtprot: [5, u8],
            /** VXLAN: the tunnel's far end. */
            dst: [6, ip],
            dstPort: [7, u16],
            vni: [8, u32],
            ifindex: [9, u32],
            srcVni: [10, u32]
          })
        )
      )
    )
  ],
  router: [2, routerPorts]
})

const entryAttributes = attributes('MDBE_ATTR', {
  source: [1, ip],
  srcList: [2, list(1, attributes('MDBE_SRCATTR', { address: [1, ip] }))],
  /** MCAST_*. */
  groupMode: [3, u8],
  /** Who makes it, RTPROT_*. */
  rtprot: [4, u8],
  /** VXLAN: the tunnel's far end. */
  dst: [5, ip],
  dstPort: [6, u16],
  vni: [7, u32],
  ifindex: [8, s32],
  srcVni: [9, u32],
  /** Flush: which bits of the entry's state count. */
  stateMask: [10, u8]
})

const header = struct('br_port_msg', {
  family: u8,
  pad1: pad(3),
  /** Of the bridge. */
  ifindex: u32
})

/** Multicast groups that a bridge or a VXLAN interface knows: `bridge mdb`. <linux/if_bridge.h> */
export const mdb = message('mdb', {
  types: { RTM_NEWMDB: 84, RTM_DELMDB: 85 },
  header,
  attributes: either(
    exact(database),
    attributes('MDBA_SET', {
      entry: [1, entry],
      entryAttrs: [2, entryAttributes]
    })
  )
})
export type Mdb = TypeOf<typeof mdb>

/** The question for them; a dump's answers have the same type. <linux/if_bridge.h> */
export const mdbQuery = message('mdb query', {
  types: { RTM_GETMDB: 86 },
  header,
  attributes: either(
    exact(database),
    attributes('MDBA_GET', {
      entry: [1, entry],
      entryAttrs: [2, entryAttributes]
    })
  )
})
export type MdbQuery = TypeOf<typeof mdbQuery>

/** How long an entry stays. <linux/if_bridge.h> */
export const MDB = { TEMPORARY: 0, PERMANENT: 1 } as const

/** Flags of an entry. <linux/if_bridge.h> */
export const MDB_FLAGS = {
  OFFLOAD: 0x01,
  FAST_LEAVE: 0x02,
  STAR_EXCL: 0x04,
  BLOCKED: 0x08,
  OFFLOAD_FAILED: 0x10
} as const

/** Which senders to a group are let through. <linux/in.h> */
export const MCAST = {
  /** All but those of the list. */
  EXCLUDE: 0,
  INCLUDE: 1
} as const

/** How a port came to have a multicast router. <linux/if_bridge.h> */
export const MDB_RTR_TYPE = {
  DISABLED: 0,
  /** By its queries, for a while. */
  TEMP_QUERY: 1,
  PERM: 2,
  TEMP: 3
} as const
