import { attributes, be16, be32, flag, ip4, ip6, struct, u8, u32 } from '../../definition'

/** <linux/if_link.h> */
export const iflaGenevePortRange = struct('ifla_geneve_port_range', { low: be16, high: be16 })

/** Ethernet over UDP with options: `ip link add type geneve`. <linux/if_link.h> */
export const geneve = attributes('IFLA_GENEVE', {
  /** The network's identifier, 24 bits. */
  id: [1, u32],
  remote: [2, ip4],
  ttl: [3, u8],
  tos: [4, u8],
  port: [5, be16],
  /** Peers and identifiers come from routes and filters. */
  collectMetadata: [6, flag],
  remote6: [7, ip6],
  udpCsum: [8, u8],
  udpZeroCsum6Tx: [9, u8],
  udpZeroCsum6Rx: [10, u8],
  label: [11, be32],
  ttlInherit: [12, u8],
  /** The outer packet's don't-fragment bit, GENEVE_DF_*. */
  df: [13, u8],
  innerProtoInherit: [14, flag],
  portRange: [15, iflaGenevePortRange],
  groHint: [16, flag],
  local: [17, ip4],
  local6: [18, ip6]
})

/** <linux/if_link.h> */
export const GENEVE_DF = { UNSET: 0, SET: 1, INHERIT: 2 } as const
