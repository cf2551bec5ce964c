import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Element } from '../../../protocol/nftables/element'
import type { NamespaceRef } from '../../namespace/reference'
import { elements, removeElements, removeTable, tables, transaction } from '../../nftables'
import type { AddEntries, Entry } from '../../recipe/step'
import type { NetlinkError } from '../../socket/error'
import type { PortTaken, StepError } from '../error'
import {
  bySet,
  entryChanges,
  type Membership,
  membershipOf,
  setNames,
  type TableFamily,
  tableChanges,
  tableOf,
  tableText
} from '../firewall'
import { placeName, type World } from '../world'
import { call, inside, type StepKind, unlessGone } from './kind'

interface Before {
  /** Our table was there: another isolation uses it. */
  readonly existed: boolean
}

/** One of our tables, and the namespace that it is in. */
interface Place {
  readonly world: World
  readonly namespace: NamespaceRef | undefined
  readonly family: TableFamily
}

const hasTable = ({ world, namespace, family }: Place): TE.TaskEither<NetlinkError, boolean> =>
  pipe(
    world.send(tables, namespace),
    TE.map(all => all.some(each => each.family === family && each.table === tableOf(family).table))
  )

/** Entries in our table of the firewall, which is made with the first and goes with the last. */
export const firewallStep: StepKind<AddEntries, Before> = {
  describe: ({ family, entries, namespace }) =>
    `put ${entries.length} entries into table ${family} isolink ${placeName(namespace)}`,
  before: ({ family, namespace }, { world }) =>
    pipe(
      // A namespace that the plan makes is not there yet.
      unlessGone(hasTable({ world, namespace, family })),
      TE.map((existed = false) => ({ existed }))
    ),
  apply: ({ family, entries, namespace }, { existed }, { world, name }) =>
    call(
      pipe(
        world.send(
          transaction([...(existed ? [] : tableChanges(family)), ...entryChanges(family, entries, name)]),
          namespace
        ),
        TE.orElseW(error =>
          error._tag === 'Rejected' && error.code === 'EEXIST'
            ? explainConflict({ world, namespace, family }, entries, name, error)
            : TE.left(error)
        )
      )
    ),
  undo: ({ family, entries, namespace }, _, { world, name }) =>
    call(removeEntries({ world, namespace, family }, entries, name)),
  check: ({ family, entries, namespace }, _, { world, name }) =>
    pipe(
      unlessGone(hasTable({ world, namespace, family })),
      TE.chainW(exists =>
        exists === true
          ? pipe(
              missing({ world, namespace, family }, entries, name),
              TE.map(absent =>
                absent
                  .map(entry => membershipOf(entry, name))
                  .map(
                    ({ set, text }) =>
                      `${text} is missing from ${set} of table ${family} isolink ${placeName(namespace)}`
                  )
              )
            )
          : TE.right([`the table ${family} isolink ${placeName(namespace)} is gone`])
      )
    ),
  repair: ({ family, entries, namespace }, _, { world, name }) =>
    call(mend({ world, namespace, family }, entries, name)),
  script: ({ family, entries, namespace }) => [
    `${inside(namespace, 'nft -f -')} <<EOF`,
    tableText(family, entries, 'by hand'),
    'EOF'
  ]
}

const sameBytes = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0

const joined = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const padded = parts.length === 1 ? parts : parts.map(part => Buffer.concat([part], (part.length + 3) & ~3))
  return Uint8Array.from(Buffer.concat(padded as ReadonlyArray<Uint8Array>))
}

const matches = (element: Element, { element: { key } }: Membership): boolean =>
  sameBytes(element.key?.value, joined(key))

const ownerOf = ({ userdata }: Element): string | undefined => userdata?.comment

/** Finds out which port is whose. */
const explainConflict = (
  place: Place,
  entries: ReadonlyArray<Entry>,
  name: string,
  error: NetlinkError
): TE.TaskEither<StepError, void> =>
  pipe(
    listed(place, ['published', 'published_at']),
    TE.chainW(found => {
      for (const entry of entries) {
        if (entry._tag !== 'Publish') continue
        const membership = membershipOf(entry, name)
        const element = found.get(membership.set)?.find(each => matches(each, membership))
        if (element !== undefined) return TE.left<StepError, void>(portTaken(entry, ownerOf(element)))
      }
      return TE.left<StepError, void>(error)
    })
  )

