import { TC_LINKLAYER } from '../../protocol/rtnetlink/qdisc'

/** The kernel counts time in ticks of 64 ns. `PSCHED_SHIFT` in <net/pkt_sched.h> */
const tick = 64e-9

const most = 0xffffffff

/** Bytes a second that a number of bits a second is. */
export const bytesPerSecond = (bits: number): number => Math.floor(bits / 8)

export const ticksIn = (seconds: number): number => Math.min(most, Math.round(seconds / tick))

/** How long some bytes take at a rate in bits a second, in ticks. */
export const ticks = (bytes: number, rate: number): number => ticksIn(bytes / bytesPerSecond(rate))

/**
 * A rate in bits a second as the kernel's structs have it. It names the link layer, so that no table of rates is
 * needed.
 */
export const rateSpec = (rate: number) => ({
  linklayer: TC_LINKLAYER.ETHERNET,
  rate: Math.min(most, bytesPerSecond(rate))
})

/** The same in 64 bits, where 32 are too few. */
export const rate64 = (rate: number): bigint | undefined =>
  bytesPerSecond(rate) < most ? undefined : BigInt(bytesPerSecond(rate))

/** Bytes of the longest packet where nobody says: what tc takes. */
export const longestPacket = 2047

/** A rate with the table that some actions still insist on: how long packets of 256 lengths take, in ticks. */
export const rateTable = (rate: number, longest: number) => {
  let cellLog = 0
  while (longest >> cellLog > 255) cellLog++
  return {
    spec: { ...rateSpec(rate), cellLog, cellAlign: -1 },
    table: Array.from({ length: 256 }, (_, n) => ticks((n + 1) << cellLog, rate))
  }
}

/** A probability from 0 to 1, in parts of 2^32. */
export const probability = (given: number): number => Math.round(given * most)
