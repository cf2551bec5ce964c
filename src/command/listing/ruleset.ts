import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Look } from './listing'

/** Kinds tell how to read values, and their operands say it in words already. */
const withoutKinds = ({ kinds: _, ...set }: { readonly kinds?: unknown }): object => set

export const ruleset: Look = connection =>
  pipe(
    connection.nftables.ruleset(),
    TE.map(({ tables, text }) => ({
      values: tables.map(table => ({ ...table, sets: table.sets.map(withoutKinds) })),
      rows: [],
      text
    }))
  )
