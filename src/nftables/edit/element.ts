import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Message } from '../../../protocol'
import { NLM_F } from '../../../protocol/netlink/header'
import { message } from '../../socket/message'
import { elementData } from '../compile'
import { faultIn, items, lackIn, text } from '../described'
import { stateful } from '../expression/stateful'
import { verdictData } from '../expression/verdict'
import { familyHeader, type TableRef } from '../family'
import { type Difference, type Keyed, merged, without } from '../interval'
import { elementKeysOf, type Layout, portions, wireElements } from '../layout'
import { type Around, type Change, plain, worded } from './change'
import { commentFault } from './comment'
import { placeText } from './name'
import { elementsFrom, isExcerpt, linksIn, type Written, writtenText } from './written'

type ElementsSent = 'NFT_MSG_NEWSETELEM' | 'NFT_MSG_DELSETELEM'

/** Elements of one set, in as many messages as they need. */
export const elementMessages = (
  ref: TableRef,
  set: string,
  layout: Layout,
  keys: ReadonlyArray<Keyed>,
  { indexOf }: Around,
  type: ElementsSent,
  flags: number
): E.Either<string, ReadonlyArray<Message>> =>
  pipe(
    wireElements(
      layout,
      keys,
      each => elementData(layout, each.data, indexOf, verdictData),
      each => (each.statements ?? []).map(stateful)
    ),
    E.map(all =>
      portions(all).map(portion =>
        message(type, NLM_F.REQUEST | flags, {
          header: familyHeader(ref),
          attributes: { table: ref.table, set, elements: portion }
        } as never)
      )
    )
  )

export const keysFrom = (
  layout: Layout,
  given: Written,
  { indexOf }: Around
): E.Either<string, ReadonlyArray<Keyed>> =>
  pipe(
    elementsFrom(layout, given),
    E.chain(elements => {
      const wordy = elements.find(({ comment }) => commentFault(comment) !== undefined)
      return wordy === undefined
        ? elementKeysOf(layout, elements, indexOf)
        : E.left(commentFault(wordy.comment) ?? '')
    })
  )

/** Keys alone, as elements are taken away by. */
const bare = (keys: ReadonlyArray<Keyed>): ReadonlyArray<Keyed> =>
  keys.map(({ element, spans }) => ({ element: { key: element.key }, spans }))

/** What became of a set that merges its elements. */
const differenceMessages = (
  ref: TableRef,
  set: string,
  layout: Layout,
  { removed, added }: Difference,
  around: Around
): E.Either<string, ReadonlyArray<Message>> =>
  pipe(
    E.Do,
    E.apS('gone', elementMessages(ref, set, layout, bare(removed), around, 'NFT_MSG_DELSETELEM', 0)),
    E.apS('come', elementMessages(ref, set, layout, added, around, 'NFT_MSG_NEWSETELEM', NLM_F.CREATE)),
    E.map(({ gone, come }) => [...gone, ...come])
  )

export const elementsChange = (
  ref: TableRef,
  set: string,
  elements: Written,
  verb: 'add' | 'create' | 'delete'
): Change => {
  const kind = { verb, object: 'element' } as const
  const fault = isExcerpt(elements)
    ? undefined
    : (lackIn({ set, elements }, ['set', 'elements']) ??
      faultIn({ set, elements }, { set: text, elements: items }))
  if (fault !== undefined) return plain(kind, `${placeText(ref)} ${set}`, () => E.left(fault))
  return worded(kind, () => `${placeText(ref)} ${set} ${writtenText(elements)}`, {
    links: layoutOf => linksIn(layoutOf(ref, set), elements),
    uses: [{ ref, set }],
    fills: { ref, set },
    messages: around => {
      const layout = around.layoutOf(ref, set)
      if (layout === undefined)
        return E.left(
          `nothing is known of set ${set}: make it in the same transaction, or let a connection look it up`
        )
      if (verb === 'delete') return removalMessages(ref, set, layout, elements, around)
      return pipe(
        keysFrom(layout, elements, around),
        E.chain(keys =>
          verb === 'add' && layout.merge === true
            ? differenceMessages(
                ref,
                set,
                layout,
                around.hold(ref, set, merged([...around.heldBy(ref, set), ...keys])),
                around
              )
            : elementMessages(
                ref,
                set,
                layout,
                keys,
                around,
                'NFT_MSG_NEWSETELEM',
                NLM_F.CREATE | (verb === 'create' ? NLM_F.EXCL : 0)
              )
        )
      )
    }
  })
}

const removalMessages = (
  ref: TableRef,
  set: string,
  full: Layout,
  elements: Written,
  around: Around
): E.Either<string, ReadonlyArray<Message>> => {
  const { data: _, ...layout } = full
  return pipe(
    keysFrom(layout, elements, around),
    // Who names them with what they give means the same.
    E.alt(() => keysFrom(full, elements, around)),
    E.chain(keys => {
      const before = layout.merge === true ? around.heldBy(ref, set) : []
      const left = before.length === 0 ? before : without(before, keys)
      if (before.length - left.length === keys.length)
        return differenceMessages(ref, set, layout, around.hold(ref, set, left), around)
      return elementMessages(ref, set, layout, bare(keys), around, 'NFT_MSG_DELSETELEM', 0)
    })
  )
}
