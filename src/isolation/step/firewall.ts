import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Message } from '../../../protocol'
import { nameBytes } from '../../nftables'
import { joined, publicationText, publishedBy } from '../../recipe/publication'
import type { AddEntries, Entry } from '../../recipe/step'
import type { NetlinkError } from '../../socket/error'
import type { StepError } from '../error'
import {
  change,
  checkPorts,
  elementsText,
  entryChanges,
  flawsOf,
  forgetConnections,
  found,
  hasTable,
  membershipChanges,
  missing,
  type Place,
  removalChanges,
  removeEntries,
  tableChanges,
  tableText,
  usurped
} from '../firewall'
import { familyNames } from '../firewall/layout'
import { placeKey, placeName } from '../world'
import { type Bridges, bridgesOf } from './bridge'
import { call, inside, type StepKind, type Surroundings, unlessGone } from './kind'
import { forwardedOnlyNow, forwardingKeyText } from './sysctl'

interface Before {
  /** Of the networks that are allowed by name. */
  readonly bridges?: Bridges
  /** Links to be confined, as nothing that comes in by them was forwarded before. */
  readonly confined?: ReadonlyArray<string>
}

const allowedBy = (entries: ReadonlyArray<Entry>): ReadonlyArray<string> =>
  entries.flatMap(entry => (entry._tag === 'AllowNetwork' ? [entry.name] : []))

/** The entries with names in place of those that had to be looked up. */
const resolved = (
  entries: ReadonlyArray<Entry>,
  { bridges = {}, confined = [] }: Before
): ReadonlyArray<Entry> => [
  ...entries
    .filter(({ _tag }) => _tag !== 'Confine')
    .map(entry =>
      entry._tag === 'AllowNetwork'
        ? ({ _tag: 'Allow', link: entry.link, other: bridges[entry.name] ?? entry.name } as const)
        : entry
    ),
  ...(linksToConfine(entries).length === 0 ? [] : confined.map(link => ({ _tag: 'Confine', link }) as const))
]

const linksToConfine = (entries: ReadonlyArray<Entry>): ReadonlyArray<string> =>
  entries.flatMap(entry => (entry._tag === 'Confine' ? [entry.link] : []))

/** Those that forward nothing by now, and that no other isolation has confined. */
const confinedBy = (
  { family, entries, namespace }: AddEntries,
  { world }: Surroundings
): TE.TaskEither<StepError, ReadonlyArray<string>> => {
  const links = forwardedOnlyNow(world.sysctl, familyNames[family], linksToConfine(entries), namespace)
  return pipe(
    unlessGone(
      found(
        { world, namespace, family },
        links.map(link => ({ set: 'confined', element: { key: [nameBytes(link)] } }))
      )
    ),
    TE.map((there = []) => links.filter((_, n) => there[n] === undefined))
  )
}

