import { present } from '../socket/message'
import type { Given } from '../traffic/given'
import { bitRate, milliseconds, share, whole, within } from '../traffic/range'
import { bytesPerSecond, probability, rate64, ticksIn } from '../traffic/rate'
import type { QdiscOptions } from './kind'

/** A bad network, on purpose. Probabilities and correlations are from 0 to 1. man 8 tc-netem */
export interface Netem {
  /** Milliseconds that packets wait. */
  readonly delay?: number
  /** Milliseconds around `delay`, which overtaking comes with. */
  readonly jitter?: number
  /** How much a packet's delay is like that of the one before. */
  readonly delayCorrelation?: number
  /** How delays are spread: evenly, the default, or like the normal distribution, `jitter` being its deviation. */
  readonly distribution?: 'uniform' | 'normal'
  /** Packets that are lost. */
  readonly loss?: number
  readonly lossCorrelation?: number
  /** Packets that come twice. */
  readonly duplicate?: number
  readonly duplicateCorrelation?: number
  /** Packets with a bit flipped. */
  readonly corrupt?: number
  readonly corruptCorrelation?: number
  /** Packets that do not wait, and so overtake others; needs a `delay`. */
  readonly reorder?: number
  readonly reorderCorrelation?: number
  /** Every so many packets one may overtake. Default 1 with `reorder`. */
  readonly gap?: number
  /** Bits a second. */
  readonly rate?: number
  /** Packets that may wait. Default 1000. */
  readonly limit?: number
  /** Packets are marked instead of lost. */
  readonly ecn?: boolean
  /** Where the random numbers start: the same ones again. Since Linux 6.6. */
  readonly seed?: bigint
}

/** Delay, loss, duplication and disorder: `qdisc.add({ link: 'eth0', ...qdisc.netem({ delay: 50, loss: 0.01 }) })`. */
export const netem = (
  given: Netem
): {
  readonly kind: 'netem'
  readonly options: Given<QdiscOptions<'netem'>>
} => within('netem', given, ranges, netemOf)

const ranges = {
  delay: milliseconds,
  jitter: milliseconds,
  delayCorrelation: share,
  distribution: true,
  loss: share,
  lossCorrelation: share,
  duplicate: share,
  duplicateCorrelation: share,
  corrupt: share,
  corruptCorrelation: share,
  reorder: share,
  reorderCorrelation: share,
  gap: whole(),
  rate: bitRate,
  limit: whole(),
  ecn: true,
  seed: true
} as const

const netemOf = (given: Netem): ReturnType<typeof netem> => {
  const { delay = 0, jitter = 0, reorder, limit = 1000, rate } = given
  return {
    kind: 'netem',
    options: {
      header: {
        latency: ticksIn(delay / 1000),
        limit,
        loss: probability(given.loss ?? 0),
        gap: given.gap ?? (reorder === undefined ? 0 : 1),
        duplicate: probability(given.duplicate ?? 0),
        jitter: ticksIn(jitter / 1000)
      },
      attributes: present({
        corr: {
          delayCorr: probability(given.delayCorrelation ?? 0),
          lossCorr: probability(given.lossCorrelation ?? 0),
          dupCorr: probability(given.duplicateCorrelation ?? 0)
        },
        delayDist: given.distribution === 'normal' ? normal() : undefined,
        reorder: chance(reorder, given.reorderCorrelation),
        corrupt: chance(given.corrupt, given.corruptCorrelation),
        rate: rate === undefined ? undefined : { rate: Math.min(0xffffffff, bytesPerSecond(rate)) },
        ecn: given.ecn === undefined ? undefined : Number(given.ecn),
        rate64: rate === undefined ? undefined : rate64(rate),
        latency64: nanoseconds(delay),
        jitter64: nanoseconds(jitter),
        prngSeed: given.seed
      })
    }
  }
}

const nanoseconds = (milliseconds: number): bigint => BigInt(Math.round(milliseconds * 1e6))

const chance = (
  given: number | undefined,
  correlation = 0
): { readonly probability: number; readonly correlation: number } | undefined =>
  given === undefined ? undefined : { probability: probability(given), correlation: probability(correlation) }

/** Quantiles of the normal distribution, 8192 being a deviation: the kernel draws one of them for each packet. */
const normal = (): ReadonlyArray<number> => {
  const size = 4096
  const step = 1 / 2048
  const table: Array<number> = []
  let below = 0
  for (let x = -4; table.length < size && x < 4; x += step) {
    below += (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * step
    while (table.length < Math.min(size, below * size)) table.push(Math.round(x * 8192))
  }
  while (table.length < size) table.push(4 * 8192 - 1)
  return table
}
