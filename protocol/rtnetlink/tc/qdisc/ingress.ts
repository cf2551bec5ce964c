import { attributes } from '../../../definition'

/** `ingress` and `clsact` only hold filters: there are no options. <linux/pkt_sched.h> */
export const ingress = attributes('TCA_INGRESS', {})
