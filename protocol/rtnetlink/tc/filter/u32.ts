import {
  arrayOf,
  attributes,
  be16,
  be32,
  bytes,
  followed,
  pad,
  s16,
  s32,
  string,
  struct,
  u8,
  u16,
  u32,
  u64
} from '../../../definition'
import { actions } from '../action'
import { police } from '../action/police'

/** Words of the packet that have to have a value; also an extended match. <linux/pkt_cls.h> */
export const tcU32Key = struct('tc_u32_key', {
  mask: be32,
  val: be32,
  /** Where, in bytes from the network header. */
  off: s32,
  /** -1 counts from the header after that. */
  offmask: s32
})

/** Words of a packet, and tables of filters to go on with. <linux/pkt_cls.h>, man 8 tc-u32 */
export const u32Filter = attributes('TCA_U32', {
  /** Handle of the class that packets go to. */
  classid: [1, u32],
  /** Handle of the table that the filter stands in. */
  hash: [2, u32],
  /** Handle of the table to go on with. */
  link: [3, u32],
  /** Of a new table: how many lists it has. */
  divisor: [4, u32],
  sel: [
    5,
    followed(
      struct('tc_u32_sel', {
        /** TC_U32_* bits. */
        flags: u8,
        offshift: u8,
        /** How many keys there are. */
        nkeys: u8,
        pad: pad(1),
        /** Where the next header starts: the word at `offoff`, masked and shifted by `offshift`, and `off` more. */
        offmask: be16,
        off: u16,
        offoff: s16,
        /** Which list of `link`: the word at `hoff`, masked with `hmask`. */
        hoff: s16,
        hmask: be32
      }),
      'keys',
      arrayOf(tcU32Key)
    )
  ],
  police: [6, police],
  act: [7, actions],
  /** Name of the interface that packets came in by. */
  indev: [8, string],
  /** How often it was tried, and how often it and each of its keys matched. */
  pcnt: [9, followed(struct('tc_u32_pcnt', { rcnt: u64, rhit: u64 }), 'kcnts', arrayOf(u64))],
  mark: [
    10,
    struct('tc_u32_mark', {
      val: u32,
      mask: u32,
      /** How often it matched; in answers only. */
      success: u32
    })
  ],
  /** TCA_CLS_FLAGS_* bits. */
  flags: [11, u32],
  pad: [12, bytes]
})

/** Flags of a selector. <linux/pkt_cls.h> */
export const TC_U32 = {
  /** Here classification ends. */
  TERMINAL: 0x1,
  OFFSET: 0x2,
  VAROFFSET: 0x4,
  EAT: 0x8
} as const
