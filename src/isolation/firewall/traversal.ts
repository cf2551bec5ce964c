import type { Chain } from '../../../protocol/nftables/chain'
import { VERDICT, type Verdict } from '../../../protocol/nftables/data'
import type { Expression } from '../../../protocol/nftables/expression'
import { NFT_NAT } from '../../../protocol/nftables/expression/nat'
import type { Rule } from '../../../protocol/nftables/rule'
import { iptablesTargets } from './iptables'
import { type LookUp, meet, type Registers } from './meeting'
import type { Match, Packet } from './packet'

/** A rule, or the policy of a chain where there is no handle. */
export interface Spot {
  readonly chain: string
  readonly handle?: bigint
}

/** The chains of a table with their rules, and what its sets hold. */
export interface Rules {
  readonly chains: ReadonlyMap<string, ReadonlyArray<Rule>>
  readonly lookUp: LookUp
}

/** What becomes of a packet for certain; it leaves a chain where nothing is. */
export type Ending =
  | { readonly verdict: 'accept' | 'return' }
  | ({ readonly verdict: 'drop' | 'translate' } & Spot)

const both = (a: Match, b: Match): Match =>
  a === 'no' || b === 'no' ? 'no' : a === 'maybe' || b === 'maybe' ? 'maybe' : 'yes'

/** What an expression does to whatever reaches it. */
const fateOf = (expression: Expression): 'drop' | 'translate' | undefined => {
  if (expression.name === 'reject') return 'drop'
  if (expression.name === 'redir') return 'translate'
  if (expression.name === 'nat') return expression.data?.type === NFT_NAT.DNAT ? 'translate' : undefined
  return expression.name === 'target' ? iptablesTargets.get(expression.data?.name ?? '') : undefined
}

type Step = Ending | { readonly verdict: 'next' }

const next: Step = { verdict: 'next' }

/** What becomes of one packet in each of the chains that it has been through: however many rules lead there. */
interface Way extends Rules {
  readonly packet: Packet
  readonly known: Map<string, Ending>
}

const follow = (verdict: Verdict, spot: Spot, way: Way): Step => {
  switch (verdict.code) {
    case VERDICT.ACCEPT:
      return { verdict: 'accept' }
    case VERDICT.DROP:
      return { verdict: 'drop', ...spot }
    case VERDICT.RETURN:
      return { verdict: 'return' }
    case VERDICT.JUMP:
    case VERDICT.GOTO: {
      const ending = walk(verdict.chain ?? '', way)
      return ending.verdict !== 'return' || verdict.code === VERDICT.GOTO ? ending : next
    }
    default:
      return next
  }
}

const apply = (chain: string, { attributes: { handle, expressions = [] } }: Rule, way: Way): Step => {
  const spot: Spot = { chain, ...(handle !== undefined && { handle }) }
  const registers: Registers = new Map()
  let match: Match = 'yes'
  for (const expression of expressions) {
    const fate = fateOf(expression)
    if (fate !== undefined) return match === 'yes' ? { verdict: fate, ...spot } : next
    if (expression.name === 'target') continue
    const met = meet(expression, way.packet, registers, way.lookUp)
    match = both(match, met.match)
    if (match === 'no') return next
    const verdict =
      met.verdict ?? (expression.name === 'immediate' ? expression.data?.data?.verdict : undefined)
    if (verdict !== undefined) return match === 'yes' ? follow(verdict, spot, way) : next
  }
  return next
}

/** What becomes of the packet in a chain, as far as rules are concerned that it certainly meets. */
const walk = (chain: string, way: Way): Ending => {
  const before = way.known.get(chain)
  if (before !== undefined) return before
  // The kernel refuses chains that call each other in a circle; read in parts, they may seem to.
  way.known.set(chain, { verdict: 'return' })
  const ending = firstIn(chain, way)
  way.known.set(chain, ending)
  return ending
}

const firstIn = (chain: string, way: Way): Ending => {
  for (const rule of way.chains.get(chain) ?? []) {
    const step = apply(chain, rule, way)
    if (step.verdict !== 'next') return step
  }
  return { verdict: 'return' }
}

/** What becomes of a packet that comes to a base chain. */
export const traverse = ({ attributes }: Chain, rules: Rules, packet: Packet): Ending => {
  const { name = '', policy } = attributes
  const ending = walk(name, { ...rules, packet, known: new Map() })
  return ending.verdict === 'return' && policy === VERDICT.DROP ? { verdict: 'drop', chain: name } : ending
}
