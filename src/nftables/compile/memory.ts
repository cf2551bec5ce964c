import { NFT_DYNSET_F, NFT_DYNSET_OP } from '../../../protocol/nftables/expression/dynset'
import { stateful } from '../expression/stateful'
import { kindsOf, padded, widthOf } from '../kind'
import { objectNumbers } from '../layout'
import type { Meter, ObjectKind, Operand, Statement } from '../syntax'
import { ownMeter } from './anonymous'
import { prepare } from './dependency'
import { fits, kindsText, objectName } from './fit'
import { align, load, settle } from './load'
import { setFor } from './lookup'
import { emit, fail, type Program, register } from './program'
import { put } from './put'

const operations = {
  add: NFT_DYNSET_OP.ADD,
  update: NFT_DYNSET_OP.UPDATE,
  delete: NFT_DYNSET_OP.DELETE
} as const

/** Changes a set as packets pass: `add @clients { ip saddr }`; `setId` is of one that belongs to the rule. */
export const changeSet = (
  program: Program,
  change: Extract<Statement, { readonly statement: 'add' | 'update' | 'delete' }>,
  setId?: number
): undefined => {
  const { statement, set: name, key, data, timeout, statements = [] } = change
  prepare(program, key, data)
  const kinds = settle(program, load(program, key, 0), 0)
  const layout = program.layoutOf(name)
  if (layout !== undefined && !fits(kinds, layout.key))
    fail(program, `@${name} has keys of ${kindsText(layout.key)}, and this is ${kindsText(kinds)}`)
  if (data !== undefined && layout !== undefined && layout.data === undefined)
    fail(program, `@${name} is a set, whose elements give nothing`)
  if (layout?.interval === true) align(program, kinds, 0)
  const behind = Math.max(padded(widthOf(kinds)) / 4, 4)
  if (data !== undefined)
    put(program, data, Array.isArray(layout?.data) ? layout.data : kindsOf(data), behind)
  const own = statements.map(stateful)
  const [first] = own
  emit(program, {
    name: 'dynset',
    data: {
      setName: name,
      ...(setId !== undefined && { setId }),
      op: operations[statement],
      sregKey: register(0),
      ...(data !== undefined && { sregData: register(behind) }),
      ...(timeout !== undefined && { timeout: BigInt(timeout) }),
      ...(own.length === 1 && first !== undefined && { expr: first }),
      ...(own.length > 1 && { expressions: own, flags: NFT_DYNSET_F.EXPR })
    }
  })
}

/** `meter`: keeps a counter, limit … for each key, in a set of the rule's own. */
export const meter = (program: Program, statement: Meter): undefined => {
  const { name, key, timeout, of } = statement
  const setId = ownMeter(program, statement)
  const lasting =
    timeout === undefined ? { statement: 'add' as const } : { statement: 'update' as const, timeout }
  changeSet(program, { ...lasting, set: name, key, statements: [of] }, setId)
}

/** A counter, quota … with a name, or the one that a map gives. */
export const useObject = (program: Program, kind: ObjectKind, name: Operand): undefined => {
  if (name.kind !== 'lookup')
    return emit(program, {
      name: 'objref',
      data: { immType: objectNumbers[kind], immName: objectName(name) }
    })
  const { set, setId } = setFor(program, name.map, load(program, name.key, 0), 0, kind)
  emit(program, {
    name: 'objref',
    data: { setSreg: register(0), setName: set, ...(setId !== undefined && { setId }) }
  })
}
