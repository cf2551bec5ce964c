import { NFT_REG32_00 } from '../../../protocol/nftables/data'
import { padded } from '../kind'
import { type Held, sizeIn } from './held'
import type { Program } from './program'

/** Registers are counted in steps of four bytes; the old numbers mean sixteen. */
const indexOf = (register: number | undefined): number =>
  register === undefined ? 0 : register >= NFT_REG32_00 ? register - NFT_REG32_00 : (register - 1) * 4

/** `size` is in bytes. */
export const hold = (
  { registers }: Program,
  register: number | undefined,
  held: Held,
  size: number
): undefined => {
  const index = indexOf(register)
  for (let n = index; n < index + Math.max(1, Math.ceil(size / 4)); n++) registers.delete(n)
  registers.set(index, held)
}

/** Undefined if nothing was put there. */
export const foundAt = ({ registers }: Program, register: number | undefined): Held | undefined =>
  registers.get(indexOf(register))

export const heldAt = (program: Program, register: number | undefined): Held =>
  foundAt(program, register) ?? { held: 'unknown' }

/** Several registers side by side, as many as make a key. */
export const keyAt = ({ registers }: Program, register: number | undefined, size: number): Held => {
  const parts: Array<Held> = []
  let index = indexOf(register)
  let left = size
  while (left > 0) {
    const part = registers.get(index)
    if (part === undefined) break
    if (part.held === 'unknown') return part
    parts.push(part)
    const width = padded(sizeIn(part))
    index += width / 4
    left -= width
  }
  const [first] = parts
  if (first === undefined) return { held: 'unknown' }
  return parts.length === 1 ? first : { held: 'several', parts }
}
