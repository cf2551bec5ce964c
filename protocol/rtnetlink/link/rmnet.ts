import { attributes, struct, u16, u32 } from '../../definition'

/** <linux/if_link.h> */
export const iflaRmnetFlags = struct('ifla_rmnet_flags', {
  /** RMNET_FLAGS_* bits. */
  flags: u32,
  /** Which bits of `flags` count. */
  mask: u32
})

/** A channel of a Qualcomm modem: `ip link add link wwan0 type rmnet mux_id 1`. <linux/if_link.h> */
export const rmnet = attributes('IFLA_RMNET', {
  muxId: [1, u16],
  flags: [2, iflaRmnetFlags]
})

/** <linux/if_link.h> */
export const RMNET_FLAGS = {
  INGRESS_DEAGGREGATION: 0x1,
  INGRESS_MAP_COMMANDS: 0x2,
  INGRESS_MAP_CKSUMV4: 0x4,
  EGRESS_MAP_CKSUMV4: 0x8,
  INGRESS_MAP_CKSUMV5: 0x10,
  EGRESS_MAP_CKSUMV5: 0x20
} as const
