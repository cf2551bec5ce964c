import { attributes, be32, bytes, sbe32, string, type ValueOf } from '../definition'

/** What becomes of a packet. <linux/netfilter/nf_tables.h> */
export const verdict = attributes('NFTA_VERDICT', {
  /** VERDICT.* */
  code: [1, sbe32],
  /** Where JUMP and GOTO lead. */
  chain: [2, string],
  /** The same, by the id that the chain was given in this batch. */
  chainId: [3, be32]
})
export interface Verdict extends ValueOf<typeof verdict> {}

/** What a register or an element holds. <linux/netfilter/nf_tables.h> */
export const data = attributes('NFTA_DATA', {
  /** As the register has it: packet fields in network order, numbers of the kernel's own in the machine's. */
  value: [1, bytes],
  verdict: [2, verdict]
})
export interface Data extends ValueOf<typeof data> {}

/** `NF_*` of <linux/netfilter.h> and `NFT_*` of <linux/netfilter/nf_tables.h>: what becomes of a packet. */
export const VERDICT = {
  DROP: 0,
  ACCEPT: 1,
  STOLEN: 2,
  /** The queue's number stands in the high 16 bits. */
  QUEUE: 3,
  REPEAT: 4,
  STOP: 5,
  /** On to the next rule. */
  CONTINUE: -1,
  /** The expression did not match: on to the next rule. */
  BREAK: -2,
  /** To another chain, and back at its end. */
  JUMP: -3,
  /** To another chain, and from its end to where this one was jumped from. */
  GOTO: -4,
  RETURN: -5
} as const

/** Registers: four of 16 bytes, or the same memory as sixteen of 4 bytes. <linux/netfilter/nf_tables.h> */
export const NFT_REG = {
  VERDICT: 0,
  1: 1,
  2: 2,
  3: 3,
  4: 4
} as const

/** The first of the sixteen registers of 4 bytes; the others follow. */
export const NFT_REG32_00 = 8
