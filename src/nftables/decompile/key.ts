import { elementsOf } from '../content'
import { datatype, rawInteger } from '../datatype'
import { type Kind, padded, widthOf } from '../kind'
import type { Lookup } from '../syntax'
import { type Held, sizeIn } from './held'
import { type Read, whole } from './operand'
import type { Program } from './program'
import { keyAt } from './register'
import type { Known } from './surroundings'

/** What is looked up in a set, which may not be known. */
export const keyOf = (program: Program, register: number | undefined, known: Known | undefined): Held =>
  keyAt(program, register, known === undefined ? 4 : widthOf(known.layout.key))

/** Whether registers hold all parts of a key. */
export const isWhole = (key: Held, known: Known | undefined): boolean =>
  key.held !== 'unknown' && (known === undefined || padded(sizeIn(key)) >= padded(widthOf(known.layout.key)))

/** nft lists keys as what it kept of them says: raw bits of which it kept nothing, and whether there is an option. */
const listed = (kind: Kind, kept: Kind | undefined): Kind => {
  const isPlain =
    kept?.of === undefined
      ? kind.type === rawInteger
      : kind.type.name === 'boolean' && kept.type.name === 'integer'
  return isPlain ? { ...kind, type: datatype('integer') } : kind
}

/** Elements of a rule's own set stand in front of the bits behind their key; a set with a name holds what it says. */
export const lookedUp = ({ reading }: Program, name: string, known: Known | undefined, key: Read): Lookup => {
  if (known?.anonymous !== true) return { kind: 'lookup', key: whole(key), map: { kind: 'named', name } }
  const layout = { ...known.layout, key: key.kinds.map((kind, n) => listed(kind, known.layout.key[n])) }
  const elements = elementsOf(layout, known.elements, reading, key.shift)
  return { kind: 'lookup', key: key.operand, map: { kind: 'elements', elements } }
}
