import type { Qdisc } from '../../protocol/rtnetlink/qdisc'
import { present } from '../socket/message'

/** What passed a qdisc or a class, and what did not: `tc -s`. <linux/gen_stats.h> */
export interface Statistics {
  readonly bytes: bigint
  readonly packets: bigint
  readonly drops: number
  readonly requeues: number
  /** How often a packet had to wait for its turn. */
  readonly overlimits: number
  /** Packets that wait. */
  readonly waiting: number
  /** Bytes that wait. */
  readonly backlog: number
  /** Bits a second, if the kernel was asked to estimate them. */
  readonly rate?: number
}

type Counted = Omit<NonNullable<Qdisc['attributes']['stats2']>, 'app'>

export const statisticsIn = ({
  stats2
}: {
  readonly stats2?: Counted | undefined
}): Statistics | undefined => {
  if (stats2 === undefined) return undefined
  const { basic, queue, pkt64, rateEst, rateEst64 } = stats2
  const bytes = rateEst64?.bps ?? rateEst?.bps
  return present<Statistics>({
    bytes: basic?.bytes ?? 0n,
    packets: pkt64 ?? BigInt(basic?.packets ?? 0),
    drops: queue?.drops ?? 0,
    requeues: queue?.requeues ?? 0,
    overlimits: queue?.overlimits ?? 0,
    waiting: queue?.qlen ?? 0,
    backlog: queue?.backlog ?? 0,
    rate: bytes === undefined ? undefined : Number(bytes) * 8
  })
}
