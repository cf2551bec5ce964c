import { attributes, be16, ip4, u32 } from '../../definition'

/** Multicast over a network that has none: `ip link add type amt`. <linux/amt.h> */
export const amt = attributes('IFLA_AMT', {
  /** AMT_MODE_*. */
  mode: [1, u32],
  relayPort: [2, be16],
  gatewayPort: [3, be16],
  link: [4, u32],
  localIp: [5, ip4],
  remoteIp: [6, ip4],
  /** Where a gateway asks for its relay. */
  discoveryIp: [7, ip4],
  maxTunnels: [8, u32]
})

/** <linux/amt.h> */
export const AMT_MODE = { GATEWAY: 0, RELAY: 1 } as const
