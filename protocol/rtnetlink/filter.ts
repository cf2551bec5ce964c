import { message, type TypeOf } from '../definition'
import { basic } from './tc/filter/basic'
import { bpf } from './tc/filter/bpf'
import { cgroup } from './tc/filter/cgroup'
import { flow } from './tc/filter/flow'
import { flower } from './tc/filter/flower'
import { fw } from './tc/filter/fw'
import { matchall } from './tc/filter/matchall'
import { route } from './tc/filter/route'
import { rsvp } from './tc/filter/rsvp'
import { tcindex } from './tc/filter/tcindex'
import { u32Filter } from './tc/filter/u32'
import { tca, tcmsg } from './tc/tcmsg'

/** A filter, which gives packets a class or runs actions on them: `tc filter`. <linux/pkt_cls.h>, man 8 tc */
export const filter = message('filter', {
  types: { RTM_NEWTFILTER: 44, RTM_DELTFILTER: 45, RTM_GETTFILTER: 46 },
  header: tcmsg,
  attributes: tca(
    { basic, bpf, cgroup, flow, flower, fw, matchall, route, rsvp, rsvp6: rsvp, tcindex, u32: u32Filter },
    {}
  )
})
export interface Filter extends TypeOf<typeof filter> {}

/** Flags of a filter. <linux/pkt_cls.h> */
export const TCA_CLS_FLAGS = {
  /** Not in hardware. */
  SKIP_HW: 0x1,
  /** Only in hardware. */
  SKIP_SW: 0x2,
  /** In answers: hardware has it. */
  IN_HW: 0x4,
  /** In answers: hardware does not have it. */
  NOT_IN_HW: 0x8,
  /** Say why hardware does not take it. */
  VERBOSE: 0x10
} as const

export { TCA_BPF_FLAG } from './tc/filter/bpf'
export { TCF_EM, TCF_EM_OPND, TCF_LAYER, TCF_META_ID, TCF_META_TYPE } from './tc/filter/ematch'
export { FLOW_KEY, FLOW_MODE } from './tc/filter/flow'
export { TCA_FLOWER_KEY_CT_FLAGS, TCA_FLOWER_KEY_FLAGS } from './tc/filter/flower'
export { TC_U32 } from './tc/filter/u32'
