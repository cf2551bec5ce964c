import type { Expression } from '../../../protocol/nftables/expression'
import { logData } from '../expression/log'
import { stateful } from '../expression/stateful'
import { synproxyData } from '../expression/synproxy'
import type { Rule, Statement } from '../syntax'
import { ruleVerdict } from './anonymous'
import { assign, resetOption } from './assignment'
import { copy, queue, tproxy } from './diversion'
import { lookup } from './lookup'
import { match } from './match'
import { changeSet, meter, useObject } from './memory'
import {
  type Compiled,
  type Compiler,
  emit,
  fail,
  ownNetwork,
  type Program,
  type Surroundings
} from './program'
import { reject } from './reject'
import { translate } from './translation'

export { elementData } from './element'
export type { Compiled, Compiler, Surroundings } from './program'

const compileStatement = (program: Program, statement: Statement): undefined => {
  switch (statement.statement) {
    case 'match':
      return match(program, statement)
    case 'verdict': {
      const verdict = ruleVerdict(program, statement)
      return emit(program, { name: 'immediate', data: { dreg: 0, data: { verdict } } })
    }
    case 'verdicts':
      return void lookup(program, statement.map, statement.key, 'verdict', { dreg: 0 })
    case 'set':
      return assign(program, statement.name, statement.value)
    case 'object':
      return useObject(program, statement.object, statement.name)
    case 'log':
      return emit(program, { name: 'log', data: logData(statement) })
    case 'reject':
      return reject(program, statement)
    case 'snat':
    case 'dnat':
    case 'masquerade':
    case 'redirect':
      return translate(program, statement)
    case 'tproxy':
      return tproxy(program, statement)
    case 'dup':
    case 'fwd':
      return copy(program, statement)
    case 'queue':
      return queue(program, statement)
    case 'synproxy':
      return emit(program, { name: 'synproxy', data: synproxyData(statement) })
    case 'notrack':
      return emit(program, { name: 'notrack' } as Expression)
    case 'flow':
      return emit(program, { name: 'flow_offload', data: { tableName: statement.flowtable } })
    case 'add':
    case 'update':
    case 'delete':
      return changeSet(program, statement)
    case 'meter':
      return meter(program, statement)
    case 'reset':
      return resetOption(program, statement.option)
    case 'xt': {
      const { name, revision: rev, info } = statement
      const data = { name, rev, info: Uint8Array.from(Buffer.from(info, 'hex')) }
      return emit(program, { name: statement.xt, data })
    }
    case 'unknown':
      return fail(program, `${statement.expression} is not known here`)
    default:
      if (statement.statement === 'limit' && statement.of === 'packets' && statement.burst === 0)
        fail(program, 'a burst is of one packet at least')
      return emit(program, stateful(statement) as Expression)
  }
}

const deciding: ReadonlySet<string> = new Set([
  'snat',
  'dnat',
  'masquerade',
  'redirect',
  'reject',
  'queue',
  'fwd'
])

/** Whether no statement behind it is ever reached. */
const isLast = (statement: Statement): boolean =>
  statement.statement === 'verdict' ? statement.verdict !== 'continue' : deciding.has(statement.statement)

/** A rule as the kernel runs it, with what it must be told that the text leaves out. */
export const compiler = ({ ref, layoutOf, indexOf }: Surroundings): Compiler => {
  const { family } = ref
  const network = ownNetwork(ref)
  const compile = ({ statements }: Rule): Compiled => {
    const program: Program = {
      ref,
      family,
      layoutOf,
      indexOf,
      expressions: [],
      before: [],
      known: { networks: network === undefined ? [] : [network], transports: [] },
      compileInner: compile,
      fault: undefined
    }
    let last: Statement | undefined
    for (const statement of statements) {
      if (last !== undefined && isLast(last)) fail(program, 'nothing comes behind a statement that decides')
      compileStatement(program, statement)
      last = statement
    }
    return program
  }
  return compile
}
