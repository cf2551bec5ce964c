import { arrayOf, attributes, bytes, followed, many, pad, struct, u8, u16, u32 } from '../../../definition'
import { generic, tcfT } from './generic'

const parms = followed(
  struct('tc_pedit_sel', {
    ...generic,
    /** How many keys there are. */
    nkeys: u8,
    flags: u8,
    pad: pad(2)
  }),
  'keys',
  arrayOf(
    struct('tc_pedit_key', {
      /** The bits that are kept. As `val`, the packet's bytes as they lie in memory. */
      mask: u32,
      /** What is put in, by exclusive or. */
      val: u32,
      /** Where, in bytes; a multiple of four. */
      off: u32,
      /** Where a byte stands that is added to `off`, masked with `offmask` and shifted. */
      at: u32,
      offmask: u32,
      shift: u32
    })
  )
)

/** Changes packets word by word. <linux/tc_act/tc_pedit.h>, man 8 tc-pedit */
export const pedit = attributes('TCA_PEDIT', {
  tm: [1, tcfT],
  parms: [2, parms],
  pad: [3, bytes],
  /** Like `parms`, for the kernels that know `keysEx`. */
  parmsEx: [4, parms],
  /** What each of the keys counts from and does. */
  keysEx: [
    5,
    attributes('TCA_PEDIT', {
      keyEx: [
        6,
        many(
          attributes('TCA_PEDIT_KEY_EX', {
            /** TCA_PEDIT_KEY_EX_HDR_TYPE_*. */
            htype: [1, u16],
            /** TCA_PEDIT_KEY_EX_CMD_*. */
            cmd: [2, u16]
          })
        )
      ]
    })
  ]
})

/** The header that an offset counts from. <linux/tc_act/tc_pedit.h> */
export const TCA_PEDIT_KEY_EX_HDR_TYPE = { NETWORK: 0, ETH: 1, IP4: 2, IP6: 3, TCP: 4, UDP: 5 } as const

/** <linux/tc_act/tc_pedit.h> */
export const TCA_PEDIT_KEY_EX_CMD = { SET: 0, ADD: 1 } as const
