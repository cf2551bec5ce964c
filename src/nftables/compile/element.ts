import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Verdict as WireVerdict } from '../../../protocol/nftables/data'
import type { Element as WireElement } from '../../../protocol/nftables/element'
import { constantBytes, type IndexOf, type Layout, spanBytes } from '../layout'
import { operandText } from '../print'
import type { Element, Verdict } from '../syntax'
import { dataText, objectName } from './fit'

/** What a map's element gives, as the kernel has it. */
export const elementData = (
  layout: Layout,
  data: Element['data'],
  indexOf: IndexOf,
  verdict: (given: Verdict) => WireVerdict
): E.Either<string, Pick<WireElement, 'data' | 'objref'>> => {
  const wants = layout.data
  if (data === undefined)
    return wants === undefined ? E.right({}) : E.left(`an element of a map gives ${dataText(wants)}`)
  if (wants === undefined) return E.left('an element of a set gives nothing')
  if ('verdict' in data)
    return wants === 'verdict'
      ? E.right({ data: { verdict: verdict(data) } })
      : E.left(`an element gives a verdict, and the map gives ${dataText(wants)}`)
  if (wants === 'verdict') return E.left(`${operandText(data)} is no verdict`)
  if (typeof wants === 'string') return E.right({ objref: objectName(data) })
  if (layout.dataInterval !== true)
    return pipe(
      constantBytes(wants, data, indexOf),
      E.map(value => ({ data: { value } }))
    )
  return pipe(
    spanBytes(wants, data, indexOf),
    E.map(({ from, to }) => ({ data: { value: Uint8Array.of(...from, ...to) } }))
  )
}
