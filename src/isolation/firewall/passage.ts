import { littleEndian as le } from '../../../protocol'
import type { Chain } from '../../../protocol/nftables/chain'
import { NFT_REG, VERDICT } from '../../../protocol/nftables/data'
import type { Expression } from '../../../protocol/nftables/expression'
import { NFT_CMP } from '../../../protocol/nftables/expression/cmp'
import { NF_CT_STATE, NFT_CT } from '../../../protocol/nftables/expression/ct'
import { NFT_META } from '../../../protocol/nftables/expression/meta'
import type { Rule } from '../../../protocol/nftables/rule'
import { hostBytes, nameBytes } from '../../nftables'

/** Packets that are forwarded, by what a firewall can know of them. */
export interface Flow {
  readonly family: 'ip' | 'ip6'
  readonly iifname: string
  readonly oifname: string
  readonly state: 'new' | 'established'
  /** They go to a published port. */
  readonly dnat?: boolean
}

/** Where a packet is dropped: by a rule, or by the policy of a chain. */
export interface Obstacle {
  readonly chain: string
  readonly handle?: bigint
}

export interface Ruled {
  readonly name: string
  readonly rules: ReadonlyArray<Rule>
}

/** Whether a rule's expression lets the packet go on to the next one. Some depends on what we do not know of it. */
type Match = 'yes' | 'no' | 'maybe'

/** A register: 4 bytes each, as the kernel has them; undefined where we do not know. */
type Registers = Map<number, Uint8Array>

/** Registers of 16 bytes are four of the others. */
const first = (register: number): number => (register >= 8 ? register - 8 : (register - 1) * 4)

const load = (
  registers: Registers,
  dreg: number | undefined,
  value: Uint8Array | undefined,
  size = 16
): void => {
  if (dreg === undefined || dreg === NFT_REG.VERDICT) return
  const words = Math.ceil((value?.length ?? size) / 4)
  for (let n = 0; n < words; n++) {
    if (value === undefined) registers.delete(first(dreg) + n)
    else registers.set(first(dreg) + n, value.slice(n * 4, n * 4 + 4))
  }
}

const read = (registers: Registers, sreg: number | undefined, length: number): Uint8Array | undefined => {
  const bytes: Array<number> = []
  for (let n = 0; n * 4 < length; n++) {
    const word = registers.get(first(sreg ?? 1) + n)
    if (word === undefined) return undefined
    bytes.push(...word)
  }
  return Uint8Array.from(bytes.slice(0, length))
}

const families = { ip: 2, ip6: 10 } as const
const IPS_DST_NAT = 32

const metaOf = (flow: Flow, key: number | undefined): Uint8Array | undefined => {
  if (key === NFT_META.IIFNAME) return nameBytes(flow.iifname)
  if (key === NFT_META.OIFNAME) return nameBytes(flow.oifname)
  return key === NFT_META.NFPROTO ? Uint8Array.of(families[flow.family]) : undefined
}

const stateOf = ({ state }: Flow): number => (state === 'new' ? NF_CT_STATE.NEW : NF_CT_STATE.ESTABLISHED)

const connectionOf = (flow: Flow, key: number | undefined): Uint8Array | undefined => {
  if (key === NFT_CT.STATE) return hostBytes(stateOf(flow))
  return key === NFT_CT.STATUS ? hostBytes(flow.dnat === true ? IPS_DST_NAT : 0) : undefined
}

/** Where `struct xt_conntrack_mtinfo3` has what it compares. <linux/netfilter/xt_conntrack.h> */
const conntrackMatch = { flags: 146, inverted: 148, states: 150 }
const XT_CONNTRACK_STATE = 1

/** XT_CONNTRACK_STATE_BIT of IP_CT_ESTABLISHED and IP_CT_NEW, and XT_CONNTRACK_STATE_DNAT. */
const conntrackBits = { established: 2, new: 8, dnat: 128 }

/** The matches of iptables that we know the meaning of. */
const iptablesMatch = (flow: Flow, name: string | undefined, info: Uint8Array | undefined): Match => {
  if (name === 'comment') return 'yes'
  if (info === undefined || (name !== 'conntrack' && name !== 'state')) return 'maybe'
  const view = new DataView(info.buffer, info.byteOffset, info.length)
  const bits = conntrackBits[flow.state] | (flow.dnat === true ? conntrackBits.dnat : 0)
  if (name === 'state') return (view.getUint32(0, le) & bits) !== 0 ? 'yes' : 'no'
  if (info.length < 152 || view.getUint16(conntrackMatch.flags, le) !== XT_CONNTRACK_STATE) return 'maybe'
  const inverted = (view.getUint16(conntrackMatch.inverted, le) & XT_CONNTRACK_STATE) !== 0
  return ((view.getUint16(conntrackMatch.states, le) & bits) !== 0) !== inverted ? 'yes' : 'no'
}

