import { attributes, bytes, mac, pad, struct, u16, u64 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Changes the Ethernet header of packets. <linux/tc_act/tc_skbmod.h>, man 8 tc-skbmod */
export const skbmod = attributes('TCA_SKBMOD', {
  tm: [1, tcfT],
  parms: [
    2,
    struct('tc_skbmod', {
      ...generic,
      pad: pad(4),
      /** SKBMOD_F_* bits. */
      flags: u64
    })
  ],
  dmac: [3, mac],
  smac: [4, mac],
  /** The EtherType, in host order. */
  etype: [5, u16],
  pad: [6, bytes]
})

/** <linux/tc_act/tc_skbmod.h> */
export const SKBMOD_F = {
  DMAC: 0x1,
  SMAC: 0x2,
  ETYPE: 0x4,
  SWAPMAC: 0x8,
  /** Marks that there is congestion. */
  ECN: 0x10
} as const
