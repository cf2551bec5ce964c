import { attributes, bytes, indexed, type ListOf, string, u32, variant } from '../../../definition'
import { nlaBitfield32 } from '../bitfield'
import { statistics } from '../statistics'
import { bpf } from './bpf'
import { connmark } from './connmark'
import { csum } from './csum'
import { ct } from './ct'
import { ctinfo } from './ctinfo'
import { gact } from './gact'
import { gate } from './gate'
import { ife } from './ife'
import { mirred } from './mirred'
import { mpls } from './mpls'
import { nat } from './nat'
import { pedit } from './pedit'
import { police } from './police'
import { sample } from './sample'
import { simple } from './simple'
import { skbedit } from './skbedit'
import { skbmod } from './skbmod'
import { tunnelKey } from './tunnel-key'
import { vlan } from './vlan'
import { xt } from './xt'

/** One action. <linux/pkt_cls.h> */
const action = attributes('TCA_ACT', {
  /** Selects the form of `options`: `mirred`. */
  kind: [1, string],
  options: [
    2,
    variant('kind', {
      bpf,
      connmark,
      csum,
      ct,
      ctinfo,
      gact,
      gate,
      ife,
      ipt: xt,
      mirred,
      mpls,
      nat,
      pedit,
      police,
      sample,
      simple,
      skbedit,
      skbmod,
      tunnel_key: tunnelKey,
      vlan,
      xt
    })
  ],
  /** Its number among those of its kind, where there are no options to name it. */
  index: [3, u32],
  stats: [4, statistics({})],
  pad: [5, bytes],
  /** Up to 16 bytes that the kernel keeps for the sender. */
  cookie: [6, bytes],
  /** TCA_ACT_FLAGS_* bits. */
  flags: [7, nlaBitfield32],
  /** TCA_ACT_HW_STATS_* bits: what statistics hardware should have. */
  hwStats: [8, nlaBitfield32],
  /** What statistics it has. */
  usedHwStats: [9, nlaBitfield32],
  /** How many devices do it in hardware. */
  inHwCount: [10, u32]
})

/** Actions in the order in which packets run through them: `tc filter add … action`. <linux/pkt_cls.h> */
export interface Actions extends ListOf<typeof action> {}
export const actions: Actions = indexed(1, action)

/** <linux/pkt_cls.h> */
export const TCA_ACT_FLAGS = {
  NO_PERCPU_STATS: 0x1,
  /** Not in hardware. */
  SKIP_HW: 0x2,
  /** Only in hardware. */
  SKIP_SW: 0x4
} as const

/** <linux/pkt_cls.h> */
export const TCA_ACT_HW_STATS = {
  /** Hardware is asked for each dump. */
  IMMEDIATE: 0x1,
  /** Hardware is asked now and then. */
  DELAYED: 0x2
} as const
