import { attributes, be32, be64, bytes, list, string } from '../../definition'
import { statefulExpression } from './stateful'

/** Adds a register's value to a set: `update @seen { ip saddr timeout 1m }`. <linux/netfilter/nf_tables.h> */
export const dynset = attributes('NFTA_DYNSET', {
  setName: [1, string],
  /** The set, by the id that it was given in this batch. */
  setId: [2, be32],
  /** NFT_DYNSET_OP.* */
  op: [3, be32],
  sregKey: [4, be32],
  /** For a map. */
  sregData: [5, be32],
  /** How long the element stays, in milliseconds. */
  timeout: [6, be64],
  /** What the element gets of its own, and what the packet has to pass: a counter, a limit … */
  expr: [7, statefulExpression],
  pad: [8, bytes],
  /** NFT_DYNSET_F.* bits. */
  flags: [9, be32],
  /** The same, several of them. */
  expressions: [10, list(1, statefulExpression)]
})

/** What is done to the set. <linux/netfilter/nf_tables.h> */
export const NFT_DYNSET_OP = {
  ADD: 0,
  /** Adds it, or lets its time begin anew. */
  UPDATE: 1,
  DELETE: 2
} as const

/** Flags of it. <linux/netfilter/nf_tables.h> */
export const NFT_DYNSET_F = {
  /** Goes on if the set could not take it. */
  INV: 1,
  /** There can be several expressions. */
  EXPR: 2
} as const
