import type { Given } from '../traffic/given'
import { whole, within } from '../traffic/range'
import type { QdiscOptions } from './kind'

/** Shares of a rate for classes, which get theirs by `htb` of `class`. man 8 tc-htb */
export interface Htb {
  /** Minor number of the class for packets that no filter takes: 0x30 for `1:30`. Default: they are sent at once. */
  readonly defaultClass?: number
  /** By what a class's rate is divided for the bytes that it may lend in its turn. Default 10. */
  readonly rateToQuantum?: number
  /** Packets to be sent at once that may wait. Default: the link's `txQueueLength`. */
  readonly directQueueLength?: number
}

/** A hierarchical token bucket: `qdisc.add({ link: 'eth0', handle: '1:', ...qdisc.htb({ defaultClass: 0x30 }) })`. */
export const htb = (
  given: Htb = {}
): { readonly kind: 'htb'; readonly options: Given<QdiscOptions<'htb'>> } =>
  within('htb', given, ranges, ({ defaultClass = 0, rateToQuantum = 10, directQueueLength }) => ({
    kind: 'htb',
    options: {
      init: { version: 3, rate2quantum: rateToQuantum, defcls: defaultClass },
      ...(directQueueLength !== undefined && { directQlen: directQueueLength })
    }
  }))

const ranges = { defaultClass: whole(0, 0xffff), rateToQuantum: whole(1), directQueueLength: whole() }
