import { NF_NAT_RANGE } from '../../protocol/nftables/expression/nat'
import { NFT_QUEUE_FLAG } from '../../protocol/nftables/expression/queue'
import { NFT_SET } from '../../protocol/nftables/set'
import { NFT_TABLE_F } from '../../protocol/nftables/table'

/** Bits by the words of `nft`, in the order in which it lists them. */
type Flags<F extends string> = { readonly [flag in F]: number }

export const tableFlags = {
  dormant: NFT_TABLE_F.DORMANT,
  owner: NFT_TABLE_F.OWNER,
  persist: NFT_TABLE_F.PERSIST
} as const

export const setFlags = {
  constant: NFT_SET.CONSTANT,
  dynamic: NFT_SET.EVAL,
  interval: NFT_SET.INTERVAL,
  timeout: NFT_SET.TIMEOUT
} as const

export const natFlags = {
  random: NF_NAT_RANGE.PROTO_RANDOM,
  'fully-random': NF_NAT_RANGE.PROTO_RANDOM_FULLY,
  persistent: NF_NAT_RANGE.PERSISTENT
} as const

export const queueFlags = {
  bypass: NFT_QUEUE_FLAG.BYPASS,
  fanout: NFT_QUEUE_FLAG.CPU_FANOUT
} as const

/** The bits that some words stand for. */
export const bitsOf = <F extends string>(flags: Flags<F>, words: ReadonlyArray<F>): number =>
  words.reduce((bits, word) => bits | flags[word], 0)

/** The words for bits that are set; nothing if there are none. */
export const flagsIn = <F extends string>(
  flags: Flags<F>,
  bits: number
): { readonly flags?: ReadonlyArray<F> } => {
  const words = (Object.keys(flags) as Array<F>).filter(word => (bits & flags[word]) !== 0)
  return words.length === 0 ? {} : { flags: words }
}
