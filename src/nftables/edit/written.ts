import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { type Cursor, type Excerpt, excerptText, parse, parseExcerpt } from '../cursor'
import { type Checks, description, faultIn, faultText, list, milliseconds, text } from '../described'
import type { Kind } from '../kind'
import type { Layout } from '../layout'
import { element as parseElement, elements as parseElements, values } from '../operand'
import { verdict } from '../parser'
import { elementText, operandText, rawText } from '../print'
import type { Element, Operand, Verdict } from '../syntax'
import { mention, nothingMentioned } from './mention'

/** An element, or its text in the syntax of `nft`: `10.0.0.0/8`, `tcp . 80 : 10.0.0.2 . 8080`. */
export type ElementLike = string | Element

/** Elements as values and texts, or as they stand in a text that has more. */
export type Written = ReadonlyArray<ElementLike> | Excerpt

export const isExcerpt = (given: Written): given is Excerpt =>
  typeof given === 'object' && given !== null && 'tokens' in given

/** Parses what elements of a map of such a layout give. */
export const dataParser = ({ data }: Layout): ((cursor: Cursor) => Operand | Verdict) | undefined =>
  data === undefined
    ? undefined
    : data === 'verdict'
      ? verdict
      : typeof data === 'string'
        ? cursor => ({ kind: 'value', value: `"${cursor.name('object')}"` })
        : cursor => values(cursor, data)

const elementChecks: Checks<Pick<Element, 'comment' | 'timeout' | 'expires' | 'statements'>> = {
  comment: text,
  timeout: milliseconds,
  expires: milliseconds,
  statements: list(description)
}

/** Whether it can be told: who has no types may give anything. */
const isElement = (given: Element): boolean => typeof given?.key?.kind === 'string'

export const elementsFrom = (layout: Layout, given: Written): E.Either<string, ReadonlyArray<Element>> => {
  if (isExcerpt(given))
    return pipe(
      parseExcerpt(cursor => parseElements(cursor, layout.key, dataParser(layout)), given),
      E.mapLeft(({ message }) => message)
    )
  const all: Array<Element> = []
  for (const each of given) {
    if (typeof each !== 'string') {
      if (!isElement(each))
        return E.left(`${rawText(each)} is no element: a text, or { key: { kind: 'value', value: … } }`)
      const fault = faultIn(each, elementChecks)
      if (fault !== undefined) return E.left(`element ${operandText(each.key)}: ${faultText(fault)}`)
      all.push(each)
      continue
    }
    const parsed = parse(
      cursor => {
        const found = parseElement(cursor, layout.key, dataParser(layout))
        return cursor.peek().kind === 'end' ? found : cursor.fail('one element stands by itself')
      },
      [each]
    )
    if (E.isLeft(parsed)) return E.left(`element ${each}: ${parsed.left.message}`)
    all.push(parsed.right)
  }
  return E.right(all)
}

const isLink = ({ type }: Kind): boolean => type.name === 'iface_index'

export const linksIn = (layout: Layout | undefined, given: Written): ReadonlyArray<string> => {
  if (layout === undefined) return []
  const data = Array.isArray(layout.data) ? layout.data : []
  if (![...layout.key, ...data].some(isLink)) return []
  const elements = elementsFrom(layout, given)
  // What is wrong with them is told where they become messages.
  if (E.isLeft(elements)) return []
  const found = nothingMentioned()
  for (const each of elements.right) {
    mention(layout.key, each.key, found)
    if (each.data !== undefined && 'kind' in each.data) mention(data, each.data, found)
  }
  return [...found.links]
}

export const writtenText = (elements: Written): string => {
  if (isExcerpt(elements)) return excerptText(elements, 16)
  const shown = elements
    .slice(0, 4)
    .map(each => (typeof each === 'string' ? each : isElement(each) ? elementText(each) : rawText(each)))
  return `{ ${shown.join(', ')}${elements.length > 4 ? ', …' : ''} }`
}