/** Entries in our table of the firewall, which is made with the first and goes with the last. */
export const firewallStep: StepKind<AddEntries, Before> = {
  describe: ({ family, entries, namespace }) =>
    `put ${entries.length === 1 ? '1 entry' : `${entries.length} entries`} into table ${family} isolink ${placeName(namespace)}`,
  details: ({ entries, namespace }) => {
    const place = placeName(namespace)
    return [
      ...entries.flatMap(entry => {
        if (entry._tag === 'Masquerade')
          return [`masquerade what ${entry.network} sends by ${entry.link} ${place}`]
        return entry._tag === 'AllowNetwork'
          ? [`let ${entry.link} and the network ${entry.name} reach each other ${place}`]
          : []
      }),
      ...[...publishedBy(entries)].flatMap(([address, publish]) =>
        joined(publish).map(each => `publish ${publicationText(each, address)} ${place}`)
      )
    ]
  },
  before: (step, around) => {
    const { family, entries, namespace } = step
    return pipe(
      // A namespace that the plan makes is not there yet.
      unlessGone(checkPorts({ world: around.world, namespace, family }, entries)),
      TE.chainEitherKW(() => bridgesOf(allowedBy(entries), around)),
      TE.bindTo('bridges'),
      TE.apSW('confined', confinedBy(step, around)),
      TE.map(({ bridges, confined }) => ({
        ...(Object.keys(bridges).length > 0 && { bridges }),
        ...(confined.length > 0 && { confined })
      }))
    )
  },
  apply: ({ family, entries: given, namespace }, before, { world, owner }) => {
    const place = { world, namespace, family }
    const entries = resolved(given, before)
    return call(
      pipe(
        change(
          place,
          pipe(
            sound(place),
            TE.map(changes => [...changes, ...entryChanges(family, entries, owner)])
          )
        ),
        TE.orElseW(error =>
          error._tag === 'Rejected' && error.code === 'EEXIST'
            ? // Somebody was quicker.
              pipe(
                checkPorts(place, entries),
                TE.chainW(() => TE.left(error))
              )
            : TE.left(error)
        ),
        TE.chainW(() => forgetConnections(place, entries, 'published'))
      )
    )
  },
  undo: ({ family, entries: given, namespace }, before, { world, owner }) => {
    const place = { world, namespace, family }
    const entries = resolved(given, before)
    return call(
      pipe(
        removeEntries(place, entries, owner),
        TE.chainW(() => forgetConnections(place, entries, 'unpublished'))
      )
    )
  },
  check: ({ family, entries, namespace }, before, { world, owner }) =>
    pipe(
      unlessGone(hasTable({ world, namespace, family })),
      TE.chainW(exists =>
        exists === true
          ? pipe(
              TE.Do,
              TE.apS('flaws', flawsOf({ world, namespace, family })),
              TE.apS('absent', missing({ world, namespace, family }, resolved(entries, before), owner)),
              TE.map(({ flaws, absent }) => {
                const table = `table ${family} isolink ${placeName(namespace)}`
                return [
                  ...flaws.flatMap(({ findings }) => findings(table)),
                  ...absent.map(({ set, text }) => `${text} is missing from ${set} of ${table}`)
                ]
              })
            )
          : TE.right([`the table ${family} isolink ${placeName(namespace)} is gone`])
      )
    ),
  repair: ({ family, entries, namespace }, before, { world, owner }) =>
    call(mend({ world, namespace, family }, resolved(entries, before), owner)),
  script: (step, earlier) => {
    const { family, entries, namespace } = step
    const text = earlier.some(each => each._tag === 'AddEntries' && isSameTable(each, step))
      ? elementsText
      : tableText
    const unconditional = entries.filter(({ _tag }) => _tag !== 'Confine')
    return [
      `${inside(namespace, 'nft -f -')} <<EOF`,
      text(family, unconditional, 'by hand'),
      'EOF',
      ...linksToConfine(entries).flatMap(link => [
        `[ "$(${inside(namespace, `sysctl -en ${forwardingKeyText(familyNames[family], link)}`)})" = 1 ] || ${inside(namespace, 'nft -f -')} <<EOF`,
        elementsText(family, [{ _tag: 'Confine', link }], 'by hand'),
        'EOF'
      ])
    ]
  }
}

const isSameTable = (a: AddEntries, b: AddEntries): boolean =>
  a.family === b.family && placeKey(a.namespace) === placeKey(b.namespace)

/** What makes the table, or makes it whole again. */
const sound = (place: Place): TE.TaskEither<NetlinkError, ReadonlyArray<Message>> =>
  pipe(
    hasTable(place),
    TE.chain(exists =>
      exists
        ? pipe(
            flawsOf(place),
            TE.map(flaws => flaws.flatMap(({ mending }) => mending))
          )
        : TE.right(tableChanges(place.family))
    )
  )

/** Puts back what is missing: the whole table, or some of its rules, sets or elements. */
const mend = (place: Place, entries: ReadonlyArray<Entry>, owner: string): TE.TaskEither<StepError, void> =>
  change(
    place,
    pipe(
      TE.Do,
      TE.apS('changes', sound(place)),
      TE.bind('absent', () => missing(place, entries, owner)),
      TE.bind('inTheWay', ({ absent }) => usurped(place, absent, owner)),
      TE.map(({ changes, absent, inTheWay }) => [
        ...changes,
        ...removalChanges(place.family, inTheWay),
        ...membershipChanges(place.family, absent)
      ])
    )
  )
