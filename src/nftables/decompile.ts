import { ETH_P } from '../../protocol/ethernet'
import { NFPROTO } from '../../protocol/nfnetlink/header'
import { NFT_REG32_00 } from '../../protocol/nftables/data'
import type { Element as WireElement } from '../../protocol/nftables/element'
import type { Expression } from '../../protocol/nftables/expression'
import { NFT_BITWISE } from '../../protocol/nftables/expression/bitwise'
import { NFT_CMP } from '../../protocol/nftables/expression/cmp'
import { NFT_DYNSET_OP } from '../../protocol/nftables/expression/dynset'
import { NFT_EXTHDR_OP } from '../../protocol/nftables/expression/exthdr'
import { NFT_HASH } from '../../protocol/nftables/expression/hash'
import { NFT_LOOKUP_F } from '../../protocol/nftables/expression/lookup'
import { NF_NAT_RANGE, NFT_NAT } from '../../protocol/nftables/expression/nat'
import { NFT_RANGE } from '../../protocol/nftables/expression/range'
import { NFT_REJECT } from '../../protocol/nftables/expression/reject'
import type { StatefulExpression } from '../../protocol/nftables/expression/stateful'
import { ARPHRD } from '../../protocol/rtnetlink/link'
import type { Family } from './change'
import {
  constantOf,
  elementsOf,
  isPrefixType,
  operandOf,
  plainTextOf,
  type Reading,
  spanOperand,
  textOf
} from './content'
import { datatype, decode, flagNames, rawInteger } from './datatype'
import { echoOf, isEcho, networkBehind, networkOf, transportOf } from './encapsulation'
import type { DataOf } from './expression/data'
import { logOf } from './expression/log'
import { statefulOf } from './expression/stateful'
import { synproxyOf } from './expression/synproxy'
import { verdictOf } from './expression/verdict'
import { flagsIn, natFlags, queueFlags } from './flag'
import { type Base, type Field, type Header, headerOf, rawName } from './header'
import {
  address as addressKinds,
  type Kind,
  kindOf,
  kindsOf,
  padded,
  port as portKind,
  sizeOf,
  widthOf
} from './kind'
import { type Layout, objectKind } from './layout'
import { optionKinds, optionName, optionPresence } from './option'
import { nameOf, primaryOf } from './primary'
import type { Computation, Lookup, Match, Operand, Reject, Rule, Stateful, Statement } from './syntax'

/** A set as the kernel told of it. */
export interface Known {
  readonly layout: Layout
  readonly elements: ReadonlyArray<WireElement>
  /** It belongs to a rule. */
  readonly anonymous: boolean
  /** How many elements it can have, if that is said. */
  readonly size?: number | undefined
}

/** What a rule stands among. */
export interface Surroundings {
  readonly family: Family
  readonly setOf: (name: string) => Known | undefined
  /** The rules of a chain that belongs to a rule; undefined for others. */
  readonly ownRules: (chain: string) => ReadonlyArray<Rule> | undefined
  readonly interfaces: ReadonlyMap<number, string>
}

/** What a register holds. */
type Held =
  | { readonly held: 'payload'; readonly base: Base; readonly offset: number; readonly bits: number }
  | { readonly held: 'asked'; readonly operand: Operand; readonly kind: Kind }
  | { readonly held: 'constant'; readonly bytes: Uint8Array }
  | { readonly held: 'bits'; readonly of: Held; readonly mask: Uint8Array; readonly xor: Uint8Array }
  | { readonly held: 'shift'; readonly of: Held; readonly op: '<<' | '>>'; readonly by: number }
  | { readonly held: 'turned'; readonly of: Held }
  | { readonly held: 'several'; readonly parts: ReadonlyArray<Held> }
  | { readonly held: 'given'; readonly key: Held; readonly set: string; readonly known: Known | undefined }
  | {
      readonly held: 'hash'
      readonly of: Held
      readonly modulus: number
      readonly seed: number | undefined
      readonly offset: number
    }

/** An operand with all that is needed to read what it is compared with. */
interface Read {
  readonly operand: Operand
  readonly kinds: ReadonlyArray<Kind>
  /** Bits behind the value in its bytes. */
  readonly shift: number
}

/** A statement that may turn out to say nothing more than one behind it. */
interface Dependency {
  readonly at: number
  readonly name: string
  readonly value: number
}

const bases: ReadonlyArray<Base> = ['link', 'network', 'transport', 'inner']

/** Registers are counted in steps of four bytes; the old numbers mean sixteen. */
const indexOf = (register: number | undefined): number =>
  register === undefined ? 0 : register >= NFT_REG32_00 ? register - NFT_REG32_00 : (register - 1) * 4

const ICMP = 1
const ICMPV6 = 58

const isZero = (bytes: Uint8Array): boolean => bytes.every(byte => byte === 0)

const noBytes = new Uint8Array(0)

const mixed: ReadonlySet<Family> = new Set<Family>(['inet', 'bridge', 'netdev'])