const portTaken = (
  entry: Extract<Entry, { readonly _tag: 'Publish' }>,
  owner: string | undefined
): PortTaken => ({
  _tag: 'PortTaken',
  message: `publish: ${entry.protocol} port ${entry.hostPort} of ${entry.hostAddress ?? 'the host'} is published already${owner === undefined ? '' : ` by ${owner}`}; choose another hostPort`,
  field: 'publish',
  ...(owner !== undefined && { owner })
})

const listed = (
  { world, namespace, family }: Place,
  sets: ReadonlyArray<string>
): TE.TaskEither<NetlinkError, ReadonlyMap<string, ReadonlyArray<Element>>> =>
  pipe(
    sets,
    TE.traverseSeqArray(set =>
      pipe(
        world.send(elements(tableOf(family), set), namespace),
        TE.map(found => [set, found] as const),
        TE.orElse(error =>
          error._tag === 'Rejected' && error.code === 'ENOENT'
            ? TE.right<NetlinkError, readonly [string, ReadonlyArray<Element>]>([set, []])
            : TE.left(error)
        )
      )
    ),
    TE.map(pairs => new Map(pairs))
  )

/** The entries that our table does not hold as we put them there. */
const missing = (
  place: Place,
  entries: ReadonlyArray<Entry>,
  name: string
): TE.TaskEither<NetlinkError, ReadonlyArray<Entry>> =>
  pipe(
    listed(place, setNames(place.family)),
    TE.map(found =>
      entries.filter(entry => {
        const membership = membershipOf(entry, name)
        return !(found.get(membership.set) ?? []).some(each => isOurs(each, membership, name))
      })
    )
  )

const isOurs = (element: Element, membership: Membership, name: string): boolean =>
  matches(element, membership) &&
  ownerOf(element) === name &&
  (membership.element.data === undefined || sameBytes(element.data?.value, joined(membership.element.data)))

/** Puts back what is missing: the whole table, or some elements of it. */
const mend = (place: Place, entries: ReadonlyArray<Entry>, name: string): TE.TaskEither<StepError, void> =>
  pipe(
    hasTable(place),
    TE.chain(exists =>
      exists
        ? pipe(
            missing(place, entries, name),
            TE.map(absent => entryChanges(place.family, absent, name))
          )
        : TE.right([...tableChanges(place.family), ...entryChanges(place.family, entries, name)])
    ),
    TE.chain(changes =>
      changes.length === 0 ? TE.right(undefined) : place.world.send(transaction(changes), place.namespace)
    )
  )

/** Removes what is ours, or bears nobody's name, and is still there; the table too when nothing of anybody's remains in it. */
const removeEntries = (
  place: Place,
  entries: ReadonlyArray<Entry>,
  name: string
): TE.TaskEither<StepError, void> =>
  pipe(
    hasTable(place),
    TE.chain(exists =>
      exists ? listed(place, setNames(place.family)) : TE.right(new Map<string, ReadonlyArray<Element>>())
    ),
    TE.chain(found => {
      const ours = entries
        .map(entry => membershipOf(entry, name))
        .filter(membership =>
          (found.get(membership.set) ?? []).some(
            each => matches(each, membership) && (ownerOf(each) ?? name) === name
          )
        )
      const all = [...found.values()].reduce((count, each) => count + each.length, 0)
      if (found.size === 0) return TE.right(undefined)
      const ref = tableOf(place.family)
      const changes =
        all === ours.length
          ? [removeTable(ref)]
          : bySet(ours).map(([set, members]) =>
              removeElements(
                ref,
                set,
                members.map(({ element }) => element)
              )
            )
      return changes.length === 0
        ? TE.right(undefined)
        : place.world.send(transaction(changes), place.namespace)
    })
  )
