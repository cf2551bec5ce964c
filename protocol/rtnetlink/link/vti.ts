import { attributes, be32, ip, u32 } from '../../definition'

/** A tunnel that IPsec fills: `ip link add type vti` and `vti6`. <linux/if_tunnel.h> */
export const vti = attributes('IFLA_VTI', {
  link: [1, u32],
  ikey: [2, be32],
  okey: [3, be32],
  local: [4, ip],
  remote: [5, ip],
  fwmark: [6, u32]
})
