import { attributes, bytes, either, flag, mac, pad, struct, u16, u32 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Carries what the kernel notes about a packet to another host. <linux/tc_act/tc_ife.h>, man 8 tc-ife */
export const ife = attributes('TCA_IFE', {
  parms: [
    1,
    struct('tc_ife', {
      ...generic,
      /** IFE_ENCODE or IFE_DECODE. */
      flags: u16,
      pad: pad(2)
    })
  ],
  tm: [2, tcfT],
  dmac: [3, mac],
  smac: [4, mac],
  /** The EtherType, in host order. */
  type: [5, u16],
  /** What is carried: a value for all packets, or `true` for the packet's own. <linux/ife.h> */
  metalst: [
    6,
    attributes('IFE_META', {
      skbmark: [1, either(u32, flag)],
      hashid: [2, either(u32, flag)],
      prio: [3, either(u32, flag)],
      qmap: [4, either(u16, flag)],
      tcindex: [5, either(u16, flag)]
    })
  ],
  pad: [7, bytes]
})

/** <linux/tc_act/tc_ife.h> */
export const IFE = { DECODE: 0, ENCODE: 1 } as const
