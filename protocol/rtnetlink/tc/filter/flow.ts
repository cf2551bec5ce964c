import { attributes, u32 } from '../../../definition'
import { actions } from '../action'
import { police } from '../action/police'
import { ematches } from './ematch'

/** A class reckoned from fields of the packet. <linux/pkt_cls.h>, man 8 tc-flow */
export const flow = attributes('TCA_FLOW', {
  /** Bits, 1 << FLOW_KEY_*. */
  keys: [1, u32],
  /** FLOW_MODE_*. */
  mode: [2, u32],
  /** Handle of the first class. */
  baseclass: [3, u32],
  /** With MAP, the key is masked, changed by exclusive or, shifted, and `addend` is added, in this order. */
  rshift: [4, u32],
  addend: [5, u32],
  mask: [6, u32],
  xor: [7, u32],
  /** How many classes there are. */
  divisor: [8, u32],
  act: [9, actions],
  police: [10, police],
  ematches: [11, ematches],
  /** Seconds until the hash changes. */
  perturb: [12, u32]
})

/** Fields of a packet. <linux/pkt_cls.h> */
export const FLOW_KEY = {
  SRC: 0,
  DST: 1,
  PROTO: 2,
  PROTO_SRC: 3,
  PROTO_DST: 4,
  IIF: 5,
  PRIORITY: 6,
  MARK: 7,
  NFCT: 8,
  NFCT_SRC: 9,
  NFCT_DST: 10,
  NFCT_PROTO_SRC: 11,
  NFCT_PROTO_DST: 12,
  RTCLASSID: 13,
  SKUID: 14,
  SKGID: 15,
  VLAN_TAG: 16,
  RXHASH: 17
} as const

/** <linux/pkt_cls.h> */
export const FLOW_MODE = { MAP: 0, HASH: 1 } as const
