import { present } from '../socket/message'
import type { Given } from '../traffic/given'
import { amount, bitRate, needed, whole, within } from '../traffic/range'
import { bytesPerSecond, rate64, rateSpec, ticks } from '../traffic/rate'
import type { ClassOptions } from './kind'

/** A class's share of the rate of a qdisc `htb`. man 8 tc-htb */
export interface HtbClass {
  /** Bits a second that it has in any case. */
  readonly rate: number
  /** Bits a second that it may borrow up to. Default: `rate`. */
  readonly ceil?: number
  /** Bytes that may leave at once. Default: what leaves in a millisecond, and a packet of 1600 bytes. */
  readonly burst?: number
  /** The same at `ceil`. */
  readonly ceilBurst?: number
  /** Those with the least may borrow first: 0, the default, to 7. */
  readonly priority?: number
  /** Bytes that it may lend in its turn. Default: the rate divided by the qdisc's `rateToQuantum`. */
  readonly quantum?: number
}

/** A class of htb: `trafficClass.add({ link: 'eth0', handle: '1:30', ...trafficClass.htb({ rate: 10e6 }) })`. */
export const htb = (
  given: HtbClass
): { readonly kind: 'htb'; readonly options: Given<ClassOptions<'htb'>> } =>
  within('htb', given, ranges, ({ rate, ceil = rate, burst, ceilBurst, priority, quantum }) => ({
    kind: 'htb',
    options: present<Given<ClassOptions<'htb'>>>({
      parms: present({
        rate: rateSpec(rate),
        ceil: rateSpec(ceil),
        buffer: ticks(burst ?? usualBurst(rate), rate),
        cbuffer: ticks(ceilBurst ?? usualBurst(ceil), ceil),
        quantum,
        prio: priority
      }),
      rate64: rate64(rate),
      ceil64: rate64(ceil)
    })
  }))

const ranges = {
  rate: needed(bitRate),
  ceil: bitRate,
  burst: amount,
  ceilBurst: amount,
  priority: whole(0, 7),
  quantum: whole()
}

const usualBurst = (rate: number): number => Math.round(bytesPerSecond(rate) / 1000) + 1600
