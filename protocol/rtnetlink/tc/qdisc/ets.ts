import { attributes, many, u8, u32 } from '../../../definition'

/** Enhanced transmission selection: strict bands first, then others by weight. <linux/pkt_sched.h>, man 8 tc-ets */
export const ets = attributes('TCA_ETS', {
  /** How many bands there are. */
  nbands: [1, u8],
  /** How many of them are strict. */
  nstrict: [2, u8],
  quanta: [
    3,
    attributes('TCA_ETS', {
      /** Bytes that each band which is not strict may send in its turn. */
      quantaBand: [4, many(u32)]
    })
  ],
  /** Of a class: bytes that it may send in its turn. */
  quantaBand: [4, u32],
  priomap: [
    5,
    attributes('TCA_ETS', {
      /** The band of priority 0, 1, 2 … */
      priomapBand: [6, many(u8)]
    })
  ]
})
