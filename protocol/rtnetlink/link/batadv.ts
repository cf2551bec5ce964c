import { attributes, string } from '../../definition'

/** A mesh: `ip link add type batadv`. <linux/batman_adv.h> */
export const batadv = attributes('IFLA_BATADV', {
  /** BATMAN_IV or BATMAN_V. */
  algoName: [1, string]
})
