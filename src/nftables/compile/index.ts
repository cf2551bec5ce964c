import type { Expression } from '../../../protocol/nftables/expression'
import { NFT_EXTHDR_OP } from '../../../protocol/nftables/expression/exthdr'
import { NFT_REJECT } from '../../../protocol/nftables/expression/reject'
import { datatype } from '../datatype'
import { logData } from '../expression/log'
import { stateful } from '../expression/stateful'
import { synproxyData } from '../expression/synproxy'
import { bitsOf, queueFlags } from '../flag'
import { headerOf } from '../header'
import { type Kind, kindOf } from '../kind'
import { optionOf } from '../option'
import type { Queue, Reject, Rule, Statement } from '../syntax'
import { ruleVerdict } from './anonymous'
import { assign } from './assignment'
import { numberFor, spanFor } from './constant'
import { needNetwork, needTransport } from './dependency'
import { lookup } from './lookup'
import { match } from './match'
import { changeSet, meter, useObject } from './memory'
import {
  type Compiled,
  type Compiler,
  emit,
  fail,
  type Program,
  register,
  type Surroundings
} from './program'
import { put } from './put'
import { copy, tproxy, translate } from './translation'

export { elementData } from './element'
export type { Compiled, Compiler, Surroundings } from './program'

/** Asks before all else, so that nothing is counted that is of another kind. */
const inFront = ({ expressions }: Program, ask: () => undefined): undefined => {
  const others = expressions.splice(0)
  ask()
  expressions.push(...others)
}

const reject = (program: Program, { with: kind, code = 'port-unreachable' }: Reject): undefined => {
  const { family, known } = program
  if (kind === 'tcp reset') {
    const tcp = headerOf('tcp')
    if (tcp !== undefined && known.transports.at(-1) !== 'tcp')
      inFront(program, () => needTransport(program, tcp))
    return emit(program, { name: 'reject', data: { type: NFT_REJECT.TCP_RST, icmpCode: 0 } })
  }
  const own = ownNetwork(family)
  if (kind === 'icmpx' && own !== undefined)
    return fail(
      program,
      `icmpx is for tables that see both families: write reject with ${own === 'ip' ? 'icmp' : 'icmpv6'}`
    )
  const network = known.networks.length === 1 ? known.networks[0] : undefined
  const plain = kind ?? (network === 'ip' ? 'icmp' : network === 'ip6' ? 'icmpv6' : 'icmpx')
  if (kind === 'icmp') inFront(program, () => needNetwork(program, 'ip'))
  if (kind === 'icmpv6') inFront(program, () => needNetwork(program, 'ip6'))
  const codes = kindOf(datatype(`${plain}_code`))
  emit(program, {
    name: 'reject',
    data: {
      type: plain === 'icmpx' ? NFT_REJECT.ICMPX_UNREACH : NFT_REJECT.ICMP_UNREACH,
      icmpCode: Number(numberFor(program, codes, { kind: 'value', value: code }))
    }
  })
}

const queueKind: Kind = { type: datatype('integer'), bits: 16, order: 'host' }

const queue = (program: Program, { number, flags = [] }: Queue): undefined => {
  const bits = bitsOf(queueFlags, flags)
  if (number.kind === 'value' || number.kind === 'range') {
    const { from, to } = spanFor(program, queueKind, number)
    const total = Number(to - from) + 1
    return emit(program, { name: 'queue', data: { num: Number(from), total, flags: bits } })
  }
  put(program, number, [queueKind], 0)
  emit(program, { name: 'queue', data: { sregQnum: register(0), flags: bits } })
}

const resetOption = (program: Program, name: string): undefined => {
  const option = optionOf(name)
  if (option?.kind.op !== NFT_EXTHDR_OP.TCPOPT) return fail(program, `${name} is no option of TCP`)
  emit(program, { name: 'exthdr', data: { type: option.kind.number, op: option.kind.op } })
}

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

/** The network that all packets of such a table are of. */
const ownNetwork = (family: Program['family']): 'ip' | 'ip6' | 'arp' | undefined =>
  family === 'ip' || family === 'ip6' || family === 'arp' ? family : undefined

/** A rule as the kernel runs it, with what it must be told that the text leaves out. */
export const compiler = ({ ref, layoutOf, indexOf }: Surroundings): Compiler => {
  const { family } = ref
  const network = ownNetwork(family)
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
