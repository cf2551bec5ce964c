import { attributes, be32 } from '../../definition'
import { data } from '../data'

/** Computes with the bits of a register: `ct mark and 0xff or 0x100`. <linux/netfilter/nf_tables.h> */
export const bitwise = attributes('NFTA_BITWISE', {
  sreg: [1, be32],
  dreg: [2, be32],
  /** In bytes. */
  len: [3, be32],
  mask: [4, data],
  xor: [5, data],
  /** NFT_BITWISE.*; MASK_XOR if there is none. */
  op: [6, be32],
  /** How far to shift; the second operand, if that is a constant. */
  data: [7, data],
  /** The second operand, if that is a register. */
  sreg2: [8, be32]
})

/** Computations. <linux/netfilter/nf_tables.h> */
export const NFT_BITWISE = {
  /** `(sreg & mask) ^ xor` */
  MASK_XOR: 0,
  LSHIFT: 1,
  RSHIFT: 2,
  AND: 3,
  OR: 4,
  XOR: 5
} as const
