import { longestPacket, rateTable } from '../traffic/rate'
import type { NewAction } from './action'
import type { ActionOptions } from './kind'

type Police = ActionOptions<'police'>
type Bucket = NonNullable<Police['tbf']>

/** What a rate lacks, unless it is none or has its table. */
const completed = (
  given: Bucket['rate'] | undefined,
  table: Police['rate'],
  wide: bigint | undefined,
  mtu: number
): { readonly rate?: Bucket['rate'] | undefined; readonly table?: Police['rate'] } => {
  if (table !== undefined || given?.rate === undefined || given.rate === 0) return { rate: given, table }
  const { spec, table: made } = rateTable(8 * Number(wide ?? given.rate), mtu)
  return { rate: { ...given, cellLog: spec.cellLog, cellAlign: spec.cellAlign }, table: made }
}

/** The kernel lists a police action without the tables of its rates, and takes it with them only. */
export const withRateTables = (action: NewAction): NewAction => {
  if (action.kind !== 'police') return action
  const options = (action.options ?? {}) as Police
  const { tbf, rate, peakrate, rate64, peakrate64 } = options
  if (tbf === undefined) return action
  const mtu = tbf.mtu || longestPacket
  const usual = completed(tbf.rate, rate, rate64, mtu)
  const peak = completed(tbf.peakrate, peakrate, peakrate64, mtu)
  return {
    ...action,
    options: {
      ...options,
      tbf: { ...tbf, ...(usual.rate && { rate: usual.rate }), ...(peak.rate && { peakrate: peak.rate }) },
      ...(usual.table && { rate: usual.table }),
      ...(peak.table && { peakrate: peak.table })
    }
  } as NewAction
}
