import type { Expression } from '../../../protocol/nftables/expression'
import { NFT_HASH } from '../../../protocol/nftables/expression/hash'
import type { StatefulExpression } from '../../../protocol/nftables/expression/stateful'
import { logOf } from '../expression/log'
import { statefulOf } from '../expression/stateful'
import { synproxyOf } from '../expression/synproxy'
import type { Statement } from '../syntax'
import { reset, setNamed, setPayload } from './assignment'
import { compare, compareRange } from './comparison'
import { copy, queue, tproxy } from './diversion'
import { familyNamed } from './endpoint'
import { noBytes } from './held'
import { bitwise, loadConstant, loadHash, loadNamed, loadOption, loadPayload, turn } from './load'
import { nat, toPort } from './nat'
import { begun, type Program, push, unknown } from './program'
import { reject } from './reject'
import { dynamic, lookup, object } from './set'
import type { Surroundings } from './surroundings'

export type { Known } from './surroundings'

const step = (program: Program, expression: Expression): undefined => {
  switch (expression.name) {
    case 'payload':
      return expression.data?.sreg === undefined
        ? loadPayload(program, expression, expression.data)
        : setPayload(program, expression, expression.data)
    case 'meta':
    case 'ct': {
      const { dreg, sreg } = expression.data ?? {}
      return sreg === undefined ? loadNamed(program, expression, dreg) : setNamed(program, expression, sreg)
    }
    case 'exthdr': {
      const { sreg, dreg } = expression.data ?? {}
      if (sreg !== undefined) return setNamed(program, expression, sreg)
      return dreg === undefined
        ? reset(program, expression, expression.data)
        : loadOption(program, expression, expression.data)
    }
    case 'rt':
    case 'socket':
    case 'fib':
    case 'numgen':
    case 'osf':
    case 'xfrm':
      return loadNamed(program, expression, expression.data?.dreg)
    case 'hash':
      return expression.data?.type === NFT_HASH.SYM
        ? loadNamed(program, expression, expression.data.dreg)
        : loadHash(program, expression, expression.data)
    case 'bitwise':
      return bitwise(program, expression, expression.data)
    case 'byteorder':
      return turn(program, expression, expression.data)
    case 'cmp':
      return compare(program, expression, expression.data)
    case 'range':
      return compareRange(program, expression, expression.data)
    case 'lookup':
      return lookup(program, expression, expression.data)
    case 'immediate':
      return loadConstant(program, expression.data)
    case 'counter':
    case 'limit':
    case 'quota':
    case 'connlimit':
    case 'last': {
      const known = statefulOf(expression as StatefulExpression)
      return known === undefined ? unknown(program, expression) : push(program, known)
    }
    case 'nat':
      return nat(program, expression.data)
    case 'masq':
      return toPort(program, 'masquerade', expression.data)
    case 'redir':
      return toPort(program, 'redirect', expression.data)
    case 'tproxy':
      return tproxy(program, expression.data)
    case 'dup':
      return copy(program, 'dup', undefined, expression.data)
    case 'fwd':
      return copy(program, 'fwd', familyNamed(expression.data?.nfproto), expression.data)
    case 'queue':
      return queue(program, expression.data)
    case 'reject':
      return reject(program, expression.data)
    case 'log':
      return push(program, logOf(expression.data ?? {}))
    case 'synproxy':
      return push(program, { statement: 'synproxy', ...synproxyOf(expression.data ?? {}) })
    case 'flow_offload':
      return push(program, { statement: 'flow', flowtable: expression.data?.tableName ?? '' })
    case 'dynset':
      return dynamic(program, expression, expression.data)
    case 'objref':
      return object(program, expression, expression.data)
    case 'match':
    case 'target':
      return push(program, {
        statement: 'xt',
        xt: expression.name,
        name: expression.data?.name ?? '',
        revision: expression.data?.rev ?? 0,
        info: Buffer.from(expression.data?.info ?? noBytes).toString('hex')
      })
    default:
      return (expression.name as string | undefined) === 'notrack'
        ? push(program, { statement: 'notrack' })
        : unknown(program, expression)
  }
}

/** A rule as a person would have written it: what goes without saying is left out, as `nft` does. */
export const decompile = (
  expressions: ReadonlyArray<Expression>,
  surroundings: Surroundings
): ReadonlyArray<Statement> => {
  const program = begun(surroundings)
  for (const expression of expressions) step(program, expression)
  return program.statements.filter(each => each !== undefined)
}
