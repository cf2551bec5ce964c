import { attributes, be16, be32, flag, ip, u8, u16, u32 } from '../../definition'

/**
 * Generic routing encapsulation: `ip link add type gre`, `gretap` and `erspan`, and these with `ip6` before.
 * <linux/if_tunnel.h>
 */
export const gre = attributes('IFLA_GRE', {
  link: [1, u32],
  /** GRE_* bits of packets that come in. */
  iflags: [2, be16],
  /** GRE_* bits of packets that go out. */
  oflags: [3, be16],
  ikey: [4, be32],
  okey: [5, be32],
  local: [6, ip],
  remote: [7, ip],
  ttl: [8, u8],
  tos: [9, u8],
  pmtudisc: [10, u8],
  encapLimit: [11, u8],
  flowinfo: [12, be32],
  /** IP6_TNL_F_* bits. */
  flags: [13, u32],
  /** What the tunnel itself goes through, TUNNEL_ENCAP_*. */
  encapType: [14, u16],
  /** TUNNEL_ENCAP_FLAG_* bits. */
  encapFlags: [15, u16],
  encapSport: [16, be16],
  encapDport: [17, be16],
  /** Peers and keys come from routes and filters. */
  collectMetadata: [18, flag],
  ignoreDf: [19, u8],
  fwmark: [20, u32],
  erspanIndex: [21, u32],
  erspanVer: [22, u8],
  /** 0 what came in is mirrored, 1 what went out. */
  erspanDir: [23, u8],
  erspanHwid: [24, u16]
})

/** Which of its optional parts a GRE header has. <linux/if_tunnel.h> */
export const GRE = { CSUM: 0x8000, KEY: 0x2000, SEQ: 0x1000 } as const
