import { attributes, string, type ValueOf, variant } from '../../definition'
import { connlimit } from './connlimit'
import { counter } from './counter'
import { last } from './last'
import { limit } from './limit'
import { quota } from './quota'

/** An expression with a state of its own, which each element of a set can have. <linux/netfilter/nf_tables.h> */
export const statefulExpression = attributes('NFTA_EXPR', {
  name: [1, string],
  data: [2, variant('name', { connlimit, counter, last, limit, quota })]
})
export type StatefulExpression = ValueOf<typeof statefulExpression>
