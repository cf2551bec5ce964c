import layouts from 'struct-fu'
import { encodeError, inside, quoted } from './error'
import { field, type Typed } from './integer'
import type { Field, Layout } from './policy'

export interface Widths {
  readonly [name: string]: number
}

/** The value of an integer of bit fields: each of them by name. */
export type BitsValue<W extends Widths> = { readonly [K in keyof W]: number }

export interface Bits<W extends Widths> extends Typed<BitsValue<W>, 'bits'> {
  readonly of: Field<number>
  /** How many bits each field has, the highest bits first. */
  readonly widths: W
}

/** An integer that bit fields share, the highest first: an MPLS label and its time to live. A missing field is zero. */
export const bits = <const W extends Widths>(of: Field<number>, widths: W): Bits<W> => {
  const names: ReadonlyArray<keyof W & string> = Object.keys(widths)
  const total = names.reduce((sum, name) => sum + (widths[name] as number), 0)
  if (total !== of.size * 8) throw new Error(`${names.join(', ')} have ${total} bits, not ${of.size * 8}`)

  const split = (whole: number): BitsValue<W> => {
    const value: { [name: string]: number } = {}
    let above = total
    for (const name of names) {
      above -= widths[name] as number
      value[name] = Math.floor(whole / 2 ** above) % 2 ** (widths[name] as number)
    }
    return value as BitsValue<W>
  }

  const join = (value: BitsValue<W>): number =>
    names.reduce((whole, name) => whole * 2 ** (widths[name] as number) + (value[name] ?? 0), 0)

  const fault = (value: BitsValue<W>): ReturnType<Field<unknown>['writeAt']> => {
    if (typeof value !== 'object' || value === null)
      return encodeError(`${quoted(value)} is not a set of bit fields`)
    for (const name of Object.keys(value)) {
      const member = value[name]
      if (member === undefined) continue
      if (!Object.hasOwn(widths, name)) return inside(name, encodeError('there is no such bit field'))
      const most = 2 ** (widths[name] as number) - 1
      if (!Number.isInteger(member) || member < 0 || member > most)
        return inside(name, encodeError(`${quoted(member)} is not an integer from 0 to ${most}`))
    }
    return undefined
  }

  return {
    ...field<BitsValue<W>, 'bits'>(
      'bits',
      of.size,
      name => layouts.derive(of.layout('') as never, join, split)(name) as Layout,
      (bytes, offset) => split(of.readAt(bytes, offset)),
      (to, offset, value) => fault(value) ?? of.writeAt(to, offset, join(value))
    ),
    of,
    widths
  }
}
