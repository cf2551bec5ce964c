import { attributes, u8 } from '../../definition'

/** An OpenVPN tunnel: `ip link add type ovpn`. <linux/if_link.h> */
export const ovpn = attributes('IFLA_OVPN', {
  /** OVPN_MODE_*. */
  mode: [1, u8]
})

/** One peer, or several. <linux/if_link.h> */
export const OVPN_MODE = { P2P: 0, MP: 1 } as const
