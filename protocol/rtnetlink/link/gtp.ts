import { attributes, ip4, ip6, u8, u32 } from '../../definition'

/** The tunnels of mobile networks: `ip link add type gtp`. <linux/if_link.h> */
export const gtp = attributes('IFLA_GTP', {
  /** UDP sockets, when the kernel shall not make its own. */
  fd0: [1, u32],
  fd1: [2, u32],
  pdpHashsize: [3, u32],
  /** GTP_ROLE_*. */
  role: [4, u32],
  createSockets: [5, u8],
  restartCount: [6, u8],
  local: [7, ip4],
  local6: [8, ip6]
})

/** <linux/if_link.h> */
export const GTP_ROLE = { GGSN: 0, SGSN: 1 } as const
