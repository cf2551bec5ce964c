import { attributes, be16, be32, message, string, type TypeOf, u8 } from '../definition'
import { nfgenmsg } from '../nfnetlink/header'

/** How many connections of one kind may be expected, and for how long. */
const expectationPolicy = attributes('NFCTH_POLICY', {
  name: [1, string],
  expectMax: [2, be32],
  /** Seconds. */
  expectTimeout: [3, be32]
})

/** A helper that a program in user space provides: `nfct helper`. <linux/netfilter/nfnetlink_cthelper.h> */
export const helper = message('helper', {
  types: { NFNL_MSG_CTHELPER_NEW: 0, NFNL_MSG_CTHELPER_GET: 1, NFNL_MSG_CTHELPER_DEL: 2 },
  header: nfgenmsg,
  attributes: attributes('NFCTH', {
    name: [1, string],
    tuple: [
      2,
      attributes('NFCTH_TUPLE', {
        /** AF_*. */
        l3protonum: [1, be16],
        /** IPPROTO_*. */
        l4protonum: [2, u8]
      })
    ],
    /** The queue that brings the packets to the program. */
    queueNum: [3, be32],
    policy: [
      4,
      attributes('NFCTH_POLICY_SET', {
        num: [1, be32],
        set1: [2, expectationPolicy, 'NFCTH_POLICY_SET1'],
        set2: [3, expectationPolicy, 'NFCTH_POLICY_SET2'],
        set3: [4, expectationPolicy, 'NFCTH_POLICY_SET3'],
        set4: [5, expectationPolicy, 'NFCTH_POLICY_SET4']
      })
    ],
    /** Size of what the helper keeps for each connection, in bytes. */
    privDataLen: [5, be32],
    /** 1 once the program is ready; until then packets pass it by. */
    status: [6, be32]
  })
})
export interface Helper extends TypeOf<typeof helper> {}
