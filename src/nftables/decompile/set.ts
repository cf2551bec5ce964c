import type { Expression } from '../../../protocol/nftables/expression'
import { NFT_DYNSET_OP } from '../../../protocol/nftables/expression/dynset'
import { NFT_LOOKUP_F } from '../../../protocol/nftables/expression/lookup'
import { decode } from '../datatype'
import { echoOf } from '../encapsulation'
import type { DataOf } from '../expression/data'
import { statefulOf } from '../expression/stateful'
import { port as portKind, widthOf } from '../kind'
import { objectKind } from '../layout'
import type { Stateful } from '../syntax'
import { isWhole, keyOf, lookedUp } from './key'
import { whole } from './operand'
import { type Program, push, unknown } from './program'
import { read, valueAt } from './read'
import { hold } from './register'

/** Whether a packet is in a set, or what a map gives for it. */
export const lookup = (
  program: Program,
  expression: Expression,
  { set = '', sreg, dreg, flags = 0 }: DataOf<'lookup'> = {}
): undefined => {
  const known = program.setOf(set)
  const key = keyOf(program, sreg, known)
  if (!isWhole(key, known)) return unknown(program, expression)
  if (dreg !== undefined && dreg !== 0) {
    const given = known?.layout.data
    const width = Array.isArray(given) ? widthOf(given) * (known?.layout.dataInterval === true ? 2 : 1) : 16
    return hold(program, dreg, { held: 'given', key, set, known }, width)
  }
  const icmp = known?.anonymous === true ? known.elements[0]?.key?.value : undefined
  const of = read(program, key)
  if (of.operand.kind === 'asked' && /^icmp(v6)? type$/.test(of.operand.name) && icmp !== undefined)
    program.icmpType ??= echoOf(of.operand.name, Number(decode(icmp, 'network')))
  const { key: left, map: right } = lookedUp(program, set, known, of)
  push(
    program,
    dreg === 0
      ? { statement: 'verdicts', key: left, map: right }
      : {
          statement: 'match',
          left,
          op: (flags & NFT_LOOKUP_F.INV) !== 0 ? '!=' : left.kind === 'computation' ? '==' : 'in',
          right
        }
  )
}

const dynamicWords: { readonly [op: number]: 'add' | 'update' | 'delete' } = {
  [NFT_DYNSET_OP.ADD]: 'add',
  [NFT_DYNSET_OP.UPDATE]: 'update',
  [NFT_DYNSET_OP.DELETE]: 'delete'
}

/** A counter that begins with nothing need not say so. */
const fresh = (statement: Stateful): Stateful =>
  statement.statement === 'counter' && statement.packets === 0n && statement.bytes === 0n
    ? { statement: 'counter' }
    : statement

/** What packets do to a set; to one that belongs to a rule, a meter. */
export const dynamic = (program: Program, expression: Expression, data: DataOf<'dynset'> = {}): undefined => {
  const { setName = '', op = 0, sregKey, sregData, timeout, expr, expressions: more } = data
  const known = program.setOf(setName)
  const held = keyOf(program, sregKey, known)
  if (!isWhole(held, known)) return unknown(program, expression)
  const key = read(program, held)
  const own = [...(expr === undefined ? [] : [expr]), ...(more ?? [])]
    .flatMap(each => statefulOf(each) ?? [])
    .map(fresh)
  const [of] = own
  const lasting = timeout !== undefined && timeout > 0n ? { timeout: Number(timeout) } : {}
  if (known?.anonymous === true) {
    const size = known.size === undefined ? {} : { size: known.size }
    return own.length === 1 && of !== undefined
      ? push(program, { statement: 'meter', name: setName, ...size, key: whole(key), ...lasting, of })
      : unknown(program, expression)
  }
  const given = known?.layout.data
  push(program, {
    statement: dynamicWords[op] ?? 'add',
    set: setName,
    key: whole(key),
    ...(sregData !== undefined && {
      data: valueAt(program, sregData, Array.isArray(given) ? given : [portKind])
    }),
    ...lasting,
    ...(own.length > 0 && { statements: own })
  })
}

/** An object of the table, by its name or out of a map. */
export const object = (
  program: Program,
  expression: Expression,
  { immType, immName, setSreg, setName = '' }: DataOf<'objref'> = {}
): undefined => {
  if (setSreg === undefined) {
    const kind = objectKind(immType)
    return push(program, {
      statement: 'object',
      object: kind,
      name: { kind: 'value', value: `"${immName ?? ''}"` }
    })
  }
  const known = program.setOf(setName)
  const held = keyOf(program, setSreg, known)
  if (!isWhole(held, known)) return unknown(program, expression)
  const key = read(program, held)
  push(program, {
    statement: 'object',
    object:
      typeof known?.layout.data === 'string' && known.layout.data !== 'verdict'
        ? known.layout.data
        : 'counter',
    name: lookedUp(program, setName, known, key)
  })
}
