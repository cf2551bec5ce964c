import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Message } from '../../../protocol'
import type { Element } from '../../../protocol/nftables/element'
import type { NamespaceRef } from '../../namespace/reference'
import { concatenation, element, elements, modifyTogether, removeTable, table } from '../../nftables'
import type { Entry } from '../../recipe/step'
import type { NetlinkError } from '../../socket/error'
import type { Request } from '../../socket/request'
import type { World } from '../world'
import { type Membership, membershipsOf, removalChanges, setNames, type TableFamily, tableOf } from './layout'

/** One of our tables, and the namespace that it is in. */
export interface Place {
  readonly world: World
  readonly namespace: NamespaceRef | undefined
  readonly family: TableFamily
}

const isAbsent = (error: NetlinkError): boolean => error._tag === 'Rejected' && error.code === 'ENOENT'

export const hasTable = ({ world, namespace, family }: Place): TE.TaskEither<NetlinkError, boolean> =>
  pipe(
    world.send(table(tableOf(family)), namespace),
    TE.map(() => true),
    TE.orElse(error => (isAbsent(error) ? TE.right(false) : TE.left(error)))
  )

/** Changes that are right for the ruleset as it is when they are made, whatever others do meanwhile. */
export const change = <E>(
  { world, namespace }: Pick<Place, 'world' | 'namespace'>,
  changes: TE.TaskEither<E, ReadonlyArray<Message>>
): TE.TaskEither<E | NetlinkError, void> =>
  modifyTogether(changes)({ send: request => world.send(request, namespace) })

/** Whose an element is, by its comment. */
export const ownerOf = ({ userdata }: Element): string | undefined => userdata?.comment

const sameBytes = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0

/** Whether it is the element that was put there: its key, of an interval both ends, and of a map the data. */
const isElement = ({ element: { key, keyEnd, data } }: Membership, found: Element): boolean =>
  sameBytes(found.key?.value, concatenation(key)) &&
  (keyEnd === undefined || sameBytes(found.keyEnd?.value, concatenation(keyEnd))) &&
  (data === undefined || sameBytes(found.data?.value, concatenation(data)))

/**
 * The elements of such keys, each looked up by itself: the others of a set do not count. Nothing for one that is not
 * there.
 */
export const found = (
  { world, namespace, family }: Place,
  keys: ReadonlyArray<Pick<Membership, 'set'> & { readonly element: Pick<Membership['element'], 'key'> }>
): TE.TaskEither<NetlinkError, ReadonlyArray<Element | undefined>> =>
  keys.length === 0
    ? TE.right([])
    : pipe(
        TE.fromEither(world.session(namespace)),
        TE.chainW(({ batch }) =>
          pipe(
            TE.fromTask(
              batch(
                keys.map(
                  ({ set, element: { key } }): Request<Element | undefined> =>
                    element(tableOf(family), set, key)
                )
              )
            ),
            TE.chainEitherKW(
              E.traverseArray(
                E.orElse(error =>
                  isAbsent(error) ? E.right<NetlinkError, undefined>(undefined) : E.left(error)
                )
              )
            )
          )
        )
      )

const all = (entries: ReadonlyArray<Entry>, name: string): ReadonlyArray<Membership> =>
  entries.flatMap(entry => membershipsOf(entry, name))

type Judge = (owner: string | undefined, membership: Membership) => boolean

/** The memberships that our table holds with an owner who passes, or those that it does not. */
const sifted = (
  place: Place,
  entries: ReadonlyArray<Entry>,
  name: string,
  passes: Judge,
  wanted: boolean
): TE.TaskEither<NetlinkError, ReadonlyArray<Membership>> => {
  const memberships = all(entries, name)
  return pipe(
    found(place, memberships),
    TE.map(answers =>
      memberships.filter((membership, n) => {
        const held = answers[n]
        const holds = held !== undefined && isElement(membership, held) && passes(ownerOf(held), membership)
        return holds === wanted
      })
    )
  )
}

/** What our table does not hold as we put it there. */
export const missing = (
  place: Place,
  entries: ReadonlyArray<Entry>,
  name: string
): TE.TaskEither<NetlinkError, ReadonlyArray<Membership>> =>
  sifted(place, entries, name, (owner, { element: { comment } }) => owner === comment, false)

/** Of what is missing, where something else stands in its place that is nobody's but ours: in our table, it has to go. */
export const usurped = (
  place: Place,
  absent: ReadonlyArray<Membership>,
  name: string
): TE.TaskEither<NetlinkError, ReadonlyArray<Membership>> =>
  pipe(
    found(place, absent),
    TE.map(answers =>
      absent.filter(({ element: { data: _, ...element }, ...rest }, n) => {
        const there = answers[n]
        return (
          there !== undefined && isElement({ ...rest, element }, there) && (ownerOf(there) ?? name) === name
        )
      })
    )
  )

/** What is still there of ours, or is there and bears nobody's name. */
const held = (
  place: Place,
  entries: ReadonlyArray<Entry>,
  name: string
): TE.TaskEither<NetlinkError, ReadonlyArray<Membership>> =>
  sifted(place, entries, name, owner => (owner ?? name) === name, true)

/** All elements of a set; none of one that is not there. */
const listed = (
  { world, namespace, family }: Place,
  set: string
): TE.TaskEither<NetlinkError, ReadonlyArray<Element>> =>
  pipe(
    world.send(elements(tableOf(family), set), namespace),
    TE.orElse(error =>
      isAbsent(error) ? TE.right<NetlinkError, ReadonlyArray<Element>>([]) : TE.left(error)
    )
  )

/** Whether nothing would be left if these went. The first set that holds another's element settles it. */
const holdsNothingBut = (
  place: Place,
  ours: ReadonlyArray<Membership>
): TE.TaskEither<NetlinkError, boolean> =>
  setNames(place.family).reduce<TE.TaskEither<NetlinkError, boolean>>(
    (so, set) =>
      pipe(
        so,
        TE.chain(empty =>
          empty
            ? pipe(
                listed(place, set),
                TE.map(there => there.length === ours.filter(each => each.set === set).length)
              )
            : TE.right(false)
        )
      ),
    TE.right(true)
  )

/** Removes what is ours and still there; the table too when nothing of anybody's remains in it. */
export const removeEntries = (
  place: Place,
  entries: ReadonlyArray<Entry>,
  name: string
): TE.TaskEither<NetlinkError, void> =>
  change(
    place,
    pipe(
      hasTable(place),
      TE.chain(exists => (exists ? removal(place, entries, name) : TE.right([])))
    )
  )

const removal = (
  place: Place,
  entries: ReadonlyArray<Entry>,
  name: string
): TE.TaskEither<NetlinkError, ReadonlyArray<Message>> =>
  pipe(
    held(place, entries, name),
    TE.bindTo('ours'),
    TE.bind('last', ({ ours }) => holdsNothingBut(place, ours)),
    TE.map(({ ours, last }) =>
      last ? [removeTable(tableOf(place.family))] : removalChanges(place.family, ours)
    )
  )
