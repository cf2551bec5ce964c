import { type Kind, sizeOf } from '../kind'
import type { Layout } from '../layout'
import type { Operand } from '../syntax'

export const kindsText = (kinds: ReadonlyArray<Kind>): string =>
  kinds.map(({ type }) => type.name).join(' . ')

/** What a map gives, in words. */
export const dataText = (data: NonNullable<Layout['data']>): string =>
  data === 'verdict' ? 'verdicts' : typeof data === 'string' ? `a ${data}` : kindsText(data)

/** Whether something of a packet can stand for something else: it is of the same kind, or a mere number. */
export const fits = (from: ReadonlyArray<Kind>, to: ReadonlyArray<Kind>): boolean =>
  from.length === to.length &&
  from.every((kind, n) => {
    const other = to[n]
    return (
      other !== undefined &&
      (kind.type.number === other.type.number ||
        (kind.type.name === 'integer' &&
          (kind.order === 'host' || kind.bits < 8 || sizeOf(kind) === sizeOf(other))))
    )
  })

/** The name of an object, as it is written. */
export const objectName = (operand: Operand): string => {
  const text =
    operand.kind === 'asked' ? operand.name : operand.kind === 'value' ? operand.value : operand.kind
  return text.replaceAll('"', '')
}
