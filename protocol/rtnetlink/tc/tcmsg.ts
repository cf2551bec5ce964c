import {
  type Alternatives,
  attributes,
  bytes,
  flag,
  pad,
  s32,
  string,
  struct,
  u8,
  u32,
  variant
} from '../../definition'
import { nlaBitfield32 } from './bitfield'
import { stab, tcEstimator } from './rate'
import { statistics, tcStats } from './statistics'

/** What messages about qdiscs, classes, filters and chains begin with. <linux/rtnetlink.h> */
export const tcmsg = struct('tcmsg', {
  family: u8,
  pad1: pad(1),
  pad2: pad(2),
  /** The interface's index; -1 says that `parent` is the index of a block shared by several. */
  ifindex: s32,
  /** A number of one's own. Of qdiscs and classes: major << 16 | minor, the latter 0 for a qdisc. */
  handle: u32,
  /** The qdisc or class that it hangs below, by handle; TC_H_* for a place at the interface itself. */
  parent: u32,
  /** Of a filter: its priority << 16 | the EtherType in network order. Of a class: the handle of the qdisc below it. */
  info: u32
})

/** Attributes of qdiscs, classes, filters and chains, given the options and statistics of each kind. <linux/rtnetlink.h> */
export const tca = <const O extends Alternatives, const X extends Alternatives>(options: O, xstats: X) =>
  attributes('TCA', {
    /** Selects the form of `options` and `xstats`: `htb`. */
    kind: [1, string],
    options: [2, variant('kind', options)],
    stats: [3, tcStats],
    /** Statistics of its kind; the same as `app` in `stats2`. */
    xstats: [4, variant('kind', xstats)],
    rate: [5, tcEstimator],
    /** How many objects a flush removed. */
    fcnt: [6, u32],
    stats2: [7, statistics(xstats)],
    stab: [8, stab],
    pad: [9, bytes],
    /** Of a dump of qdiscs: those that the kernel made by itself, too. */
    dumpInvisible: [10, flag],
    /** The chain that a filter stands in. */
    chain: [11, u32],
    /** Whether hardware does it. */
    hwOffload: [12, u8],
    /** Index of the block of filters, shared by several interfaces, that packets coming in run through. */
    ingressBlock: [13, u32],
    /** The same for packets going out. */
    egressBlock: [14, u32],
    /** TCA_DUMP_FLAGS_* bits. */
    dumpFlags: [15, nlaBitfield32],
    /** A remark of the kernel's on what it did, sent with the notification. */
    extWarnMsg: [16, string]
  })

/** Places and parts of a handle. <linux/pkt_sched.h> */
export const TC_H = {
  MAJ_MASK: 0xffff0000,
  MIN_MASK: 0x0000ffff,
  UNSPEC: 0,
  /** As parent: what all packets going out run through. */
  ROOT: 0xffffffff,
  /** As parent: the qdisc `ingress`, before anything else sees a packet. */
  INGRESS: 0xfffffff1,
  /** As parent: the qdisc `clsact`, which holds filters for both directions. */
  CLSACT: 0xfffffff1,
  MIN_PRIORITY: 0xffe0,
  /** With major 0xffff, as a filter's parent: packets coming in. */
  MIN_INGRESS: 0xfff2,
  /** With major 0xffff, as a filter's parent: packets going out. */
  MIN_EGRESS: 0xfff3
} as const

/** What a dump may leave out. <linux/rtnetlink.h> */
export const TCA_DUMP_FLAGS = {
  /** All but what identifies a filter and counts its packets. */
  TERSE: 0x1
} as const
