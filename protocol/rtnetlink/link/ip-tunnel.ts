import {
  attributes,
  be16,
  be32,
  choice,
  flag,
  ip,
  ip4,
  ip6,
  littleEndian,
  u8,
  u16,
  u32
} from '../../definition'

/** IP over IP: `ip link add type ipip`, `sit` and `ip6tnl`. <linux/if_tunnel.h> */
export const ipTunnel = attributes('IFLA_IPTUN', {
  link: [1, u32],
  local: [2, ip],
  remote: [3, ip],
  ttl: [4, u8],
  tos: [5, u8],
  encapLimit: [6, u8],
  flowinfo: [7, be32],
  /** By the kind: SIT_ISATAP, or IP6_TNL_F_* bits. */
  flags: [8, choice('kind', { ip6tnl: u32 }, be16)],
  /** The inner protocol, 0 is any. */
  proto: [9, u8],
  pmtudisc: [10, u8],
  '6rdPrefix': [11, ip6],
  '6rdRelayPrefix': [12, ip4],
  '6rdPrefixlen': [13, u16],
  '6rdRelayPrefixlen': [14, u16],
  /** What the tunnel itself goes through, TUNNEL_ENCAP_*. */
  encapType: [15, u16],
  /** TUNNEL_ENCAP_FLAG_* bits. */
  encapFlags: [16, u16],
  encapSport: [17, be16],
  encapDport: [18, be16],
  /** Peers come from routes and filters. */
  collectMetadata: [19, flag],
  fwmark: [20, u32]
})

/**
 * The only flag of a `sit` tunnel: 1 in the order of the machine, though the kernel calls the field big-endian.
 * <linux/if_tunnel.h>
 */
export const SIT_ISATAP = littleEndian ? 0x100 : 1

/** Flags of an `ip6tnl` or `ip6gre` tunnel. <linux/ip6_tunnel.h> */
export const IP6_TNL_F = {
  IGN_ENCAP_LIMIT: 0x1,
  USE_ORIG_TCLASS: 0x2,
  USE_ORIG_FLOWLABEL: 0x4,
  MIP6_DEV: 0x8,
  RCV_DSCP_COPY: 0x10,
  USE_ORIG_FWMARK: 0x20,
  ALLOW_LOCAL_REMOTE: 0x40
} as const

/** What a tunnel itself goes through: foo over UDP, generic UDP encapsulation. <linux/if_tunnel.h> */
export const TUNNEL_ENCAP = { NONE: 0, FOU: 1, GUE: 2, MPLS: 3 } as const

/** <linux/if_tunnel.h> */
export const TUNNEL_ENCAP_FLAG = { CSUM: 1, CSUM6: 2, REMCSUM: 4 } as const