/** A rule as a person would have written it: what goes without saying is left out, as `nft` does. */
export const decompile = (
  expressions: ReadonlyArray<Expression>,
  surroundings: Surroundings
): ReadonlyArray<Statement> => {
  const { family, setOf, ownRules } = surroundings
  const registers = new Map<number, Held>()
  const statements: Array<Statement | undefined> = []
  const dependencies: { [base in Base]?: Dependency } = {}
  let link: string | undefined = family === 'bridge' ? 'ether' : undefined
  let network: string | undefined =
    family === 'ip' || family === 'ip6' || family === 'arp' ? family : undefined
  let transport: string | undefined
  let icmpType: number | undefined

  const reading: Reading = {
    interfaces: surroundings.interfaces,
    verdict: given => verdictOf(given, ownRules)
  }

  const hold = (register: number | undefined, held: Held, size: number): undefined => {
    const index = indexOf(register)
    for (let n = index; n < index + Math.max(1, Math.ceil(size / 4)); n++) registers.delete(n)
    registers.set(index, held)
  }

  const heldAt = (register: number | undefined): Held =>
    registers.get(indexOf(register)) ?? { held: 'constant', bytes: noBytes }

  /** Several registers side by side, as many as make a key. */
  const keyAt = (register: number | undefined, size: number): Held => {
    const parts: Array<Held> = []
    let index = indexOf(register)
    let left = size
    while (left > 0) {
      const part = registers.get(index)
      if (part === undefined) break
      parts.push(part)
      const width = padded(sizeIn(part))
      index += width / 4
      left -= width
    }
    return parts.length === 1 ? (parts[0] as Held) : { held: 'several', parts }
  }

  const sizeIn = (held: Held): number => {
    switch (held.held) {
      case 'payload':
        return Math.ceil(held.bits / 8)
      case 'asked':
        return Math.max(1, sizeOf(held.kind))
      case 'constant':
        return Math.max(1, held.bytes.length)
      case 'several':
        return held.parts.reduce((sum, part) => sum + padded(sizeIn(part)), 0)
      case 'given':
        return Array.isArray(held.known?.layout.data) ? widthOf(held.known.layout.data) : 4
      case 'hash':
        return 4
      default:
        return sizeIn(held.of)
    }
  }

  const headerAt = (base: Base): Header | undefined =>
    base === 'link'
      ? headerOf(link ?? '')
      : base === 'network'
        ? headerOf(network ?? '')
        : base === 'transport'
          ? headerOf(transport ?? '')
          : undefined

  const fieldsAt = (base: Base): ReadonlyArray<readonly [Header, Field]> => {
    const header = headerAt(base)
    const all = header === undefined ? [] : header.fields.map(field => [header, field] as const)
    const below = base === 'link' && link === 'vlan' ? headerOf('ether') : undefined
    return below === undefined ? all : [...below.fields.map(field => [below, field] as const), ...all]
  }

  const fits = ({ icmpType: only }: Field): boolean =>
    only === undefined || icmpType === undefined || icmpType === only

  const fieldOf = (base: Base, offset: number, bits: number): readonly [Header, Field] | undefined => {
    const exact = fieldsAt(base).find(
      ([, field]) => field.offset === offset && field.bits === bits && fits(field)
    )
    return exact ?? (transport === undefined ? portOf(base, offset, bits) : undefined)
  }

  const portOf = (base: Base, offset: number, bits: number): readonly [Header, Field] | undefined => {
    const ports = base === 'transport' ? headerOf('th') : undefined
    const field = ports?.fields.find(each => each.offset === offset && each.bits === bits)
    return ports === undefined || field === undefined ? undefined : [ports, field]
  }

  const release = (base: Base): undefined => {
    const dependency = dependencies[base]
    if (dependency === undefined) return
    statements[dependency.at] = undefined
    delete dependencies[base]
  }

  /** Whether what a statement said before is said by asking for this. */
  const says = (dependency: Dependency, base: Base, field: Field): boolean => {
    const of = primaryOf(dependency.name)?.payload
    if (mixed.has(family) && of !== undefined) {
      const dependencyBase = of.place.base
      if (dependencyBase === 'network' && base === 'transport') return false
      if (base === dependencyBase) {
        if (field.key) return false
        if (base === 'link') return of.header?.name !== 'vlan' && dependency.value === ETH_P['8021Q']
      }
    }
    if (base !== 'transport' || of?.place.base !== 'transport') return true
    return field.icmpType !== undefined && field.icmpType === dependency.value
  }

  const kill = (base: Base, field: Field): undefined => {
    const dependency = dependencies[base]
    if (dependency !== undefined && says(dependency, base, field)) release(base)
    // What the type of an ICMP message said, members say that only this type has.
    const inner = dependencies.inner
    if (base === 'transport' && inner !== undefined && says(inner, base, field)) release('inner')
  }

  /** What a comparison tells of the headers, and whether it is one that may go without saying. */
  const learn = (name: string, value: bigint): undefined => {
    const number = Number(value)
    const dependency: Dependency = { at: statements.length - 1, name, value: number }
    switch (name) {
      case 'meta iiftype':
        if (number === ARPHRD.ETHER) link = 'ether'
        dependencies.link = dependency
        return
      case 'meta nfproto':
        network = networkOf(number) ?? network
        release('link')
        dependencies.network = dependency
        return
      case 'meta protocol':
        network = networkBehind(number) ?? network
        if (dependencies.link !== undefined && family !== 'inet') release('link')
        dependencies.network = dependency
        return
      case 'ether type':
      case 'vlan type':
        network = networkBehind(number) ?? network
        if (number === ETH_P['8021Q']) {
          link = 'vlan'
          dependencies.link = dependency
        } else dependencies.network = dependency
        return
      case 'meta l4proto':
        if (dependencies.network !== undefined && mayGo(dependencies.network, number)) release('network')
        transport = transportOf(number) ?? transport
        dependencies.transport = dependency
        return
      case 'ip protocol':
      case 'ip6 nexthdr':
        transport = transportOf(number) ?? transport
        dependencies.transport = dependency
        return
      case 'icmp type':
      case 'icmpv6 type':
        icmpType ??= echoOf(name, number)
        // Members of an echo do not tell whether it is a request or a reply.
        if (!isEcho(name, number)) dependencies.inner = dependency
    }
  }

  /** Only ICMP tells which family of addresses it belongs to. */
  const mayGo = (dependency: Dependency, l4proto: number): boolean => {
    const nfproto =
      dependency.name === 'meta nfproto'
        ? networkOf(dependency.value)
        : dependency.name === 'meta protocol' || dependency.name === 'ether type'
          ? networkBehind(dependency.value)
          : 'any'
    if (nfproto === 'any') return true
    if (family === 'ip' || family === 'ip6') return family === nfproto
    if (!mixed.has(family)) return true
    return (nfproto === 'ip' && l4proto === ICMP) || (nfproto === 'ip6' && l4proto === ICMPV6)
      ? true
      : (l4proto === ICMP || l4proto === ICMPV6) && nfproto === undefined
  }

  const push = (statement: Statement): undefined => {
    statements.push(statement)
    if (statement.statement === 'match' || statement.statement === 'verdicts') return
    // What was said before something is done, is said for that too.
    forget()
  }

  const forget = (): undefined => {
    for (const base of bases) delete dependencies[base]
  }

  const asked = (name: string): Read => {
    const operand: Operand = { kind: 'asked', name }
    return { operand, kinds: kindsOf(operand), shift: 0 }
  }

  const payloadRead = (base: Base, offset: number, bits: number): Read => {
    const found = fieldOf(base, offset, bits) ?? portOf(base, offset, bits)
    // Raw bits, and ports of any transport, do not tell which header they are of.
    if (found === undefined) return asked(rawName(base, offset, bits))
    const [header, field] = found
    // Only a comparison with one value leaves it in words of a member that tells the next header.
    if (header.name !== 'th') kill(base, { ...field, key: false })
    return asked(`${header.name} ${field.name}`)
  }

  /** A member of some bits of what was loaded, if the mask leaves just that. */
  const trimmed = (
    { base, offset, bits }: Extract<Held, { readonly held: 'payload' }>,
    mask: bigint
  ): { readonly name: string; readonly field: Field; readonly shift: number } | undefined => {
    if (mask === 0n) return undefined
    let shift = 0
    while ((mask >> BigInt(shift)) % 2n === 0n) shift++
    const width = (mask >> BigInt(shift)).toString(2)
    if (width.includes('0') || width.length === bits) return undefined
    const found = fieldsAt(base).find(
      ([, field]) => field.offset === offset + bits - shift - width.length && field.bits === width.length
    )
    return found === undefined
      ? undefined
      : { name: `${found[0].name} ${found[1].name}`, field: found[1], shift }
  }

  const optionTrimmed = (
    held: Held,
    mask: bigint
  ): { readonly name: string; readonly shift: number } | undefined => {
    if (held.held !== 'asked' || held.operand.kind !== 'asked' || !held.operand.name.startsWith('@exthdr '))
      return undefined
    const [, op, number, offset, length] = held.operand.name.split(' ').map(Number)
    for (const kind of optionKinds)
      for (const field of kind.op === op && kind.number === number ? kind.fields : []) {
        const shift = ((offset ?? 0) + (length ?? 0)) * 8 - field.offset - field.bits
        if (shift < 0 || mask !== ones(field.bits) << BigInt(shift)) continue
        const name = `${kind.prefix}${kind.name} ${field.name}`
        releaseFor(name)
        return { name, shift }
      }
    return undefined
  }

  /** Bytes of an option that nobody has a name for. */
  const publicName = (name: string): string => {
    if (!name.startsWith('@exthdr ')) return name
    const [op = 0, number = 0, offset = 0, length = 0] = name.split(' ').slice(1).map(Number)
    return optionName(op, number, offset * 8, length * 8) ?? name
  }

  /** An option tells by itself which header it is of. */
  const releaseFor = (name: string): undefined => {
    const needs = primaryOf(name)?.needs
    if (needs === 'tcp') release('transport')
    if (needs === 'ip' || needs === 'ip6') releaseNetwork(needs)
  }

  /** Only what says the same goes without saying. */
  const releaseNetwork = (wants: 'ip' | 'ip6'): undefined => {
    const { name, value = -1 } = dependencies.network ?? {}
    if ((name === 'meta nfproto' ? networkOf(value) : networkBehind(value)) === wants) release('network')
  }

  /** What a register holds with the bits behind the value. */
  const whole = ({ operand, shift }: Read): Operand => (shift === 0 ? operand : shifted(operand, '<<', shift))

  /** Names what a register holds. */
  const read = (held: Held): Read => {
    switch (held.held) {
      case 'payload':
        return payloadRead(held.base, held.offset, held.bits)
      case 'asked': {
        const name = held.operand.kind === 'asked' ? publicName(held.operand.name) : undefined
        if (name !== undefined) releaseFor(name)
        return {
          operand: name === undefined ? held.operand : { kind: 'asked', name },
          kinds: [held.kind],
          shift: 0
        }
      }
      case 'turned': {
        const inner = read(held.of)
        return { ...inner, kinds: inner.kinds.map(kind => ({ ...kind, order: 'network' as const })) }
      }
      case 'several': {
        const parts = held.parts.map(read)
        return {
          operand: { kind: 'concatenation', parts: parts.map(whole) },
          kinds: parts.flatMap(({ kinds }) => kinds),
          shift: 0
        }
      }
      case 'bits': {
        if (isZero(held.xor)) {
          const mask = decode(held.mask, 'network')
          const inner = held.of.held === 'payload' ? trimmed(held.of, mask) : undefined
          if (inner !== undefined && held.of.held === 'payload') {
            kill(held.of.base, inner.field)
            const { operand, kinds } = asked(inner.name)
            return {
              operand,
              kinds: kinds.map(kind => ({ ...kind, bits: held.mask.length * 8 })),
              shift: inner.shift
            }
          }
          const option = optionTrimmed(held.of, mask)
          if (option !== undefined) {
            const { operand, kinds } = asked(option.name)
            return {
              operand,
              kinds: kinds.map(kind => ({ ...kind, bits: held.mask.length * 8 })),
              shift: option.shift
            }
          }
        }
        const left = read(held.of)
        return { ...left, operand: computed(left, held.mask, held.xor) }
      }
      case 'shift': {
        const left = read(held.of)
        if (held.op === '>>' && left.shift >= held.by) return { ...left, shift: left.shift - held.by }
        const by = held.op === '>>' ? held.by - left.shift : held.by
        return {
          ...left,
          operand: shifted(left.operand, held.op, by),
          shift: held.op === '>>' ? 0 : left.shift
        }
      }
      case 'given': {
        const key = read(held.key)
        return {
          operand: lookedUp(held.set, held.known, key),
          kinds: Array.isArray(held.known?.layout.data) ? held.known.layout.data : key.kinds,
          shift: 0
        }
      }
      case 'hash': {
        const of = read(held.of)
        const operand: Operand = {
          kind: 'hash',
          of: of.operand,
          modulus: held.modulus,
          ...(held.seed !== undefined && { seed: held.seed }),
          ...(held.offset !== 0 && { offset: held.offset })
        }
        return { operand, kinds: kindsOf(operand), shift: 0 }
      }
      case 'constant':
        return {
          operand: { kind: 'value', value: `0x${Buffer.from(held.bytes).toString('hex')}` },
          kinds: [{ type: datatype('integer'), bits: held.bytes.length * 8, order: 'network' }],
          shift: 0
        }
    }
  }

  /** `(x & mask) ^ xor`, in the signs of nft. */
  const computed = (
    { operand, kinds, shift }: Read,
    maskBytes: Uint8Array,
    xorBytes: Uint8Array
  ): Operand => {
    const [kind] = kinds
    if (kind === undefined) return operand
    const all = ones(widthIn(operand) ?? maskBytes.length * 8 - shift)
    const given = decode(xorBytes, kind.order) >> BigInt(shift)
    const plainMask = decode(maskBytes, kind.order) >> BigInt(shift)
    const or = given === 0n ? 0n : (plainMask & given) ^ given
    const xor = given & plainMask
    const mask = plainMask | or
    const step = (left: Operand, op: Computation['op'], value: bigint): Operand => ({
      kind: 'computation',
      op,
      left,
      right: constantOf(kind, value, reading)
    })
    const masked = (mask & all) === all ? operand : step(operand, '&', mask)
    const turned = xor === 0n ? masked : step(masked, '^', xor)
    return or === 0n ? turned : step(turned, '|', or)
  }

  /** Whether registers hold all parts of a key. */
  const isWhole = (key: Held, known: Known | undefined): boolean =>
    known === undefined || padded(sizeIn(key)) >= padded(widthOf(known.layout.key))

  const keyOf = (register: number | undefined, known: Known | undefined): Held =>
    keyAt(register, known === undefined ? 4 : widthOf(known.layout.key))

  /** Elements of a rule's own set stand in front of the bits behind their key; a set with a name holds what it says. */
  const lookedUp = (name: string, known: Known | undefined, key: Read): Lookup => {
    if (known?.anonymous !== true) return { kind: 'lookup', key: whole(key), map: { kind: 'named', name } }
    const layout = { ...known.layout, key: key.kinds.map((kind, n) => listed(kind, known.layout.key[n])) }
    const elements = elementsOf(layout, known.elements, reading, key.shift)
    return { kind: 'lookup', key: key.operand, map: { kind: 'elements', elements } }
  }

  const comparison: { readonly [op: number]: Match['op'] } = {
    [NFT_CMP.EQ]: 'in',
    [NFT_CMP.NEQ]: '!=',
    [NFT_CMP.LT]: '<',
    [NFT_CMP.LTE]: '<=',
    [NFT_CMP.GT]: '>',
    [NFT_CMP.GTE]: '>='
  }

  const compare = (held: Held, op: Match['op'], value: Uint8Array): undefined => {
    if (held.held === 'payload' && (op === 'in' || op === '!=')) return comparePayload(held, op, value)
    if (held.held === 'bits' && isZero(held.xor) && (op === 'in' || op === '!=')) {
      if (compareMasked(held.of, op, held.mask, value)) return
    }
    const left = read(held)
    const [kind] = left.kinds
    if (kind === undefined) return
    compareRead(left, kind, op, value)
  }

  const compareRead = (left: Read, kind: Kind, op: Match['op'], value: Uint8Array): undefined => {
    const right =
      left.kinds.length > 1 ? operandOf(left.kinds, value, value, reading) : rightOf(left, kind, value)
    const whole =
      (kind.type.flags && left.kinds.length === 1 && op === 'in') ||
      (left.operand.kind === 'computation' && op === 'in')
    const statement: Match = { statement: 'match', left: left.operand, op: whole ? '==' : op, right }
    if (merged(statement)) return
    push(statement)
    if (op === 'in' && left.operand.kind === 'asked' && left.kinds.length === 1)
      learn(left.operand.name, decode(value, kind.order) >> BigInt(left.shift))
  }

  const rightOf = (left: Read, kind: Kind, value: Uint8Array): Operand => {
    if (kind.type.order === 'text' && value.length < sizeOf(kind) && value.at(-1) !== 0)
      return { kind: 'value', value: `"${Buffer.from(value).toString()}*"` }
    const missing = sizeOf(kind) - value.length
    if (missing > 0 && isPrefixType(kind)) {
      const from = decode(value, 'network') << BigInt(missing * 8)
      return spanOperand(kind, from, from | ones(missing * 8), reading)
    }
    const number = decode(value, kind.order) >> BigInt(left.shift)
    if (kind.type.order === 'text')
      return { kind: 'value', value: kind.type.print(decode(value, 'text'), value.length * 8) }
    const isPayload = left.operand.kind === 'asked' && primaryOf(left.operand.name)?.payload !== undefined
    return isPayload && kind.type.flags
      ? { kind: 'value', value: textOf(kind, number, reading) }
      : constantOf(kind, number, reading)
  }

  /** Two comparisons one behind the other may be the ends of one range. */
  const merged = (statement: Match): boolean => {
    const at = statements.length - 1
    const last = statements[at]
    if (
      last === undefined ||
      last.statement !== 'match' ||
      last.right.kind !== 'value' ||
      statement.right.kind !== 'value'
    )
      return false
    const inside = last.op === '>=' && statement.op === '<='
    const outside = last.op === '<' && statement.op === '>'
    if (!inside && !outside) return false
    if (JSON.stringify(last.left) !== JSON.stringify(statement.left)) return false
    const [kind] = kindsOf(last.left)
    const plain = (text: string): string => {
      const value = kind?.type.name === 'iface_index' ? undefined : kind?.type.parse(text)
      return kind === undefined || value === undefined || kind.type.order === 'text'
        ? text
        : kind.type.printPlain(value, kind.bits)
    }
    statements[at] = {
      ...last,
      op: inside ? (last.left.kind === 'computation' ? '==' : 'in') : '!=',
      right: { kind: 'range', from: plain(last.right.value), to: plain(statement.right.value) }
    }
    return true
  }

  /** Bytes that were loaded at once may be several members, or the beginning of one. */
  const comparePayload = (
    { base, offset, bits }: Extract<Held, { readonly held: 'payload' }>,
    op: Match['op'],
    value: Uint8Array
  ): undefined => {
    let at = offset
    let left = bits
    let rest = decode(value, 'network')
    while (left > 0) {
      const exactRaw = fieldOf(base, at, left)
      const found = exactRaw ?? fieldsAt(base).find(([, field]) => field.offset === at && fits(field))
      const [header, field] = found ?? []
      if (header === undefined || field === undefined || (field.bits < left && header.name === 'th')) {
        const raw = asked(rawName(base, at, left))
        push({
          statement: 'match',
          left: raw.operand,
          op,
          right: constantOf(raw.kinds[0] as Kind, rest, reading)
        })
        return
      }
      const name = `${header.name} ${field.name}`
      const kind = kindOf(field.type)
      const width = Math.min(field.bits, left)
      const part = rest >> BigInt(left - width)
      if (header.name !== 'th') kill(base, field)
      const whole: Kind = { ...kind, bits: field.bits }
      const right: Operand =
        width < field.bits
          ? {
              kind: 'prefix',
              address: textOf(whole, part << BigInt(field.bits - width), reading),
              length: width
            }
          : rightFor(whole, part)
      push({
        statement: 'match',
        left: { kind: 'asked', name },
        op: op === 'in' && field.type.flags && right.kind === 'value' ? '==' : op,
        right
      })
      if (op === 'in' && width === field.bits) learn(name, part)
      rest &= ones(left - width)
      at += width
      left -= width
    }
  }

  const rightFor = (kind: Kind, value: bigint): Operand => ({
    kind: 'value',
    value: textOf(kind, value, reading)
  })

  /** What a mask before a comparison means: flags, a network, or a member of some bits. */
  const compareMasked = (of: Held, op: 'in' | '!=', mask: Uint8Array, value: Uint8Array): boolean => {
    if (of.held === 'payload') {
      const inner = trimmed(of, decode(mask, 'network'))
      if (inner !== undefined) {
        kill(of.base, inner.field)
        const number = decode(value, 'network') >> BigInt(inner.shift)
        const kind: Kind = { type: inner.field.type, bits: inner.field.bits, order: 'network' }
        push({
          statement: 'match',
          left: { kind: 'asked', name: inner.name },
          op,
          right: rightFor(kind, number)
        })
        if (op === 'in') learn(inner.name, number)
        return true
      }
    }
    const option = optionTrimmed(of, decode(mask, 'network'))
    if (option !== undefined) {
      const read = asked(option.name)
      const number = decode(value, 'network') >> BigInt(option.shift)
      push({ statement: 'match', left: read.operand, op, right: rightFor(read.kinds[0] as Kind, number) })
      return true
    }
    const left = read(of)
    const [kind] = left.kinds
    if (kind === undefined || left.kinds.length > 1) return false
    const bits = decode(mask, kind.order) >> BigInt(left.shift)
    const number = decode(value, kind.order) >> BigInt(left.shift)
    const free = ones(mask.length * 8 - left.shift) ^ bits
    if (free === 0n) {
      compareRead(left, kind, op, value)
      return true
    }
    if (kind.type.flags) return compareFlags(left.operand, kind, op, bits, number)
    if (isPrefixType(kind) && (free & (free + 1n)) === 0n) {
      push({
        statement: 'match',
        left: left.operand,
        op,
        right: spanOperand({ ...kind, bits: mask.length * 8 }, number, number | free, reading)
      })
      return true
    }
    push({
      statement: 'match',
      left: { kind: 'computation', op: '&', left: left.operand, right: constantOf(kind, bits, reading) },
      op: op === 'in' ? '==' : op,
      right: constantOf(kind, number, reading)
    })
    return true
  }

  const compareFlags = (
    left: Operand,
    kind: Kind,
    op: 'in' | '!=',
    bits: bigint,
    number: bigint
  ): boolean => {
    const flags = (given: bigint): Operand => {
      const names = flagNames(kind.type, given)
      return names === undefined || names.length === 0
        ? { kind: 'value', value: textOf(kind, given, reading) }
        : names.length === 1
          ? { kind: 'value', value: names[0] as string }
          : { kind: 'flags', flags: names }
    }
    if (number === 0n) push({ statement: 'match', left, op: op === '!=' ? 'in' : '!', right: flags(bits) })
    else if (number === bits && flags(bits).kind === 'value')
      push({
        statement: 'match',
        left: { kind: 'computation', op: '&', left, right: flags(bits) },
        op: op === 'in' ? '==' : op,
        right: flags(number)
      })
    else
      push({ statement: 'match', left, op: op === 'in' ? '==' : op, right: flags(number), mask: flags(bits) })
    return true
  }

  /** What a statement sets, from a register that is of such kinds. */
  const valueAt = (register: number | undefined, kinds: ReadonlyArray<Kind>): Operand => {
    const held = kinds.length > 1 ? keyAt(register, widthOf(kinds)) : heldAt(register)
    return held.held === 'constant' ? operandOf(kinds, held.bytes, held.bytes, reading) : whole(read(held))
  }

  const rangeAt = (min: number | undefined, max: number | undefined, kind: Kind): Operand | undefined => {
    if (min === undefined) return undefined
    const first = registers.get(indexOf(min))
    // It comes with the address, out of one map.
    if (first === undefined) return { kind: 'any' }
    const last = max === undefined || max === min ? undefined : registers.get(indexOf(max))
    if (first.held !== 'constant' || last?.held !== 'constant') return valueAt(min, [kind])
    return spanOperand(kind, decode(first.bytes, kind.order), decode(last.bytes, kind.order), reading)
  }

  /** Ports mean nothing without a transport, so what says which one stays. */
  const portAt = (min: number | undefined, max?: number): Operand | undefined => {
    const said = { ...dependencies }
    forget()
    const port = rangeAt(min, max, portKind)
    Object.assign(dependencies, said)
    return port
  }

  const familyNamed = (nfproto: number | undefined): 'ip' | 'ip6' | undefined =>
    nfproto === NFPROTO.IPV4 ? 'ip' : nfproto === NFPROTO.IPV6 ? 'ip6' : undefined

  const nat = (data: DataOf<'nat'>): undefined => {
    const { type, regAddrMin, regAddrMax, regProtoMin, regProtoMax, flags = 0 } = data
    const of = familyNamed(data.family)
    const kind = addressKinds[of ?? 'ip']
    const prefix = (flags & NF_NAT_RANGE.NETMAP) !== 0
    const address =
      prefix && heldAt(regAddrMin).held === 'constant'
        ? prefixAt(regAddrMin, regAddrMax, kind)
        : rangeAt(regAddrMin, regAddrMax, kind)
    const given = portAt(regProtoMin, regProtoMax)
    const named = address?.kind === 'lookup' && address.map.kind === 'named'
    // What a map with a name gives is told where it is defined.
    const port = named && given?.kind === 'any' ? undefined : given
    push({
      statement: type === NFT_NAT.SNAT ? 'snat' : 'dnat',
      ...(of !== undefined && (mixed.has(family) || givesMore(address, given)) && { family: of }),
      ...(address !== undefined && { address }),
      ...(port !== undefined && { port }),
      ...(prefix && { prefix }),
      ...flagsIn(natFlags, flags)
    })
  }

  /** Whether a map gives more than one address. */
  const givesMore = (address: Operand | undefined, port: Operand | undefined): boolean =>
    address?.kind === 'lookup' &&
    (port?.kind === 'any' ||
      (address.map.kind === 'elements' &&
        address.map.elements.some(
          ({ data }) =>
            data !== undefined && 'kind' in data && (data.kind === 'prefix' || data.kind === 'range')
        )))

  const prefixAt = (min: number | undefined, max: number | undefined, kind: Kind): Operand => {
    const first = heldAt(min)
    const last = heldAt(max)
    return first.held === 'constant' && last.held === 'constant'
      ? spanOperand(kind, decode(first.bytes, kind.order), decode(last.bytes, kind.order), reading)
      : valueAt(min, [kind])
  }

  const toPort = (
    statement: 'masquerade' | 'redirect',
    min: number | undefined,
    max: number | undefined,
    flags: number
  ): undefined => {
    const port = portAt(min, max)
    push({ statement, ...(port !== undefined && { port }), ...flagsIn(natFlags, flags) })
  }

  const reject = (data: DataOf<'reject'>): undefined => {
    const { type, icmpCode = 0 } = data
    if (type === NFT_REJECT.TCP_RST) {
      if (family === 'ip' || family === 'ip6') release('transport')
      return push({ statement: 'reject', with: 'tcp reset' })
    }
    const kind: Reject['with'] =
      type === NFT_REJECT.ICMPX_UNREACH ? 'icmpx' : (network ?? family) === 'ip6' ? 'icmpv6' : 'icmp'
    if (mixed.has(family) && type === NFT_REJECT.ICMP_UNREACH)
      releaseNetwork(kind === 'icmpv6' ? 'ip6' : 'ip')
    const code = datatype(`${kind}_code`).print(BigInt(icmpCode), 8)
    const usual = code === 'port-unreachable' && (kind === 'icmpx' || !mixed.has(family))
    push(usual ? { statement: 'reject' } : { statement: 'reject', with: kind, code })
  }

  const onSet = (expression: Expression, data: DataOf<'dynset'>): undefined => {
    const { setName = '', op = 0, sregKey, sregData, timeout, expr, expressions: more } = data
    const known = setOf(setName)
    const held = keyOf(sregKey, known)
    if (!isWhole(held, known)) return unknown(expression)
    const key = read(held)
    const own = [...(expr === undefined ? [] : [expr]), ...(more ?? [])]
      .flatMap(each => statefulOf(each) ?? [])
      .map(fresh)
    const [of] = own
    const lasting = timeout !== undefined && timeout > 0n ? { timeout: Number(timeout) } : {}
    if (known?.anonymous === true) {
      const size = known.size === undefined ? {} : { size: known.size }
      return own.length === 1 && of !== undefined
        ? push({ statement: 'meter', name: setName, ...size, key: whole(key), ...lasting, of })
        : unknown(expression)
    }
    const given = known?.layout.data
    push({
      statement: dynamicWords[op] ?? 'add',
      set: setName,
      key: whole(key),
      ...(sregData !== undefined && { data: valueAt(sregData, Array.isArray(given) ? given : [portKind]) }),
      ...lasting,
      ...(own.length > 0 && { statements: own })
    })
  }

  const object = (expression: Expression, data: DataOf<'objref'>): undefined => {
    const { immType, immName, setSreg, setName = '' } = data
    if (setSreg === undefined) {
      const kind = objectKind(immType)
      return push({ statement: 'object', object: kind, name: { kind: 'value', value: `"${immName ?? ''}"` } })
    }
    const known = setOf(setName)
    const held = keyOf(setSreg, known)
    if (!isWhole(held, known)) return unknown(expression)
    const key = read(held)
    push({
      statement: 'object',
      object:
        typeof known?.layout.data === 'string' && known.layout.data !== 'verdict'
          ? known.layout.data
          : 'counter',
      name: lookedUp(setName, known, key)
    })
  }

  const lookup = (expression: Expression, data: DataOf<'lookup'>): undefined => {
    const { set = '', sreg, dreg, flags = 0 } = data
    const known = setOf(set)
    const key = keyOf(sreg, known)
    if (!isWhole(key, known)) return unknown(expression)
    if (dreg !== undefined && dreg !== 0) {
      const given = known?.layout.data
      const width = Array.isArray(given) ? widthOf(given) * (known?.layout.dataInterval === true ? 2 : 1) : 16
      return hold(dreg, { held: 'given', key, set, known }, width)
    }
    const icmp = known?.anonymous === true ? known.elements[0]?.key?.value : undefined
    const of = read(key)
    if (of.operand.kind === 'asked' && /^icmp(v6)? type$/.test(of.operand.name) && icmp !== undefined)
      icmpType ??= echoOf(of.operand.name, Number(decode(icmp, 'network')))
    const { key: left, map: right } = lookedUp(set, known, of)
    push(
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

  const setPayload = (sreg: number | undefined, base: Base, offset: number, bits: number): undefined => {
    const held = heldAt(sreg)
    if (
      held.held === 'bits' &&
      held.of.held === 'payload' &&
      held.of.offset === offset &&
      held.of.bits === bits
    ) {
      const all = ones(bits)
      const inner = trimmedForSet(held.of, all ^ decode(held.mask, 'network'))
      if (inner !== undefined) {
        kill(base, inner.field)
        const number = decode(held.xor, 'network') >> BigInt(inner.shift)
        const kind: Kind = { type: inner.field.type, bits: inner.field.bits, order: 'network' }
        return push({ statement: 'set', name: inner.name, value: constantOf(kind, number, reading) })
      }
    }
    const left = payloadRead(base, offset, bits)
    const name = left.operand.kind === 'asked' ? left.operand.name : ''
    push({ statement: 'set', name, value: valueAt(sreg, left.kinds) })
  }

  const trimmedForSet = (
    held: Extract<Held, { readonly held: 'payload' }>,
    cleared: bigint
  ): ReturnType<typeof trimmed> => {
    const found = trimmed(held, cleared)
    return found
  }

  const setOther = (
    name: string | undefined,
    expression: Expression,
    sreg: number | undefined
  ): undefined => {
    if (name === undefined) return unknown(expression)
    push({ statement: 'set', name, value: valueAt(sreg, kindsOf({ kind: 'asked', name })) })
  }

  const unknown = ({ name, data }: Expression): undefined =>
    push({ statement: 'unknown', expression: name ?? '', data: data ?? {} })

  const holdAsked = (expression: Expression, dreg: number | undefined): undefined => {
    const name = nameOf(expression)
    const kinds = name === undefined ? [] : kindsOf({ kind: 'asked', name })
    const [kind] = kinds
    if (name === undefined || kind === undefined) return unknown(expression)
    hold(dreg, { held: 'asked', operand: { kind: 'asked', name }, kind }, sizeOf(kind))
  }

  const reset = (expression: Expression, { op = 0, type = 0 }: DataOf<'exthdr'>): undefined => {
    const option = op === NFT_EXTHDR_OP.TCPOPT ? optionPresence(op, type) : undefined
    return option === undefined ? unknown(expression) : push({ statement: 'reset', option })
  }

  const holdOption = (expression: Expression, data: DataOf<'exthdr'>): undefined => {
    const { dreg, op, type, offset, len = 1 } = data
    if (nameOf(expression)?.includes('@') === false) return holdAsked(expression, dreg)
    const name = `@exthdr ${op ?? 0} ${type ?? 0} ${offset ?? 0} ${len}`
    const kind: Kind = { type: datatype('integer'), bits: len * 8, order: 'network' }
    hold(dreg, { held: 'asked', operand: { kind: 'asked', name }, kind }, len)
  }

  const bitwise = (given: DataOf<'bitwise'>): undefined => {
    const { sreg, dreg, len = 4, mask, xor, op = NFT_BITWISE.MASK_XOR, data: operand } = given
    const of = keyAt(sreg, len)
    if (op === NFT_BITWISE.LSHIFT || op === NFT_BITWISE.RSHIFT)
      return hold(
        dreg,
        {
          held: 'shift',
          of: of.held === 'turned' ? of.of : of,
          op: op === NFT_BITWISE.LSHIFT ? '<<' : '>>',
          by: Number(decode(operand?.value ?? noBytes, 'host'))
        },
        len
      )
    hold(dreg, { held: 'bits', of, mask: mask?.value ?? noBytes, xor: xor?.value ?? noBytes }, len)
  }

  const step = (expression: Expression): undefined => {
    switch (expression.name) {
      case 'payload': {
        const { dreg, sreg, base = 0, offset = 0, len = 0 } = expression.data ?? {}
        const from = bases[base]
        if (from === undefined) return unknown(expression)
        if (sreg !== undefined) return setPayload(sreg, from, offset * 8, len * 8)
        return hold(dreg, { held: 'payload', base: from, offset: offset * 8, bits: len * 8 }, len)
      }
      case 'meta':
      case 'ct': {
        const { dreg, sreg } = expression.data ?? {}
        return sreg === undefined
          ? holdAsked(expression, dreg)
          : setOther(nameOf(expression), expression, sreg)
      }
      case 'exthdr': {
        const { sreg, dreg } = expression.data ?? {}
        if (sreg !== undefined) return setOther(nameOf(expression), expression, sreg)
        return dreg === undefined
          ? reset(expression, expression.data ?? {})
          : holdOption(expression, expression.data ?? {})
      }
      case 'rt':
      case 'socket':
      case 'fib':
      case 'numgen':
      case 'osf':
      case 'xfrm':
        return holdAsked(expression, expression.data?.dreg)
      case 'hash': {
        const { type, sreg, dreg, len = 4, modulus = 0, seed, offset = 0 } = expression.data ?? {}
        return type === NFT_HASH.SYM
          ? holdAsked(expression, dreg)
          : hold(dreg, { held: 'hash', of: keyAt(sreg, len), modulus, seed, offset }, 4)
      }
      case 'bitwise':
        return bitwise(expression.data ?? {})
      case 'byteorder': {
        const { sreg, dreg, len = 4 } = expression.data ?? {}
        const of = heldAt(sreg)
        return hold(
          dreg,
          of.held === 'turned' ? of.of : of.held === 'shift' ? of : { held: 'turned', of },
          len
        )
      }
      case 'cmp': {
        const { sreg, op = 0, data } = expression.data ?? {}
        const value = data?.value ?? noBytes
        return compare(keyAt(sreg, value.length), comparison[op] ?? 'in', value)
      }
      case 'range': {
        const { sreg, op, fromData, toData } = expression.data ?? {}
        const left = read(heldAt(sreg))
        const [kind] = left.kinds
        if (kind === undefined) return
        return push({
          statement: 'match',
          left: left.operand,
          op: op === NFT_RANGE.NEQ ? '!=' : left.operand.kind === 'computation' ? '==' : 'in',
          right: {
            kind: 'range',
            from: plainTextOf(
              kind,
              decode(fromData?.value ?? noBytes, kind.order) >> BigInt(left.shift),
              reading
            ),
            to: plainTextOf(kind, decode(toData?.value ?? noBytes, kind.order) >> BigInt(left.shift), reading)
          }
        })
      }
      case 'lookup':
        return lookup(expression, expression.data ?? {})
      case 'immediate': {
        const { dreg, data } = expression.data ?? {}
        if (data?.verdict !== undefined)
          return push({ statement: 'verdict', ...verdictOf(data.verdict, ownRules) })
        const bytes = data?.value ?? noBytes
        return hold(dreg, { held: 'constant', bytes }, bytes.length)
      }
      case 'counter':
      case 'limit':
      case 'quota':
      case 'connlimit':
      case 'last': {
        const known = statefulOf(expression as StatefulExpression)
        return known === undefined ? unknown(expression) : push(known)
      }
      case 'nat':
        return nat(expression.data ?? {})
      case 'masq': {
        const { regProtoMin, regProtoMax, flags } = expression.data ?? {}
        return toPort('masquerade', regProtoMin, regProtoMax, flags ?? 0)
      }
      case 'redir': {
        const { regProtoMin, regProtoMax, flags } = expression.data ?? {}
        return toPort('redirect', regProtoMin, regProtoMax, flags ?? 0)
      }
      case 'tproxy': {
        const { regAddr, regPort } = expression.data ?? {}
        const of = familyNamed(expression.data?.family)
        const address = rangeAt(regAddr, undefined, addressKinds[of ?? 'ip'])
        const port = portAt(regPort)
        return push({
          statement: 'tproxy',
          ...(of !== undefined && mixed.has(family) && { family: of }),
          ...(address !== undefined && { address }),
          ...(port !== undefined && { port })
        })
      }
      case 'dup':
      case 'fwd': {
        const { sregAddr, sregDev } = expression.data ?? {}
        const of = expression.name === 'fwd' ? familyNamed(expression.data?.nfproto) : undefined
        const address = rangeAt(sregAddr, undefined, addressKinds[of ?? (family === 'ip6' ? 'ip6' : 'ip')])
        const device = rangeAt(sregDev, undefined, kindOf(datatype('iface_index')))
        return push({
          statement: expression.name,
          ...(of !== undefined && { family: of }),
          ...(address !== undefined && { address }),
          ...(device !== undefined && { device })
        })
      }
      case 'queue': {
        const { num = 0, total = 1, flags = 0, sregQnum } = expression.data ?? {}
        const number: Operand =
          sregQnum !== undefined
            ? read(heldAt(sregQnum)).operand
            : total > 1
              ? { kind: 'range', from: String(num), to: String(num + total - 1) }
              : { kind: 'value', value: String(num) }
        return push({ statement: 'queue', number, ...flagsIn(queueFlags, flags) })
      }
      case 'reject':
        return reject(expression.data ?? {})
      case 'log':
        return push(logOf(expression.data ?? {}))
      case 'synproxy':
        return push({ statement: 'synproxy', ...synproxyOf(expression.data ?? {}) })
      case 'flow_offload':
        return push({ statement: 'flow', flowtable: expression.data?.tableName ?? '' })
      case 'dynset':
        return onSet(expression, expression.data ?? {})
      case 'objref':
        return object(expression, expression.data ?? {})
      case 'match':
      case 'target':
        return push({
          statement: 'xt',
          xt: expression.name,
          name: expression.data?.name ?? '',
          revision: expression.data?.rev ?? 0,
          info: Buffer.from(expression.data?.info ?? noBytes).toString('hex')
        })
      default:
        return (expression.name as string | undefined) === 'notrack'
          ? push({ statement: 'notrack' })
          : unknown(expression)
    }
  }

  for (const expression of expressions) step(expression)
  return statements.filter(each => each !== undefined)
}

/** nft lists keys as what it kept of them says: raw bits of which it kept nothing, and whether there is an option. */
const listed = (kind: Kind, kept: Kind | undefined): Kind => {
  const isPlain =
    kept?.of === undefined
      ? kind.type === rawInteger
      : kind.type.name === 'boolean' && kept.type.name === 'integer'
  return isPlain ? { ...kind, type: datatype('integer') } : kind
}

const ones = (bits: number): bigint => (1n << BigInt(bits)) - 1n

/** The bits of what is asked, which may be fewer than those of its bytes. */
const widthIn = (operand: Operand): number | undefined =>
  operand.kind === 'asked' ? primaryOf(operand.name)?.bits : undefined

const shifted = (left: Operand, op: '<<' | '>>', by: number): Operand => ({
  kind: 'computation',
  op,
  left,
  right: { kind: 'value', value: String(by) }
})

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
