import { present } from '../socket/message'
import { tableOf } from '../traffic/rate'
import type { NewAction } from './action'
import type { ActionOptions } from './kind'

interface Rate {
  readonly rate?: number
  readonly cellLog?: number
}

const tableFor = ({ rate = 0, cellLog = 0 }: Rate = {}, wide?: bigint): ReadonlyArray<number> | undefined =>
  rate === 0 ? undefined : tableOf(8 * Number(wide ?? rate), cellLog)

/** The kernel lists a police action without the tables of its rates, and takes it with them only. */
export const withRateTables = (action: NewAction): NewAction => {
  if (action.kind !== 'police') return action
  const options = (action.options ?? {}) as ActionOptions<'police'>
  const tables = present({
    rate: options.rate ?? tableFor(options.tbf?.rate, options.rate64),
    peakrate: options.peakrate ?? tableFor(options.tbf?.peakrate, options.peakrate64)
  })
  return { ...action, options: { ...options, ...tables } } as NewAction
}
