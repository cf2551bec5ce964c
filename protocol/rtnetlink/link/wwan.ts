import { attributes, u32 } from '../../definition'

/** A link of a modem, named by `parentDevName`: `ip link add parentdev wwan0 type wwan`. <linux/wwan.h> */
export const wwan = attributes('IFLA_WWAN', {
  linkId: [1, u32]
})
