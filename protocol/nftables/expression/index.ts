import { attributes, closed, string, type ValueOf, variant } from '../../definition'
import * as kinds from './kinds'

/**
 * One step of a rule, told apart by its name. `notrack` has no data. Steps hand values on in registers.
 * <linux/netfilter/nf_tables.h>
 */
export const expression = attributes('NFTA_EXPR', {
  name: [1, string],
  data: [2, closed(variant('name', kinds))]
})
export type Expression = ValueOf<typeof expression>
