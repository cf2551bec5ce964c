import { type Kind, widthOf } from '../kind'
import { isSpan, type Layout, typeNumber } from '../layout'
import type { Elements, Named, Operand } from '../syntax'
import { ownSet } from './anonymous'
import { learnTypes } from './dependency'
import { dataText, fits, kindsText } from './fit'
import { align, type Loaded, load, settle } from './load'
import { emit, fail, type Program, register } from './program'

interface Found {
  readonly set: string
  readonly setId?: number
  readonly layout: Layout | undefined
}

/** Whether a named set has such keys, and gives such data. */
const checkLayout = (
  program: Program,
  name: string,
  { key, data: has }: Layout,
  kinds: ReadonlyArray<Kind>,
  data: Layout['data']
): undefined => {
  const narrow = key.length === 1 && kinds.length === 1 && widthOf(key) !== widthOf(kinds)
  if (typeNumber(key) !== typeNumber(kinds) || narrow)
    return fail(program, `@${name} has keys of ${kindsText(key)}, and this is ${kindsText(kinds)}`)
  if (data === undefined) return
  if (has === undefined) return fail(program, `@${name} is a set, and gives nothing for a key`)
  if (typeof has === 'string' || typeof data === 'string') {
    if (has !== data) fail(program, `@${name} gives ${dataText(has)}, not ${dataText(data)}`)
  } else if (!fits(has, data)) fail(program, `@${name} gives ${kindsText(has)}, not ${kindsText(data)}`)
}

/** The set or map in which to look up what is in a register; one of the rule's own is made. */
export const setFor = (
  program: Program,
  set: Elements | Named,
  loaded: Loaded,
  index: number,
  data?: Layout['data']
): Found => {
  if (set.kind === 'named') {
    const layout = program.layoutOf(set.name)
    const kinds = settle(program, loaded, index)
    if (layout !== undefined) checkLayout(program, set.name, layout, kinds, data)
    if (layout?.interval === true) align(program, kinds, index)
    return { set: set.name, layout }
  }
  if (set.elements.length === 0) fail(program, 'a set without elements has nothing to look up')
  if (set.elements.some(each => isSpan(each.key))) align(program, loaded.kinds, index)
  return ownSet(program, set, loaded.kinds, loaded.shift, data)
}

/** Looks a key up in a set or map, and tells how it is laid out, if that is known. */
export const lookup = (
  program: Program,
  set: Elements | Named,
  key: Operand,
  data: Layout['data'] | undefined,
  { index = 0, ...more }: { readonly index?: number; readonly dreg?: number; readonly flags?: number } = {}
): Layout | undefined => {
  if (set.kind === 'elements' && key.kind === 'asked') learnTypes(program, key.name, set)
  const loaded = load(program, key, index)
  const { layout, ...found } = setFor(program, set, loaded, index, data)
  emit(program, { name: 'lookup', data: { ...found, sreg: register(index), ...more } })
  return layout
}
