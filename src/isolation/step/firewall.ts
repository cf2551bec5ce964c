import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { transaction } from '../../nftables'
import type { AddEntries, Entry } from '../../recipe/step'
import type { StepError } from '../error'
import {
  checkPorts,
  entryChanges,
  forgetConnections,
  hasTable,
  membershipChanges,
  missing,
  type Place,
  removeEntries,
  tableChanges,
  tableText
} from '../firewall'
import { placeName } from '../world'
import { call, inside, type StepKind, unlessGone } from './kind'

interface Before {
  /** Our table was there: another isolation uses it. */
  readonly existed: boolean
}

/** Entries in our table of the firewall, which is made with the first and goes with the last. */
export const firewallStep: StepKind<AddEntries, Before> = {
  describe: ({ family, entries, namespace }) =>
    `put ${entries.length} entries into table ${family} isolink ${placeName(namespace)}`,
  before: ({ family, entries, namespace }, { world }) => {
    const place = { world, namespace, family }
    return pipe(
      // A namespace that the plan makes is not there yet.
      unlessGone(hasTable(place)),
      TE.chainFirstW((existed = false) => checkPorts(place, entries, existed)),
      TE.map((existed = false) => ({ existed }))
    )
  },
  apply: ({ family, entries, namespace }, { existed }, { world, owner }) => {
    const place = { world, namespace, family }
    return call(
      pipe(
        world.send(
          transaction([...(existed ? [] : tableChanges(family)), ...entryChanges(family, entries, owner)]),
          namespace
        ),
        TE.orElseW(error =>
          error._tag === 'Rejected' && error.code === 'EEXIST'
            ? // Somebody was quicker.
              pipe(
                checkPorts(place, entries, true),
                TE.chainW(() => TE.left(error))
              )
            : TE.left(error)
        ),
        TE.chainW(() => forgetConnections(place, entries))
      )
    )
  },
  undo: ({ family, entries, namespace }, _, { world, owner }) => {
    const place = { world, namespace, family }
    return call(
      pipe(
        removeEntries(place, entries, owner),
        TE.chainW(() => forgetConnections(place, entries))
      )
    )
  },
  check: ({ family, entries, namespace }, _, { world, owner }) =>
    pipe(
      unlessGone(hasTable({ world, namespace, family })),
      TE.chainW(exists =>
        exists === true
          ? pipe(
              missing({ world, namespace, family }, entries, owner),
              TE.map(absent =>
                absent.map(
                  ({ set, text }) =>
                    `${text} is missing from ${set} of table ${family} isolink ${placeName(namespace)}`
                )
              )
            )
          : TE.right([`the table ${family} isolink ${placeName(namespace)} is gone`])
      )
    ),
  repair: ({ family, entries, namespace }, _, { world, owner }) =>
    call(mend({ world, namespace, family }, entries, owner)),
  script: ({ family, entries, namespace }) => [
    `${inside(namespace, 'nft -f -')} <<EOF`,
    tableText(family, entries, 'by hand'),
    'EOF'
  ]
}

/** Puts back what is missing: the whole table, or some elements of it. */
const mend = (place: Place, entries: ReadonlyArray<Entry>, owner: string): TE.TaskEither<StepError, void> =>
  pipe(
    hasTable(place),
    TE.chain(exists =>
      exists
        ? pipe(
            missing(place, entries, owner),
            TE.map(absent => membershipChanges(place.family, absent))
          )
        : TE.right([...tableChanges(place.family), ...entryChanges(place.family, entries, owner)])
    ),
    TE.chain(changes =>
      changes.length === 0 ? TE.right(undefined) : place.world.send(transaction(changes), place.namespace)
    )
  )
