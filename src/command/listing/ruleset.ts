import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Look } from './listing'

export const ruleset: Look = connection =>
  pipe(
    connection.nftables.tables(),
    TE.map(all => ({ values: all, rows: all.map(({ family, table }) => [family, table]) }))
  )
