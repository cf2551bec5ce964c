import {
  type AttributeSet,
  NLA_F_NET_BYTEORDER,
  NLA_TYPE_MASK,
  type Rows,
  type SetValue,
  type Unknown
} from './attributes'
import { originalsOf } from './original'

/**
 * The same set, but not when an attribute of it has another form than its row says: where two sets share their
 * numbers, `either(exact(one), other)` tells them apart.
 */
export const exact = <R extends Rows>(set: AttributeSet<R>): AttributeSet<R> => {
  const numbers = new Set(Object.values(set.rows).map(([number]) => number))
  const misfit = ({ type }: Unknown): boolean =>
    (type & NLA_F_NET_BYTEORDER) === 0 && numbers.has(type & NLA_TYPE_MASK)
  const fits = (value: SetValue<R> & { readonly unknown?: ReadonlyArray<Unknown> }): boolean =>
    (originalsOf(value)?.size ?? 0) === 0 && !value.unknown?.some(misfit)
  return {
    ...set,
    read: (bytes, from, to, scope) => {
      const value = set.read(bytes, from, to, scope)
      return value === undefined || !fits(value) ? undefined : value
    }
  }
}
