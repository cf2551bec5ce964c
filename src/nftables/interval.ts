import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { elementText, operandText } from './print'
import type { Element } from './syntax'

/** What of a set's layout says how its keys may lie beside one another. */
interface Layout {
  readonly key: ReadonlyArray<unknown>
  readonly data?: unknown
  readonly interval: boolean
  readonly merge?: boolean
}

/** First and last value of what stands for one part of a key. */
export interface Span {
  readonly from: bigint
  readonly to: bigint
}

/** An element, with what each part of its key stands for. */
export interface Keyed {
  readonly element: Element
  readonly spans: ReadonlyArray<Span>
}

const spanIn = ({ spans: [span] }: Keyed): Span => span ?? { from: 0n, to: 0n }

const ordered = (all: ReadonlyArray<Keyed>): ReadonlyArray<Keyed> =>
  all.every((each, n) => n === 0 || spanIn(all[n - 1] as Keyed).from <= spanIn(each).from)
    ? all
    : [...all].sort((one, other) => (spanIn(one).from < spanIn(other).from ? -1 : 1))

/** Keys that overlap or touch become one, which keeps what the first has of its own. */
export const merged = (all: ReadonlyArray<Keyed>): ReadonlyArray<Keyed> => {
  const kept: Array<Keyed> = []
  for (const each of ordered(all)) {
    const last = kept.at(-1)
    const { from, to } = spanIn(each)
    if (last === undefined || from > spanIn(last).to + 1n) kept.push(each)
    else if (to > spanIn(last).to)
      kept[kept.length - 1] = { element: last.element, spans: [{ from: spanIn(last).from, to }] }
  }
  return kept
}

const same = (layout: Layout, one: Keyed, other: Keyed): boolean =>
  spanIn(one).from === spanIn(other).from &&
  spanIn(one).to === spanIn(other).to &&
  (layout.data === undefined || dataText(one.element) === dataText(other.element))

const dataText = (element: Element): string => elementText({ ...element, key: { kind: 'any' } })

/** The kernel does not see everything that overlaps. */
const apart = (layout: Layout, all: ReadonlyArray<Keyed>): E.Either<string, ReadonlyArray<Keyed>> => {
  const kept: Array<Keyed> = []
  for (const each of ordered(all)) {
    const last = kept.at(-1)
    if (last !== undefined && spanIn(each).from <= spanIn(last).to) {
      if (same(layout, last, each)) continue
      const [one, other] = [last, each].map(({ element }) => operandText(element.key))
      return E.left(`conflicting intervals: ${one} and ${other} have keys in common`)
    }
    kept.push(each)
  }
  return E.right(kept)
}

/** Keys of which no two overlap: the same twice is one, and others are merged or told. */
export const withoutOverlap = (
  layout: Layout,
  all: ReadonlyArray<Keyed>
): E.Either<string, ReadonlyArray<Keyed>> => {
  if (!layout.interval || layout.key.length > 1) return E.right(all)
  const rest = all.filter(({ spans }) => spans.length === 0)
  const keys = all.filter(({ spans }) => spans.length > 0)
  const found = layout.merge === true ? E.right(merged(keys)) : apart(layout, keys)
  return rest.length === 0
    ? found
    : pipe(
        found,
        E.map(kept => [...kept, ...rest])
      )
}

/** What went and what came between two states of a set. */
export interface Difference {
  readonly removed: ReadonlyArray<Keyed>
  readonly added: ReadonlyArray<Keyed>
}

export const difference = (before: ReadonlyArray<Keyed>, after: ReadonlyArray<Keyed>): Difference => {
  const [had, has] = [new Set(before), new Set(after)]
  return { removed: before.filter(each => !has.has(each)), added: after.filter(each => !had.has(each)) }
}

/** Without those that have the same keys as others. */
export const without = (before: ReadonlyArray<Keyed>, gone: ReadonlyArray<Keyed>): ReadonlyArray<Keyed> => {
  const name = (each: Keyed): string => `${spanIn(each).from}-${spanIn(each).to}`
  const names = new Set(gone.map(name))
  return before.filter(each => !names.has(name(each)))
}
