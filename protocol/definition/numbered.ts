import { NLA_F_NESTED, NLA_TYPE_MASK, positions, writeAttribute } from './attributes'
import { align, littleEndian as le } from './bytes'
import { encodeError, inside, quoted } from './error'
import type { Policy, ValueOf } from './policy'

/** A nest of equal attributes whose numbers are data: statistics by their id. */
export interface Numbered<P extends Policy<unknown>>
  extends Policy<{ readonly [number: number]: ValueOf<P> }> {
  readonly type: 'numbered'
  readonly of: P
}

/** Equal attributes by their numbers, written in ascending order. */
export const numbered = <P extends Policy<unknown>>(of: P): Numbered<P> => ({
  type: 'numbered',
  of,
  read: (bytes, from, to, scope) => {
    const values: { [number: number]: ValueOf<P> } = {}
    let last = -1
    let end = from
    for (const at of positions(bytes, from, to)) {
      const length = bytes.view.getUint16(at, le)
      const type = bytes.view.getUint16(at + 2, le) & ~NLA_F_NESTED
      const number = type & NLA_TYPE_MASK
      const value = of.read(bytes, at + 4, at + length, scope)
      if (value === undefined) return undefined
      if (number <= last || number !== type) bytes.irregular = true
      values[number] = value as ValueOf<P>
      last = number
      end = at + align(length)
    }
    return end < to ? undefined : values
  },
  write: (to, value, scope) => {
    if (typeof value !== 'object' || value === null) return encodeError(`${quoted(value)} is not an object`)
    for (const [key, each] of Object.entries(value)) {
      const number = Number(key)
      if (!Number.isInteger(number) || number < 0 || number > NLA_TYPE_MASK)
        return inside(key, encodeError(`not an attribute's number, which is from 0 to ${NLA_TYPE_MASK}`))
      const error = each === undefined ? undefined : writeAttribute(to, number, of, each, scope)
      if (error !== undefined) return inside(key, error)
    }
    return undefined
  }
})