const compared = (
  registers: Registers,
  sreg: number | undefined,
  op: number | undefined,
  value: Uint8Array
): Match => {
  const known = read(registers, sreg, value.length)
  if (known === undefined || (op !== NFT_CMP.EQ && op !== NFT_CMP.NEQ)) return 'maybe'
  return (Buffer.compare(known, value) === 0) === (op === NFT_CMP.EQ) ? 'yes' : 'no'
}

/** What an expression makes of the packet, and of the registers. */
const matchOf = (expression: Expression, flow: Flow, registers: Registers): Match => {
  switch (expression.name) {
    case 'meta':
      load(registers, expression.data?.dreg, metaOf(flow, expression.data?.key))
      return 'yes'
    case 'ct':
      load(registers, expression.data?.dreg, connectionOf(flow, expression.data?.key))
      return 'yes'
    case 'bitwise': {
      const { sreg, dreg, len = 4, mask, xor } = expression.data ?? {}
      const value = read(registers, sreg, len)
      const known = value !== undefined && mask?.value !== undefined && xor?.value !== undefined
      load(
        registers,
        dreg,
        known ? value.map((byte, n) => (byte & (mask.value?.[n] ?? 0)) ^ (xor.value?.[n] ?? 0)) : undefined,
        len
      )
      return 'yes'
    }
    case 'cmp': {
      const { sreg, op, data } = expression.data ?? {}
      return data?.value === undefined ? 'maybe' : compared(registers, sreg, op, data.value)
    }
    case 'match':
      return iptablesMatch(flow, expression.data?.name, expression.data?.info)
    case 'counter':
    case 'log':
    case 'notrack':
      return 'yes'
    default: {
      const data: { readonly dreg?: unknown } | undefined =
        'data' in expression ? (expression.data as object) : undefined
      if (typeof data?.dreg !== 'number') return 'maybe'
      load(registers, data.dreg, undefined)
      // A look-up in a map ends the rule where it finds nothing.
      return expression.name === 'lookup' ? 'maybe' : 'yes'
    }
  }
}

type Ending =
  | { readonly verdict: 'accept' }
  | ({ readonly verdict: 'drop' } & Obstacle)
  | { readonly verdict: 'return' }

const both = (a: Match, b: Match): Match =>
  a === 'no' || b === 'no' ? 'no' : a === 'maybe' || b === 'maybe' ? 'maybe' : 'yes'

const dropping: ReadonlySet<string | undefined> = new Set(['REJECT', 'DROP'])

/** What becomes of the packet in a chain, as far as rules are concerned that it certainly meets. */
const walk = (chain: string, chains: ReadonlyMap<string, Ruled>, flow: Flow, depth: number): Ending => {
  for (const { attributes } of chains.get(chain)?.rules ?? []) {
    const registers: Registers = new Map()
    const { handle, expressions = [] } = attributes
    const dropped: Ending = { verdict: 'drop', chain, ...(handle !== undefined && { handle }) }
    let match: Match = 'yes'
    for (const expression of expressions) {
      if (match === 'no') break
      if (
        expression.name === 'reject' ||
        (expression.name === 'target' && dropping.has(expression.data?.name))
      ) {
        if (match === 'yes') return dropped
        break
      }
      if (expression.name === 'target') continue
      const verdict = expression.name === 'immediate' ? expression.data?.data?.verdict : undefined
      if (verdict === undefined) {
        match = both(match, matchOf(expression, flow, registers))
        continue
      }
      if (match !== 'yes') break
      if (verdict.code === VERDICT.ACCEPT) return { verdict: 'accept' }
      if (verdict.code === VERDICT.DROP) return dropped
      if (verdict.code === VERDICT.RETURN) return { verdict: 'return' }
      if ((verdict.code === VERDICT.JUMP || verdict.code === VERDICT.GOTO) && depth > 0) {
        const ending = walk(verdict.chain ?? '', chains, flow, depth - 1)
        if (ending.verdict !== 'return' || verdict.code === VERDICT.GOTO) return ending
      }
    }
  }
  return { verdict: 'return' }
}

/** How deep the kernel lets chains call each other. NFT_JUMP_STACK_SIZE */
const deepest = 16

/** What drops the packets in a base chain, if something does. */
export const obstacleIn = (
  base: Chain,
  chains: ReadonlyMap<string, Ruled>,
  flow: Flow
): Obstacle | undefined => {
  const name = base.attributes.name ?? ''
  const ending = walk(name, chains, flow, deepest)
  if (ending.verdict === 'drop')
    return { chain: ending.chain, ...(ending.handle !== undefined && { handle: ending.handle }) }
  return ending.verdict === 'return' && base.attributes.policy === VERDICT.DROP ? { chain: name } : undefined
}
