import { present } from '../socket/message'
import type { Given } from '../traffic/given'
import { bitRate, milliseconds, needed, whole, within } from '../traffic/range'
import { bytesPerSecond, rate64, rateSpec, ticks } from '../traffic/rate'
import type { QdiscOptions } from './kind'

/** A rate that nothing exceeds for long. man 8 tc-tbf */
export interface Tbf {
  /** Bits a second. */
  readonly rate: number
  /** Bytes that may leave at once; at least the link's MTU, else larger packets are dropped. */
  readonly burst: number
  /** Milliseconds that packets wait at most; later ones are dropped. Default 50. */
  readonly latency?: number
  /** Bytes that may wait, in place of `latency`. */
  readonly limit?: number
  /** Bits a second that not even a burst exceeds. */
  readonly peakRate?: number
  /** Bytes that may leave at once at the peak rate: the link's MTU. Default 1514. */
  readonly peakBurst?: number
}

/** A token bucket filter: `qdisc.add({ link: 'eth0', ...qdisc.tbf({ rate: 10e6, burst: 16_000 }) })`. */
export const tbf = (given: Tbf): { readonly kind: 'tbf'; readonly options: Given<QdiscOptions<'tbf'>> } =>
  within('tbf', given, ranges, ({ rate, burst, latency = 50, limit, peakRate, peakBurst = 1514 }) => ({
    kind: 'tbf',
    options: present<Given<QdiscOptions<'tbf'>>>({
      parms: present({
        rate: rateSpec(rate),
        peakrate: peakRate === undefined ? undefined : rateSpec(peakRate),
        limit: limit ?? Math.min(0xffffffff, Math.round((bytesPerSecond(rate) * latency) / 1000) + burst),
        buffer: ticks(burst, rate),
        mtu: peakRate === undefined ? undefined : ticks(peakBurst, peakRate)
      }),
      rate64: rate64(rate),
      prate64: peakRate === undefined ? undefined : rate64(peakRate),
      burst,
      pburst: peakRate === undefined ? undefined : peakBurst
    })
  }))

const ranges = {
  rate: needed(bitRate),
  burst: needed(whole()),
  latency: milliseconds,
  limit: whole(),
  peakRate: bitRate,
  peakBurst: whole()
}
