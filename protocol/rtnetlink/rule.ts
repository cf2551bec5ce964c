import {
  attributes,
  be32,
  be64,
  bytes,
  ip,
  message,
  pad,
  string,
  struct,
  type TypeOf,
  u8,
  u16,
  u32
} from '../definition'

const portRange = struct('fib_rule_port_range', { start: u16, end: u16 })

/** A rule of which routing table serves which packets: `ip rule`. <linux/fib_rules.h> */
export const rule = message('rule', {
  types: { RTM_NEWRULE: 32, RTM_DELRULE: 33, RTM_GETRULE: 34 },
  header: struct('fib_rule_hdr', {
    family: u8,
    /** Length of the destination's prefix, in bits. */
    dstLen: u8,
    srcLen: u8,
    tos: u8,
    /** RT_TABLE_*; tables above 255 stand in the attribute `table` alone. */
    table: u8,
    res1: pad(1),
    res2: pad(1),
    /** FR_ACT_*. */
    action: u8,
    /** FIB_RULE_* bits. */
    flags: u32
  }),
  attributes: attributes('FRA', {
    dst: [1, ip],
    src: [2, ip],
    iifname: [3, string],
    /** Priority of the rule to go on at, with the action GOTO. */
    goto: [4, u32],
    /** The least comes first. */
    priority: [6, u32],
    fwmark: [10, u32],
    /** Realms: from in the high 16 bits, to in the low ones. */
    flow: [11, u32],
    tunId: [12, be64],
    /** Routes out of interfaces of this group do not count; 0xffffffff is none. */
    suppressIfgroup: [13, u32],
    /** Routes with a prefix this long or shorter do not count; 0xffffffff is none. */
    suppressPrefixlen: [14, u32],
    table: [15, u32],
    fwmask: [16, u32],
    oifname: [17, string],
    pad: [18, bytes],
    /** 1 looks in the table of the VRF that the packet belongs to. */
    l3mdev: [19, u8],
    uidRange: [20, struct('fib_rule_uid_range', { start: u32, end: u32 })],
    /** Who made it, RTPROT_*. */
    protocol: [21, u8],
    ipProto: [22, u8],
    sportRange: [23, portRange],
    dportRange: [24, portRange],
    /** The six bits of the differentiated services field. */
    dscp: [25, u8],
    flowlabel: [26, be32],
    flowlabelMask: [27, be32],
    sportMask: [28, u16],
    dportMask: [29, u16],
    dscpMask: [30, u8]
  })
})
export interface Rule extends TypeOf<typeof rule> {}

/** What a rule does. <linux/fib_rules.h> */
export const FR_ACT = {
  UNSPEC: 0,
  /** Looks into its table. */
  TO_TBL: 1,
  GOTO: 2,
  NOP: 3,
  BLACKHOLE: 6,
  UNREACHABLE: 7,
  PROHIBIT: 8
} as const

/** Flags of a rule. <linux/fib_rules.h> */
export const FIB_RULE = {
  PERMANENT: 0x01,
  /** For packets that do not match. */
  INVERT: 0x02,
  /** The rule that it goes to does not exist. */
  UNRESOLVED: 0x04,
  /** The interface that it names does not exist. */
  IIF_DETACHED: 0x08,
  OIF_DETACHED: 0x10,
  FIND_SADDR: 0x10000
} as const
