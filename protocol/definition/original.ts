/**
 * The payloads of one attribute as they came, where writing the value would give others: a string without its NUL,
 * a struct of a newer kernel. Kept beside the value, so that values stay plain data.
 */
export interface Original {
  readonly value: unknown
  readonly payloads: ReadonlyArray<Uint8Array>
}

export type Originals = ReadonlyMap<number, Original>

const kept = new WeakMap<object, Map<number, Original>>()
/** Whoever only writes has nothing to look for, 30 times in a rule. */
let isNoneKept = true

export const remember = (
  owner: object,
  number: number,
  value: unknown,
  payloads: ReadonlyArray<Uint8Array>
): void => {
  isNoneKept = false
  const originals = kept.get(owner) ?? new Map<number, Original>()
  kept.set(owner, originals.set(number, { value, payloads }))
}

export const forget = (owner: object, number: number): void => {
  kept.get(owner)?.delete(number)
}

export const originalsOf = (owner: object): Originals | undefined =>
  isNoneKept ? undefined : kept.get(owner)

/** The payloads to write instead of the value, unless somebody has put another value in its place. */
export const payloadsOf = (
  originals: Originals | undefined,
  number: number,
  value: unknown
): ReadonlyArray<Uint8Array> | undefined => {
  const original = originals?.get(number)
  return original !== undefined && Object.is(original.value, value) ? original.payloads : undefined
}

/** The number under which the payload of a whole value is kept, next to those of its attributes. */
export const whole = -1

/** Hands the payload kept for a whole value on to another object that stands for the same value. */
export const handOn = (from: object, to: object): void => {
  const original = kept.get(from)?.get(whole)
  if (original !== undefined) remember(to, whole, to, original.payloads)
}
