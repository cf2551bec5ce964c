import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { NFPROTO } from '../../protocol/nfnetlink/header'
import { NFT_CHAIN } from '../../protocol/nftables/chain'
import { NFT_REG32_00, VERDICT, type Verdict as WireVerdict } from '../../protocol/nftables/data'
import type { Element as WireElement } from '../../protocol/nftables/element'
import type { Expression } from '../../protocol/nftables/expression'
import { NFT_BITWISE } from '../../protocol/nftables/expression/bitwise'
import { NFT_BYTEORDER } from '../../protocol/nftables/expression/byteorder'
import { NFT_CMP } from '../../protocol/nftables/expression/cmp'
import { NFT_CONNLIMIT_F } from '../../protocol/nftables/expression/connlimit'
import { NFT_DYNSET_F, NFT_DYNSET_OP } from '../../protocol/nftables/expression/dynset'
import { NFT_EXTHDR_OP } from '../../protocol/nftables/expression/exthdr'
import { NFT_HASH } from '../../protocol/nftables/expression/hash'
import { NFT_LIMIT, NFT_LIMIT_F } from '../../protocol/nftables/expression/limit'
import { NF_LOG, NFT_LOGLEVEL } from '../../protocol/nftables/expression/log'
import { NFT_LOOKUP_F } from '../../protocol/nftables/expression/lookup'
import { NF_NAT_RANGE, NFT_NAT } from '../../protocol/nftables/expression/nat'
import { NFT_PAYLOAD_CSUM, NFT_PAYLOAD_L4CSUM } from '../../protocol/nftables/expression/payload'
import { NFT_QUEUE_FLAG } from '../../protocol/nftables/expression/queue'
import { NFT_QUOTA_F } from '../../protocol/nftables/expression/quota'
import { NFT_RANGE } from '../../protocol/nftables/expression/range'
import { NFT_REJECT } from '../../protocol/nftables/expression/reject'
import type { StatefulExpression } from '../../protocol/nftables/expression/stateful'
import { NF_SYNPROXY_OPT } from '../../protocol/nftables/expression/synproxy'
import { NFT_SET } from '../../protocol/nftables/set'
import { message } from '../socket/message'
import { families, type TableRef } from './change'
import { datatype, encode } from './datatype'
import { bases, type Header, headerOf, headers } from './header'
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
import {
  constantBytes,
  type IndexOf,
  isSpan,
  keysOf,
  type Layout,
  layoutAttributes,
  layoutUserdata,
  objectNumbers,
  portions,
  singleOf,
  spanBytes,
  spanOf,
  typeNumber,
  wildcard,
  wireElements
} from './layout'
import { optionOf } from './option'
import { type Primary, primaryOf } from './primary'
import { operandText } from './print'
import type {
  Copy,
  Element,
  Elements,
  Log,
  Match,
  Meter,
  Named,
  Nat,
  Operand,
  Queue,
  Reject,
  Rule,
  Stateful,
  Statement,
  Synproxy,
  Tproxy,
  Verdict
} from './syntax'
import { ownKinds } from './typeof'

/** What a rule is compiled for. */
export interface Surroundings {
  readonly ref: TableRef
  /** The sets of the table, as far as they are known. */
  readonly layoutOf: (set: string) => Layout | undefined
  readonly indexOf: IndexOf
}

export interface Compiled {
  readonly expressions: ReadonlyArray<Expression>
  /** What must be there before the rule: sets of its own. */
  readonly before: ReadonlyArray<Message>
  /** What is wrong with the rule. */
  readonly fault: string | undefined
}

let lastId = 0

/** A name for something within a batch, which nothing else of this process has. */
export const freshId = (): number => {
  lastId = (lastId % 0x7fffffff) + 1
  return lastId
}

/** What rules have said of the packet so far; several names are what it may be, one or another. */
interface Known {
  link?: 'ether' | 'vlan' | 'untagged' | 'stacked'
  networks: ReadonlyArray<string>
  transports: ReadonlyArray<string>
  icmpType?: number
}

const networkNames: { readonly [number: number]: string } = {
  [NFPROTO.IPV4]: 'ip',
  [NFPROTO.IPV6]: 'ip6',
  [NFPROTO.ARP]: 'arp'
}
const etherNames: { readonly [type: number]: string } = { 2048: 'ip', 34525: 'ip6', 2054: 'arp' }
const etherTypes: { readonly [name: string]: number } = { ip: 0x0800, ip6: 0x86dd, arp: 0x0806 }
const transportNames = new Map(
  headers.filter(({ base }) => base === 'transport').map(({ name, number }) => [number, name] as const)
)

/** The type that stands for both of an echo. */
const echoes: { readonly [name: string]: bigint } = { 'icmp type': 8n, 'icmpv6 type': 128n }
/** More than one type may have come. */
const manyTypes = -1

/** What an ether type tells of the tags of a frame. */
const linkBehind = (name: string, type: number): NonNullable<Known['link']> => {
  if (!isTag(type)) return name === 'vlan type' ? 'vlan' : 'untagged'
  return name === 'vlan type' ? 'stacked' : 'vlan'
}

const isTag = (etherType: number): boolean => etherType === ETH_P_8021Q || etherType === ETH_P_8021AD

const also = (names: ReadonlyArray<string>, name: string | undefined): ReadonlyArray<string> =>
  name === undefined || names.includes(name) ? names : [...names, name]

const single = (names: ReadonlyArray<string>): string | undefined =>
  names.length === 1 ? names[0] : undefined

/** The single values among a set's elements. */
const singlesOf = (name: string, { elements }: Elements): ReadonlyArray<bigint> =>
  elements.flatMap(({ key }) => (key.kind === 'value' ? (primaryOf(name)?.type.parse(key.value) ?? []) : []))

const isReply = (name: string, type: bigint): boolean => primaryOf(name)?.type.print(type, 8) === 'echo-reply'

const ARPHRD_ETHER = 1
const ETH_P_8021Q = 0x8100
const ETH_P_8021AD = 0x88a8

/** Registers are counted in steps of four bytes. */
const register = (index: number): number => NFT_REG32_00 + index

const comparisons = {
  '==': NFT_CMP.EQ,
  in: NFT_CMP.EQ,
  '!=': NFT_CMP.NEQ,
  '<': NFT_CMP.LT,
  '<=': NFT_CMP.LTE,
  '>': NFT_CMP.GT,
  '>=': NFT_CMP.GTE,
  '!': NFT_CMP.EQ
} as const

const periods = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 } as const

/** Compiles rules of one table, one after the other. */
export type Compiler = (rule: Rule) => Compiled

/** A rule as the kernel runs it, with what it must be told that the text leaves out. */
export const compiler = (surroundings: Surroundings): Compiler => {
  const { ref, layoutOf, indexOf } = surroundings
  const { family } = ref
  const ofFamily = family === 'ip' || family === 'ip6' || family === 'arp' ? family : undefined
  let expressions: Array<Expression> = []
  let before: Array<Message> = []
  let known: Known = { networks: [], transports: [] }
  let fault: string | undefined

  const fail = (reason: string): undefined => {
    fault ??= reason
  }

  /** What was asked for, or what stands for it in a rule that is refused anyway. */
  const given = <A>(found: E.Either<string, A>, otherwise: A): A => {
    if (E.isRight(found)) return found.right
    fail(found.left)
    return otherwise
  }

  const emit = (expression: Expression): undefined => {
    expressions.push(expression)
  }

  const header = { nfgenFamily: families[family] }

  const compare = (index: number, value: Uint8Array, op: number = NFT_CMP.EQ): undefined =>
    emit({ name: 'cmp', data: { sreg: register(index), op, data: { value } } })

  const mask = (
    index: number,
    size: number,
    bits: Uint8Array,
    xor: Uint8Array = new Uint8Array(size)
  ): undefined =>
    emit({
      name: 'bitwise',
      data: {
        sreg: register(index),
        dreg: register(index),
        len: size,
        op: NFT_BITWISE.MASK_XOR,
        mask: { value: bits },
        xor: { value: xor }
      }
    })

  const require = (name: string, value: Uint8Array): undefined => {
    const primary = primaryOf(name)
    if (primary === undefined) return
    emit(primary.load(register(0)))
    compare(0, value)
  }

  const conflict = (has: string, wants: string): undefined =>
    fail(`${wants} does not go together with ${has}`)

  const needLink = (name: string): undefined => {
    if (family !== 'bridge' && known.link === undefined) {
      require('meta iiftype', encode(BigInt(ARPHRD_ETHER), 2, 'host'))
      known.link = 'ether'
    }
    if (name !== 'vlan' || known.link === 'vlan') return
    if (known.link === 'untagged') return conflict('another ether type', name)
    if (known.link === 'stacked') return fail('a vlan in a vlan is not understood; write its bits, @ll,…')
    require('ether type', encode(BigInt(ETH_P_8021Q), 2, 'network'))
    known.link = 'vlan'
  }

  /** Whether it need not be asked; what a packet may be besides does not go together with it. */
  const isKnown = (names: ReadonlyArray<string>, wants: string): boolean => {
    const other = names.find(name => name !== wants)
    if (other !== undefined) conflict(other, wants)
    return names.length > 0
  }

  const needNetwork = (name: string): undefined => {
    if (isKnown(known.networks, name)) return
    known.networks = [name]
    if (family === 'inet') {
      if (name === 'arp') return fail('a table of family inet sees no arp')
      require('meta nfproto', Uint8Array.of(headerOf(name)?.number ?? 0))
    } else require('meta protocol', encode(BigInt(etherTypes[name] ?? 0), 2, 'network'))
  }

  const needTransport = ({ name, number }: Header): undefined => {
    if (name === 'th') return
    // In a table of the other family it is a matter of the protocol's number alone.
    const under = name === 'icmp' || name === 'igmp' ? 'ip' : name === 'icmpv6' ? 'ip6' : undefined
    if (family === 'arp') return conflict('arp', name)
    if (isKnown(known.transports, name)) return
    if (under !== undefined && known.networks.length === 0) needNetwork(under)
    known.transports = [name]
    require('meta l4proto', Uint8Array.of(number))
  }

  const needIcmpType = ({ name }: Header, type: number): undefined => {
    if (known.icmpType === type) return
    const left: Operand = { kind: 'asked', name: `${name} type` }
    const value = (text: string): Element => ({ key: { kind: 'value', value: text } })
    const [echo, reply] = ['echo-request', 'echo-reply']
    const types = datatype(name === 'icmp' ? 'icmp_type' : 'icmpv6_type')
    const named = types.print(BigInt(type), 8)
    if (known.icmpType !== undefined) return conflict(`another ${name} type`, `what ${named} has`)
    known.icmpType = type
    match({
      statement: 'match',
      left,
      op: 'in',
      right:
        named === echo
          ? { kind: 'elements', elements: [value(echo), value(reply as string)] }
          : { kind: 'value', value: named }
    })
  }

  const need = (primary: Primary): undefined => {
    const { payload, needs } = primary
    if (needs === 'ip' || needs === 'ip6') needNetwork(needs)
    if (/^ct .*proto-(?:src|dst)$/.test(primary.name) && known.transports.length === 0)
      fail(`${primary.name} needs to know the transport: put meta l4proto tcp, or tcp dport …, in front`)
    if (primary.name === 'meta nfproto' && family !== 'inet')
      fail('only tables of family inet can ask for meta nfproto')
    const of = payload?.header
    if (of === undefined) return
    if (of.base === 'link') needLink(of.name)
    else if (of.base === 'network') needNetwork(of.name)
    else needTransport(of)
    if (payload?.field.icmpType !== undefined) needIcmpType(of, payload.field.icmpType)
  }

  /** What a comparison tells of the headers behind. */
  const learnNext = (name: string, number: number): undefined => {
    switch (name) {
      case 'meta nfproto':
        return alsoNetwork(networkNames[number] ?? 'another family')
      case 'meta protocol':
        // Elsewhere it is `meta nfproto`, or the table's family, that tells addresses.
        if ((family === 'bridge' || family === 'netdev') && !isTag(number))
          alsoNetwork(etherNames[number] ?? 'another protocol')
        return
      case 'ether type':
      case 'vlan type':
        return alsoNetwork(etherNames[number])
      case 'meta l4proto':
        return alsoTransport(transportNames.get(number) ?? 'another protocol')
      case 'ip protocol':
      case 'ip6 nexthdr':
        return alsoTransport(transportNames.get(number))
    }
  }

  const alsoNetwork = (name: string | undefined): undefined => {
    known.networks = also(known.networks, name)
  }

  const alsoTransport = (name: string | undefined): undefined => {
    known.transports = also(known.transports, name)
  }

  /** What a comparison with one value tells of the packet. */
  const learn = (name: string, value: bigint): undefined => {
    const number = Number(value)
    learnNext(name, number)
    switch (name) {
      case 'ether type':
      case 'vlan type':
        known.link = linkBehind(name, number)
        return
      case 'icmp type':
      case 'icmpv6 type':
        known.icmpType = isReply(name, value) ? Number(echoes[name]) : number
        return
      case 'meta iiftype':
        if (number === ARPHRD_ETHER) known.link = 'ether'
    }
  }

  /** Requests and replies of an echo have the same members. */
  const learnTypes = (name: string, { elements }: Elements): undefined => {
    if (!/^icmp(v6)? type$/.test(name)) return
    for (const { key } of elements) {
      if (key.kind !== 'value') continue
      const type = key.value.startsWith('echo-') ? echoes[name] : primaryOf(name)?.type.parse(key.value)
      known.icmpType =
        known.icmpType === undefined || known.icmpType === Number(type) ? Number(type) : manyTypes
    }
  }

  /** Asks first for all that parts need: what is in registers already must stay there. */
  const prepare = (operand: Operand): undefined => {
    switch (operand.kind) {
      case 'asked': {
        const primary = primaryOf(operand.name)
        if (primary !== undefined) need(primary)
        return
      }
      case 'concatenation':
        for (const part of operand.parts) prepare(part)
        return
      case 'computation':
        prepare(operand.left)
        return
      case 'hash':
        prepare(operand.of)
        return
      case 'lookup':
        prepare(operand.key)
    }
  }

  const prepareAll = (...operands: ReadonlyArray<Operand | undefined>): undefined => {
    for (const operand of operands) if (operand !== undefined) prepare(operand)
  }

  interface Loaded {
    /** What is in the registers. */
    readonly kinds: ReadonlyArray<Kind>
    /** Bits behind the value there. */
    readonly shift: number
  }

  const load = (operand: Operand, index: number): Loaded => {
    prepare(operand)
    return loadPrepared(operand, index)
  }

  const loadPrepared = (operand: Operand, index: number): Loaded => {
    switch (operand.kind) {
      case 'asked': {
        const primary = primaryOf(operand.name)
        if (primary === undefined) {
          fail(`${operand.name} is nothing that a packet has`)
          return { kinds: kindsOf(operand), shift: 0 }
        }
        emit(primary.load(register(index)))
        const { shift, bits, type, order, below } = primary
        if (bits % 8 !== 0 || shift > 0) {
          const size = primary.payload?.place.size ?? Math.ceil((bits + shift) / 8)
          mask(index, size, encode(((1n << BigInt(bits)) - 1n) << BigInt(shift), size, order))
          return { kinds: [{ type, bits, order, size }], shift }
        }
        const limit = below === undefined ? {} : { below }
        return { kinds: [{ type, bits, order, of: operand, ...limit }], shift: 0 }
      }
      case 'concatenation': {
        const kinds: Array<Kind> = []
        let at = index
        for (const part of operand.parts) {
          const [kind] = settle(loadPrepared(part, at), at)
          if (kind === undefined) continue
          kinds.push({ ...kind, ...toldBy(part) })
          at += padded(sizeOf(kind)) / 4
        }
        return { kinds, shift: 0 }
      }
      case 'computation': {
        const kinds = settle(loadPrepared(operand.left, index), index)
        const [kind] = kinds
        if (kind !== undefined) compute(operand.op, operand.right, kind, index)
        return { kinds: kinds.map(({ of: _, ...computed }) => computed), shift: 0 }
      }
      case 'hash': {
        const kinds = settle(loadPrepared(operand.of, index + 1), index + 1)
        emit({
          name: 'hash',
          data: {
            sreg: register(index + 1),
            dreg: register(index),
            len: widthOf(kinds),
            modulus: operand.modulus,
            ...(operand.seed !== undefined && { seed: operand.seed }),
            offset: operand.offset ?? 0,
            type: NFT_HASH.JENKINS
          }
        })
        return { kinds: kindsOf(operand), shift: 0 }
      }
      default:
        fail(`${operand.kind} cannot be asked of a packet`)
        return { kinds: kindsOf(operand), shift: 0 }
    }
  }

  const shiftBits = (index: number, size: number, op: number, by: bigint): undefined =>
    emit({
      name: 'bitwise',
      data: {
        sreg: register(index),
        dreg: register(index),
        len: size,
        op,
        data: { value: encode(by, 4, 'host') }
      }
    })

  /** Drops the bits behind a value, so that it stands in a register as in sets and elsewhere. */
  const settle = ({ kinds, shift }: Loaded, index: number): ReadonlyArray<Kind> => {
    const [kind] = kinds
    if (kind === undefined || shift === 0) return kinds
    const { size: _, ...settled } = kind
    if (sizeOf(kind) > 1) turn(index, kind, NFT_BYTEORDER.NTOH)
    shiftBits(index, sizeOf(kind), NFT_BITWISE.RSHIFT, BigInt(shift))
    if (sizeOf(settled) > 1) turn(index, settled, NFT_BYTEORDER.HTON)
    return [settled]
  }

  const compute = (
    op: '&' | '|' | '^' | '<<' | '>>',
    right: Operand,
    kind: Kind,
    index: number
  ): undefined => {
    const size = sizeOf(kind)
    if (op === '<<' || op === '>>') {
      const turned = kind.order === 'network' && size > 1
      if (turned) turn(index, kind, NFT_BYTEORDER.NTOH)
      const by = given(singleOf(shiftKind, right, indexOf), 0n)
      shiftBits(index, size, op === '<<' ? NFT_BITWISE.LSHIFT : NFT_BITWISE.RSHIFT, by)
      if (turned) turn(index, kind, NFT_BYTEORDER.HTON)
      return
    }
    const value = given(singleOf(kind, right, indexOf), 0n)
    const all = (1n << BigInt(size * 8)) - 1n
    const bits = encode(op === '&' ? value : op === '|' ? all ^ value : all, size, kind.order)
    const xor = encode(op === '&' ? 0n : value, size, kind.order)
    const before = maskedBefore(index, size)
    if (before === undefined) return mask(index, size, bits, xor)
    expressions.pop()
    mask(
      index,
      size,
      bits.map((byte, n) => byte & (before.mask?.value?.[n] ?? 0)),
      xor.map((byte, n) => byte ^ ((bits[n] ?? 0) & (before.xor?.value?.[n] ?? 0)))
    )
  }

  /** What a register was masked by just before, which makes one mask with the next. */
  const maskedBefore = (index: number, size: number) => {
    const last = expressions.at(-1)
    if (last?.name !== 'bitwise' || last.data?.op !== NFT_BITWISE.MASK_XOR) return undefined
    return last.data.dreg === register(index) && last.data.len === size ? last.data : undefined
  }

  const turn = (index: number, kind: Kind, op: number): undefined => {
    const size = sizeOf(kind)
    if (![2, 4, 8].includes(size))
      return fail(`the kernel cannot compute with the ${size} bytes of a ${kind.type.name}`)
    return emit({
      name: 'byteorder',
      data: { sreg: register(index), dreg: register(index), op, len: size, size }
    })
  }

  /** Turns numbers of the machine's own round, part by part, where ranges are looked up. */
  const align = (kinds: ReadonlyArray<Kind>, index: number): ReadonlyArray<Kind> => {
    let at = index
    return kinds.map(kind => {
      const size = sizeOf(kind)
      const turned = kind.order === 'host' && size > 1
      if (turned) turn(at, kind, NFT_BYTEORDER.HTON)
      at += padded(size) / 4
      return turned ? { ...kind, order: 'network' as const } : kind
    })
  }

  /** Makes a set of a rule's own: its name and id. */
  const own = (
    elements: Elements,
    key: ReadonlyArray<Kind>,
    shift: number,
    data?: Layout['data']
  ): { readonly set: string; readonly setId: number; readonly layout: Layout } => {
    const interval = elements.elements.some(each => isSpan(each.key))
    const dataInterval = elements.elements.some(
      each => each.data !== undefined && 'kind' in each.data && isSpan(each.data)
    )
    const layout: Layout = {
      key,
      interval,
      ...(data === undefined ? { merge: true } : { data }),
      ...(dataInterval && { dataInterval })
    }
    const setId = freshId()
    const set = data === undefined ? '__set%d' : '__map%d'
    const { concat, flags, ...attributes } = layoutAttributes(layout)
    before.push(
      message('NFT_MSG_NEWSET', NLM_F.REQUEST | NLM_F.CREATE, {
        header,
        attributes: {
          table: ref.table,
          name: set,
          flags: flags | NFT_SET.ANONYMOUS | NFT_SET.CONSTANT,
          ...attributes,
          ...((concat !== undefined || !interval) && {
            desc: {
              ...(concat !== undefined && { concat }),
              ...(!interval && { size: elements.elements.length })
            }
          }),
          id: setId,
          userdata: layoutUserdata({ ...layout, key: ownKinds(key) })
        }
      })
    )
    before.push(...elementMessages(set, setId, layout, elements.elements, shift))
    return { set, setId, layout }
  }

  const elementMessages = (
    set: string,
    setId: number,
    layout: Layout,
    elements: ReadonlyArray<Element>,
    shift: number
  ): ReadonlyArray<Message> =>
    portions(
      given(
        wireElements(
          layout,
          given(keysOf(layout, elements, indexOf), []),
          each => dataOf(layout, each),
          each => (each.statements ?? []).map(stateful),
          shift
        ),
        []
      )
    ).map(portion =>
      message('NFT_MSG_NEWSETELEM', NLM_F.REQUEST | NLM_F.CREATE, {
        header,
        attributes: { table: ref.table, set, setId, elements: portion }
      })
    )

  const dataOf = (layout: Layout, { data }: Element) => elementData(layout, data, indexOf, verdict)

  const verdict = (of: Verdict): WireVerdict => {
    if (of.verdict === 'jump' || of.verdict === 'goto') {
      const code = of.verdict === 'jump' ? VERDICT.JUMP : VERDICT.GOTO
      if ('chain' in of) return { code, chain: of.chain }
      return { code, chainId: ownChain(of.rules) }
    }
    return { code: verdicts[of.verdict] }
  }

  /** A chain that belongs to this rule. */
  const ownChain = (rules: ReadonlyArray<Rule>): number => {
    const chainId = freshId()
    before.push(
      message('NFT_MSG_NEWCHAIN', NLM_F.REQUEST | NLM_F.CREATE, {
        header,
        attributes: { table: ref.table, id: chainId, flags: NFT_CHAIN.BINDING }
      })
    )
    // These rules are compiled while this one is.
    const inner = compiler(surroundings)
    for (const each of rules) {
      const compiled = inner(each)
      if (compiled.fault !== undefined) fail(compiled.fault)
      before.push(
        ...compiled.before,
        message('NFT_MSG_NEWRULE', NLM_F.REQUEST | NLM_F.CREATE | NLM_F.APPEND, {
          header,
          attributes: {
            table: ref.table,
            chainId,
            expressions: compiled.expressions,
            ...(each.comment !== undefined && { userdata: { comment: each.comment } })
          }
        })
      )
    }
    return chainId
  }

  /** Whether a named set has such keys, and gives such data. */
  const looksUp = (
    name: string,
    { key, data: has }: Layout,
    kinds: ReadonlyArray<Kind>,
    data: Layout['data']
  ): undefined => {
    const narrow = key.length === 1 && kinds.length === 1 && widthOf(key) !== widthOf(kinds)
    if (typeNumber(key) !== typeNumber(kinds) || narrow)
      return fail(`@${name} has keys of ${kindsText(key)}, and this is ${kindsText(kinds)}`)
    if (data === undefined) return
    if (has === undefined) return fail(`@${name} is a set, and gives nothing for a key`)
    if (typeof has === 'string' || typeof data === 'string') {
      if (has !== data) fail(`@${name} gives ${dataText(has)}, not ${dataText(data)}`)
    } else if (!fits(has, data)) fail(`@${name} gives ${kindsText(has)}, not ${kindsText(data)}`)
  }

  const lookup = (
    set: Elements | Named,
    loaded: { readonly kinds: ReadonlyArray<Kind>; readonly shift: number },
    index: number,
    data?: Layout['data']
  ): { readonly set: string; readonly setId?: number; readonly layout: Layout | undefined } => {
    if (set.kind === 'named') {
      const layout = layoutOf(set.name)
      const kinds = settle(loaded, index)
      if (layout !== undefined) looksUp(set.name, layout, kinds, data)
      if (layout?.interval === true) align(kinds, index)
      return { set: set.name, layout }
    }
    if (set.elements.length === 0) fail('a set without elements has nothing to look up')
    const interval = set.elements.some(each => isSpan(each.key))
    if (interval) align(loaded.kinds, index)
    return own(set, loaded.kinds, loaded.shift, data)
  }

  const find = (
    set: Elements | Named,
    key: Operand,
    index: number,
    data: Layout['data'] | undefined,
    more: { readonly dreg?: number; readonly flags?: number } = {}
  ): Layout | undefined => {
    if (set.kind === 'elements' && key.kind === 'asked') learnTypes(key.name, set)
    const loaded = load(key, index)
    const { layout, ...found } = lookup(set, loaded, index, data)
    emit({ name: 'lookup', data: { ...found, sreg: register(index), ...more } })
    return layout
  }

  /** A set of one element is that element; what of it would be lost, and flags, of which one would be enough, keep it. */
  const withoutSet = (statement: Match): Match => {
    const { left, right } = statement
    if (right.kind !== 'elements' || right.elements.length !== 1) return statement
    const [{ key, ...more }] = right.elements as [Element]
    const kinds = kindsOf(left)
    const plain =
      ['value', 'range', 'prefix'].includes(key.kind) &&
      Object.keys(more).length === 0 &&
      kinds.every(({ type }) => !type.flags) &&
      E.isRight(keysOf({ key: kinds, interval: true }, right.elements, indexOf))
    return plain ? { ...statement, right: key } : statement
  }

  const match = (statement: Match): undefined => {
    const { left, op, right, mask: flags } = withoutSet(statement)
    if (right.kind === 'elements' || right.kind === 'named') {
      find(right, left, 0, undefined, op === '!=' ? { flags: NFT_LOOKUP_F.INV } : {})
      if (op !== '!=' && right.kind === 'elements' && left.kind === 'asked')
        for (const value of singlesOf(left.name, right)) learnNext(left.name, Number(value))
      return
    }
    if (isSpan(right) && !['in', '==', '!='].includes(op))
      return fail(`${operandText(right)} is more than one value, which ${op} cannot be asked of`)
    if (left.kind === 'asked' && right.kind === 'prefix' && matchPrefix(left.name, op, right.length, right))
      return
    const loaded = load(left, 0)
    const [kind] = loaded.kinds
    if (kind === undefined) return
    if (left.kind === 'concatenation') {
      compare(0, bytesFor(loaded.kinds, right), comparisons[op])
      return
    }
    if (flags !== undefined) {
      mask(0, sizeOf(kind), valueBytes(kind, flags, loaded.shift))
      compare(0, valueBytes(kind, right, loaded.shift), comparisons[op])
      return
    }
    const bits =
      kind.type.flags && (right.kind === 'value' || right.kind === 'flags') && left.kind !== 'computation'
    if (bits && (op === 'in' || op === '!')) {
      mask(0, sizeOf(kind), valueBytes(kind, right, loaded.shift))
      compare(0, new Uint8Array(sizeOf(kind)), op === '!' ? NFT_CMP.EQ : NFT_CMP.NEQ)
      return
    }
    matchConstant(kind, op, right, loaded.shift)
    if (left.kind === 'asked' && (op === 'in' || op === '==') && right.kind === 'value')
      learn(left.name, given(spanOf(kind, right, indexOf), nowhere).from)
  }

  const bytesFor = (kinds: ReadonlyArray<Kind>, operand: Operand): Uint8Array =>
    given(constantBytes(kinds, operand, indexOf), new Uint8Array(0))

  const spanFor = (kinds: ReadonlyArray<Kind>, operand: Operand) =>
    given(spanBytes(kinds, operand, indexOf), { from: new Uint8Array(0), to: new Uint8Array(0) })

  const shifted = (kind: Kind, value: bigint, shift: number): Uint8Array =>
    encode(value << BigInt(shift), sizeOf(kind), kind.order)

  const valueBytes = (kind: Kind, operand: Operand, shift: number): Uint8Array =>
    shifted(kind, given(singleOf(kind, operand, indexOf), 0n), shift)

  const matchConstant = (kind: Kind, op: Match['op'], right: Operand, shift: number): undefined => {
    if (right.kind === 'value') {
      const beginning = wildcard(kind, right.value)
      if (beginning !== undefined) {
        const length = Buffer.byteLength(beginning) - 2
        return compare(
          0,
          bytesFor([kind], { kind: 'value', value: beginning }).subarray(0, length),
          comparisons[op]
        )
      }
    }
    const ordered = op !== 'in' && op !== '==' && op !== '!='
    const [turned = kind] = ordered || right.kind === 'range' ? align([kind], 0) : [kind]
    if (right.kind === 'range') return matchRange(turned, op, right, shift)
    if (right.kind === 'prefix') {
      const size = sizeOf(kind)
      const all = (1n << BigInt(kind.bits)) - 1n
      mask(0, size, encode(all ^ ((1n << BigInt(kind.bits - right.length)) - 1n), size, kind.order))
      compare(0, spanFor([kind], right).from, comparisons[op])
      return
    }
    compare(0, valueBytes(turned, right, shift), comparisons[op])
  }

  /** A range that goes round is all but what lies between its ends. */
  const matchRange = (kind: Kind, op: Match['op'], right: Operand, shift: number): undefined => {
    const { from, to } = given(spanOf(kind, right, indexOf), nowhere)
    const round = from > to
    const [low, high] = (round ? [to, from] : [from, to]).map(end => shifted(kind, end, shift)) as [
      Uint8Array,
      Uint8Array
    ]
    if ((op === '!=') !== round)
      return emit({
        name: 'range',
        data: { sreg: register(0), op: NFT_RANGE.NEQ, fromData: { value: low }, toData: { value: high } }
      })
    compare(0, low, NFT_CMP.GTE)
    compare(0, high, NFT_CMP.LTE)
  }

  /** A network of whole bytes needs no mask: only these bytes are loaded. */
  const matchPrefix = (name: string, op: Match['op'], length: number, right: Operand): boolean => {
    const primary = primaryOf(name)
    const place = primary?.payload?.place
    if (primary === undefined || place === undefined || length % 8 !== 0 || length === 0 || primary.shift > 0)
      return false
    need(primary)
    const size = length / 8
    emit({
      name: 'payload',
      data: { dreg: register(0), base: bases[place.base], offset: place.offset, len: size }
    })
    compare(0, spanFor([kindOf(primary.type)], right).from.subarray(0, size), comparisons[op])
    return true
  }

  /** Puts a value that a statement needs into registers; what it is, is known. */
  const put = (operand: Operand, kinds: ReadonlyArray<Kind>, index: number): undefined => {
    if (operand.kind === 'lookup') {
      const layout = find(operand.map, operand.key, index, kinds, { dreg: register(index) })
      if (layout?.dataInterval === true) fail(`${operandText(operand)} gives ranges, where one value belongs`)
      return
    }
    if (isAsked(operand)) return putAsked(operand, kinds, index)
    putBytes(index, bytesFor(kinds, operand))
  }

  const putBytes = (index: number, value: Uint8Array): undefined =>
    emit({ name: 'immediate', data: { dreg: register(index), data: { value } } })

  /** What of a packet is put where something of these kinds belongs. */
  const putAsked = (operand: Operand, kinds: ReadonlyArray<Kind>, index: number): undefined => {
    const found = settle(load(operand, index), index)
    const [from] = found
    if (!fits(found, kinds)) {
      const turned =
        from?.type.name === 'integer' ? `: its ${from.bits} bits would be read in another order` : ''
      return fail(`${operandText(operand)} is ${kindsText(found)}, not ${kindsText(kinds)}${turned}`)
    }
    const [to] = kinds
    if (from?.order !== 'host' || to?.order !== 'network' || sizeOf(to) === 1) return
    // Of a number with more bytes, those that count would be elsewhere.
    if (sizeOf(from) !== sizeOf(to))
      return fail(`${operandText(operand)} has ${from.bits} bits, and ${kindsText(kinds)} ${to.bits}`)
    turn(index, from, NFT_BYTEORDER.HTON)
  }

  const set = (name: string, value: Operand): undefined => {
    const primary = primaryOf(name)
    if (primary === undefined) return fail(`${name} is nothing that a packet has`)
    const { payload, shift, bits, order, type } = primary
    const kind: Kind = { type, bits, order, of: { kind: 'asked', name } }
    need(primary)
    if (payload === undefined) {
      put(value, [kind], 0)
      if (primary.store === undefined) return fail(`${name} cannot be set`)
      return emit(primary.store(register(0)))
    }
    setPayload(payload, kind, shift, value)
  }

  /** Checksums are over words of two bytes, so no single byte is written. */
  const setPayload = (
    { header: of, place }: NonNullable<Primary['payload']>,
    kind: Kind,
    shift: number,
    value: Operand
  ): undefined => {
    const sum = checksums[of?.name ?? '']
    const widen = sum !== undefined && place.size === 1
    const offset = widen ? place.offset & ~1 : place.offset
    const size = widen ? 2 : place.size
    const behind = shift + (widen && place.offset % 2 === 0 ? 8 : 0)
    const partial = kind.bits < size * 8
    if (partial) {
      if (value.kind !== 'value' && value.kind !== 'flags')
        return fail(`${of?.name} ${kind.type.name} can be set to a constant only`)
      emit({ name: 'payload', data: { dreg: register(0), base: bases[place.base], offset, len: size } })
      const ones = (1n << BigInt(kind.bits)) - 1n
      const all = (1n << BigInt(size * 8)) - 1n
      mask(
        0,
        size,
        encode(all ^ (ones << BigInt(behind)), size, 'network'),
        encode(given(singleOf(kind, value, indexOf), 0n) << BigInt(behind), size, 'network')
      )
    } else put(value, [kind], 0)
    const pseudo = of?.base === 'network' && place.offset >= (of.name === 'ip' ? 12 : 8)
    emit({
      name: 'payload',
      data: {
        sreg: register(0),
        base: bases[place.base],
        offset,
        len: size,
        csumType: sum === undefined ? NFT_PAYLOAD_CSUM.NONE : NFT_PAYLOAD_CSUM.INET,
        csumOffset: sum ?? 0,
        csumFlags: pseudo ? NFT_PAYLOAD_L4CSUM.PSEUDOHDR : 0
      }
    })
  }

  const log = ({ prefix, group, snaplen, queueThreshold, level, flags }: Log): undefined => {
    emit({
      name: 'log',
      data: {
        ...(prefix !== undefined && { prefix }),
        ...(group !== undefined && { group }),
        ...(snaplen !== undefined && { snaplen }),
        ...(queueThreshold !== undefined && { qthreshold: queueThreshold }),
        ...(level !== undefined && { level: logLevels[level] }),
        ...(flags !== undefined && { flags: flags.reduce((sum, flag) => sum | (logFlags[flag] ?? 0), 0) })
      }
    })
  }

  /** Asks before all else, so that nothing is counted that is of another kind. */
  const inFront = (ask: () => undefined): undefined => {
    const others = expressions
    expressions = []
    ask()
    expressions.push(...others)
  }

  const reject = ({ with: kind, code = 'port-unreachable' }: Reject): undefined => {
    if (kind === 'tcp reset') {
      const tcp = headerOf('tcp')
      if (tcp !== undefined && known.transports.at(-1) !== 'tcp') inFront(() => needTransport(tcp))
      return emit({ name: 'reject', data: { type: NFT_REJECT.TCP_RST, icmpCode: 0 } })
    }
    if (kind === 'icmpx' && ofFamily !== undefined)
      return fail(
        `icmpx is for tables that see both families: write reject with ${family === 'ip' ? 'icmp' : 'icmpv6'}`
      )
    const network = single(known.networks)
    const plain = kind ?? (network === 'ip' ? 'icmp' : network === 'ip6' ? 'icmpv6' : 'icmpx')
    if (kind === 'icmp') inFront(() => needNetwork('ip'))
    if (kind === 'icmpv6') inFront(() => needNetwork('ip6'))
    const kinds = kindOf(datatype(`${plain}_code`))
    emit({
      name: 'reject',
      data: {
        type: plain === 'icmpx' ? NFT_REJECT.ICMPX_UNREACH : NFT_REJECT.ICMP_UNREACH,
        icmpCode: Number(given(singleOf(kinds, { kind: 'value', value: code }, indexOf), 0n))
      }
    })
  }

  const natFamily = (told: 'ip' | 'ip6' | undefined): 'ip' | 'ip6' => {
    const found = told ?? (family === 'ip' || family === 'ip6' ? family : single(known.networks))
    if (found === 'ip' || found === 'ip6') return found
    fail('it must say which family of addresses it is for: dnat ip to …')
    return 'ip'
  }

  /** First and last value, in registers of their own; what was used. */
  const putRange = (
    operand: Operand,
    kind: Kind,
    index: number
  ): { readonly min: number; readonly max?: number; readonly next: number } => {
    const step = padded(sizeOf(kind)) / 4
    // A register of sixteen bytes for each keeps what nft prints in order.
    const width = Math.max(step, 4)
    if (operand.kind !== 'range' && operand.kind !== 'prefix') {
      put(operand, [kind], index)
      return { min: register(index), next: index + width }
    }
    const { from, to } = spanFor([kind], operand)
    putBytes(index, from)
    putBytes(index + width, to)
    return { min: register(index), max: register(index + width), next: index + 2 * width }
  }

  const needAddresses = (of: 'ip' | 'ip6'): undefined => {
    const [other] = known.networks
    if (other !== undefined && !known.networks.includes(of)) conflict(other, `addresses of ${of}`)
  }

  /** A port where there may be none is a mistake. */
  const needPorts = (port: Operand | undefined, ...keys: ReadonlyArray<Operand | undefined>): undefined => {
    if (port === undefined || known.transports.length > 0) return
    if (keys.some(key => key?.kind === 'lookup' && tellsTransport(key.key))) return
    fail('a port means nothing before the transport is known: put meta l4proto tcp, or tcp dport …, in front')
  }

  const nat = (translation: Nat): undefined => {
    const { statement, address, port, prefix } = translation
    const flags = (translation.flags ?? []).reduce(
      (sum, flag) => sum | natFlags[flag],
      prefix === true ? NF_NAT_RANGE.NETMAP : 0
    )
    prepareAll(address)
    needPorts(port, address, port)
    prepareAll(port)
    if (statement === 'masquerade' || statement === 'redirect') {
      const ports = port === undefined ? undefined : putRange(port, portKind, 0)
      const data = {
        ...(ports !== undefined && { regProtoMin: ports.min }),
        ...(ports?.max !== undefined && { regProtoMax: ports.max }),
        ...((flags !== 0 || ports !== undefined) && {
          flags: ports === undefined ? flags : flags | NF_NAT_RANGE.PROTO_SPECIFIED
        })
      }
      return emit(statement === 'masquerade' ? { name: 'masq', data } : { name: 'redir', data })
    }
    const anywhere = family === 'inet' && translation.family === undefined && address === undefined
    const of = anywhere ? 'ip' : natFamily(translation.family)
    if (!anywhere) needAddresses(of)
    emit({
      name: 'nat',
      data: {
        type: statement === 'snat' ? NFT_NAT.SNAT : NFT_NAT.DNAT,
        family: anywhere ? NFPROTO.INET : of === 'ip' ? NFPROTO.IPV4 : NFPROTO.IPV6,
        ...natRegisters(address, port, of, prefix === true),
        ...(flags !== 0 && { flags })
      }
    })
  }

  const natRegisters = (
    address: Operand | undefined,
    port: Operand | undefined,
    of: 'ip' | 'ip6',
    prefix: boolean
  ) => {
    const kind = addressKinds[of]
    const step = padded(sizeOf(kind)) / 4
    if (address?.kind === 'lookup') {
      const named = address.map.kind === 'named' ? layoutOf(address.map.name)?.data : undefined
      const both = port?.kind === 'any' || (Array.isArray(named) && named.length === 2)
      const kinds = both ? [kind, portKind] : [kind]
      if (both) needPorts({ kind: 'any' }, address)
      const layout = find(address.map, address.key, 0, kinds, { dreg: register(0) })
      const ranges = prefix || layout?.dataInterval === true
      const behind = Math.max(4, ranges ? 2 * step : step)
      const ports = both || port === undefined ? undefined : putRange(port, portKind, behind)
      return {
        regAddrMin: register(0),
        ...(ranges && { regAddrMax: register(step) }),
        ...(both && { regProtoMin: register(step) }),
        ...(ports !== undefined && { regProtoMin: ports.min }),
        ...(ports?.max !== undefined && { regProtoMax: ports.max })
      }
    }
    const addresses = address === undefined ? undefined : putRange(address, kind, 0)
    const ports = port === undefined ? undefined : putRange(port, portKind, addresses?.next ?? 0)
    return {
      ...(addresses !== undefined && { regAddrMin: addresses.min }),
      ...(addresses?.max !== undefined && { regAddrMax: addresses.max }),
      ...(ports !== undefined && { regProtoMin: ports.min }),
      ...(ports?.max !== undefined && { regProtoMax: ports.max })
    }
  }

  /** One value in registers of its own. */
  const putOne = (operand: Operand, kind: Kind, index: number): ReturnType<typeof putRange> =>
    putRange(given(oneOf(operand, kind), nothing), kind, index)

  const tproxy = ({ family: told, address, port }: Tproxy): undefined => {
    const of = told ?? (address === undefined ? undefined : natFamily(undefined))
    if (of !== undefined) needAddresses(of)
    if (known.transports.length === 0)
      fail('it needs to know the transport: put meta l4proto { tcp, udp }, or tcp dport …, in front')
    prepareAll(address, port)
    const addresses = address === undefined ? undefined : putOne(address, addressKinds[of ?? 'ip'], 0)
    const ports = port === undefined ? undefined : putOne(port, portKind, addresses?.next ?? 0)
    emit({
      name: 'tproxy',
      data: {
        family:
          of === 'ip'
            ? NFPROTO.IPV4
            : of === 'ip6'
              ? NFPROTO.IPV6
              : family === 'inet'
                ? NFPROTO.UNSPEC
                : families[family],
        ...(addresses !== undefined && { regAddr: addresses.min }),
        ...(ports !== undefined && { regPort: ports.min })
      }
    })
  }

  const deviceKind = kindOf(datatype('iface_index'))

  const copy = ({ statement, family: named, address, device }: Copy): undefined => {
    const of = named ?? (family === 'ip6' ? 'ip6' : 'ip')
    prepareAll(address, device)
    const addresses = address === undefined ? undefined : putOne(address, addressKinds[of], 0)
    const devices = device === undefined ? undefined : putOne(device, deviceKind, addresses?.next ?? 0)
    const at = {
      ...(addresses !== undefined && { sregAddr: addresses.min }),
      ...(devices !== undefined && { sregDev: devices.min })
    }
    emit(
      statement === 'dup'
        ? { name: 'dup', data: at }
        : {
            name: 'fwd',
            data: {
              ...at,
              ...(address !== undefined && { nfproto: of === 'ip' ? NFPROTO.IPV4 : NFPROTO.IPV6 })
            }
          }
    )
  }

  const queue = ({ number, flags }: Queue): undefined => {
    const bits = (flags ?? []).reduce(
      (sum, flag) => sum | (flag === 'bypass' ? NFT_QUEUE_FLAG.BYPASS : NFT_QUEUE_FLAG.CPU_FANOUT),
      0
    )
    const kind: Kind = { type: datatype('integer'), bits: 16, order: 'host' }
    if (number.kind === 'value' || number.kind === 'range') {
      const { from, to } = given(spanOf(kind, number, indexOf), nowhere)
      return emit({ name: 'queue', data: { num: Number(from), total: Number(to - from) + 1, flags: bits } })
    }
    put(number, [kind], 0)
    emit({ name: 'queue', data: { sregQnum: register(0), flags: bits } })
  }

  const meter = ({ name, size = mostMetered, key, timeout, of }: Meter): undefined => {
    const kinds = kindsOf(key)
    const setId = freshId()
    const { flags, ...attributes } = layoutAttributes({ key: kinds, interval: false })
    before.push(
      message('NFT_MSG_NEWSET', NLM_F.REQUEST | NLM_F.CREATE, {
        header,
        attributes: {
          table: ref.table,
          name,
          flags: flags | NFT_SET.ANONYMOUS | NFT_SET.EVAL | (timeout === undefined ? 0 : NFT_SET.TIMEOUT),
          ...attributes,
          desc: { size },
          id: setId,
          userdata: layoutUserdata({ key: ownKinds(kinds), interval: false })
        }
      })
    )
    const lasting =
      timeout === undefined ? { statement: 'add' as const } : { statement: 'update' as const, timeout }
    onSet({ ...lasting, set: name, key, statements: [of] }, setId)
  }

  const onSet = (
    change: Extract<Statement, { readonly statement: 'add' | 'update' | 'delete' }>,
    setId?: number
  ): undefined => {
    const { statement, set: name, key, data, timeout, statements = [] } = change
    prepareAll(key, data)
    const kinds = settle(load(key, 0), 0)
    const layout = layoutOf(name)
    if (layout !== undefined && !fits(kinds, layout.key))
      fail(`@${name} has keys of ${kindsText(layout.key)}, and this is ${kindsText(kinds)}`)
    if (data !== undefined && layout !== undefined && layout.data === undefined)
      fail(`@${name} is a set, whose elements give nothing`)
    if (layout?.interval === true) align(kinds, 0)
    const next = padded(widthOf(kinds)) / 4
    if (data !== undefined)
      put(data, Array.isArray(layout?.data) ? layout.data : kindsOf(data), Math.max(next, 4))
    const own = statements.map(stateful)
    emit({
      name: 'dynset',
      data: {
        setName: name,
        ...(setId !== undefined && { setId }),
        op: { add: NFT_DYNSET_OP.ADD, update: NFT_DYNSET_OP.UPDATE, delete: NFT_DYNSET_OP.DELETE }[statement],
        sregKey: register(0),
        ...(data !== undefined && { sregData: register(Math.max(next, 4)) }),
        ...(timeout !== undefined && { timeout: BigInt(timeout) }),
        ...(own.length === 1 && { expr: own[0] as StatefulExpression }),
        ...(own.length > 1 && { expressions: own, flags: NFT_DYNSET_F.EXPR })
      }
    })
  }

  const reset = (name: string): undefined => {
    const option = optionOf(name)
    if (option?.kind.op !== NFT_EXTHDR_OP.TCPOPT) return fail(`${name} is no option of TCP`)
    emit({ name: 'exthdr', data: { type: option.kind.number, op: option.kind.op } })
  }

  const object = (kind: keyof typeof objectNumbers, name: Operand): undefined => {
    if (name.kind === 'lookup') {
      const loaded = load(name.key, 0)
      const found = lookup(name.map, loaded, 0, kind)
      return emit({
        name: 'objref',
        data: {
          setSreg: register(0),
          setName: found.set,
          ...(found.setId !== undefined && { setId: found.setId })
        }
      })
    }
    emit({
      name: 'objref',
      data: { immType: objectNumbers[kind], immName: operandName(name).replaceAll('"', '') }
    })
  }

  const compileOne = (statement: Statement): undefined => {
    switch (statement.statement) {
      case 'match':
        return match(statement)
      case 'verdict':
        return emit({ name: 'immediate', data: { dreg: 0, data: { verdict: verdict(statement) } } })
      case 'verdicts':
        return void find(statement.map, statement.key, 0, 'verdict', { dreg: 0 })
      case 'set':
        return set(statement.name, statement.value)
      case 'object':
        return object(statement.object, statement.name)
      case 'log':
        return log(statement)
      case 'reject':
        return reject(statement)
      case 'snat':
      case 'dnat':
      case 'masquerade':
      case 'redirect':
        return nat(statement)
      case 'tproxy':
        return tproxy(statement)
      case 'dup':
      case 'fwd':
        return copy(statement)
      case 'queue':
        return queue(statement)
      case 'synproxy':
        return emit({ name: 'synproxy', data: synproxyData(statement) })
      case 'notrack':
        return emit({ name: 'notrack' } as Expression)
      case 'flow':
        return emit({ name: 'flow_offload', data: { tableName: statement.flowtable } })
      case 'add':
      case 'update':
      case 'delete':
        return onSet(statement)
      case 'meter':
        return meter(statement)
      case 'reset':
        return reset(statement.option)
      case 'xt':
        return emit({
          name: statement.xt,
          data: {
            name: statement.name,
            rev: statement.revision,
            info: Uint8Array.from(Buffer.from(statement.info, 'hex'))
          }
        })
      case 'unknown':
        return fail(`${statement.expression} is not known here`)
      default:
        if (statement.statement === 'limit' && statement.of === 'packets' && statement.burst === 0)
          fail('a burst is of one packet at least')
        return emit(stateful(statement) as Expression)
    }
  }

  return ({ statements }) => {
    expressions = []
    before = []
    known = { networks: ofFamily === undefined ? [] : [ofFamily], transports: [] }
    fault = undefined
    for (const [n, statement] of statements.entries()) {
      const before = statements[n - 1]
      if (before !== undefined && isLast(before)) fail('nothing comes behind a statement that decides')
      compileOne(statement)
    }
    return { expressions, before, fault }
  }
}

/** What a part of a concatenation is, which needs to be told also if it is computed. */
const toldBy = (part: Operand): Pick<Kind, 'of'> => {
  const of = part.kind === 'hash' ? part : kindsOf(part)[0]?.of
  return of === undefined ? {} : { of }
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

/** What is no range. */
const oneOf = (operand: Operand, { type }: Kind): E.Either<string, Operand> =>
  isSpan(operand) ? E.left(`${operandText(operand)} is more than one ${type.name}`) : E.right(operand)

/** Of a rule that is refused anyway. */
const nothing: Operand = { kind: 'any' }
const nowhere = { from: 0n, to: 0n }

/** How many keys a meter has that does not say. */
const mostMetered = 65_535

/** How many bits a value is shifted by. */
const shiftKind: Kind = { type: datatype('integer'), bits: 32, order: 'host' }

const kindsText = (kinds: ReadonlyArray<Kind>): string => kinds.map(({ type }) => type.name).join(' . ')

const dataText = (data: NonNullable<Layout['data']>): string =>
  data === 'verdict' ? 'verdicts' : typeof data === 'string' ? `a ${data}` : kindsText(data)

/** Whether something of a packet can stand for something else: it is of the same kind, or a mere number. */
const fits = (from: ReadonlyArray<Kind>, to: ReadonlyArray<Kind>): boolean =>
  from.length === to.length &&
  from.every((kind, n) => {
    const other = to[n]
    return (
      other !== undefined &&
      (kind.type.number === other.type.number ||
        (kind.type.name === 'integer' &&
          (kind.order === 'host' || kind.bits < 8 || sizeOf(kind) === sizeOf(other))))
    )
  })

const transports: ReadonlyArray<string> = ['meta l4proto', 'ip protocol', 'ip6 nexthdr']

const isTransport = (operand: Operand): boolean =>
  operand.kind === 'asked' && transports.includes(operand.name)

/** Whether keys tell which transport there is. */
const tellsTransport = (operand: Operand): boolean =>
  operand.kind === 'concatenation' && operand.parts.some(isTransport)

/** Whether it is something of a packet, and no constant. */
const isAsked = (operand: Operand): boolean =>
  operand.kind === 'concatenation'
    ? operand.parts.some(isAsked)
    : ['asked', 'computation', 'hash'].includes(operand.kind)

const operandName = (operand: Operand): string =>
  operand.kind === 'asked' ? operand.name : operand.kind === 'value' ? operand.value : operand.kind

const verdicts = {
  accept: VERDICT.ACCEPT,
  drop: VERDICT.DROP,
  continue: VERDICT.CONTINUE,
  return: VERDICT.RETURN
} as const

/** Where the checksums of headers are, in bytes. */
const checksums: { readonly [header: string]: number } = {
  ip: 10,
  tcp: 16,
  udp: 6,
  icmp: 2,
  icmpv6: 2,
  igmp: 2
}

const logLevels = {
  emerg: NFT_LOGLEVEL.EMERG,
  alert: NFT_LOGLEVEL.ALERT,
  crit: NFT_LOGLEVEL.CRIT,
  err: NFT_LOGLEVEL.ERR,
  warn: NFT_LOGLEVEL.WARNING,
  notice: NFT_LOGLEVEL.NOTICE,
  info: NFT_LOGLEVEL.INFO,
  debug: NFT_LOGLEVEL.DEBUG,
  audit: NFT_LOGLEVEL.AUDIT
} as const

const logFlags: { readonly [flag: string]: number } = {
  'tcp sequence': NF_LOG.TCPSEQ,
  'tcp options': NF_LOG.TCPOPT,
  'ip options': NF_LOG.IPOPT,
  skuid: NF_LOG.UID,
  ether: NF_LOG.MACDECODE,
  all: NF_LOG.TCPSEQ | NF_LOG.TCPOPT | NF_LOG.IPOPT | NF_LOG.UID | NF_LOG.MACDECODE
}

const natFlags = {
  random: NF_NAT_RANGE.PROTO_RANDOM,
  'fully-random': NF_NAT_RANGE.PROTO_RANDOM_FULLY,
  persistent: NF_NAT_RANGE.PERSISTENT
} as const

export const synproxyData = ({ mss, wscale, timestamp, sackPerm }: Omit<Synproxy, 'statement'>) => ({
  ...(mss !== undefined && { mss }),
  ...(wscale !== undefined && { wscale }),
  flags:
    (mss === undefined ? 0 : NF_SYNPROXY_OPT.MSS) |
    (wscale === undefined ? 0 : NF_SYNPROXY_OPT.WSCALE) |
    (timestamp === true ? NF_SYNPROXY_OPT.TIMESTAMP : 0) |
    (sackPerm === true ? NF_SYNPROXY_OPT.SACK_PERM : 0)
})

/** The burst that there is when none is said, in packets. */
const defaultBurst = 5

/** A statement with a memory as the kernel has it. */
export const stateful = (statement: Stateful): StatefulExpression => {
  switch (statement.statement) {
    case 'counter':
      return {
        name: 'counter',
        data: {
          ...(statement.bytes !== undefined && { bytes: statement.bytes }),
          ...(statement.packets !== undefined && { packets: statement.packets })
        }
      }
    case 'limit':
      return {
        name: 'limit',
        data: {
          rate: statement.rate,
          unit: BigInt(periods[statement.per]),
          burst: statement.burst ?? (statement.of === 'packets' ? defaultBurst : 0),
          type: statement.of === 'packets' ? NFT_LIMIT.PKTS : NFT_LIMIT.PKT_BYTES,
          flags: statement.over === true ? NFT_LIMIT_F.INV : 0
        }
      }
    case 'quota':
      return {
        name: 'quota',
        data: {
          bytes: statement.bytes,
          flags: statement.over === true ? NFT_QUOTA_F.INV : 0,
          consumed: statement.used ?? 0n
        }
      }
    case 'connections':
      return {
        name: 'connlimit',
        data: { count: statement.count, flags: statement.over === true ? NFT_CONNLIMIT_F.INV : 0 }
      }
    case 'last':
      return { name: 'last', data: statement.used === undefined ? {} : { set: 1, msecs: statement.used } }
  }
}

/** What a map's element gives, as the kernel has it. */
export const elementData = (
  layout: Layout,
  data: Element['data'],
  indexOf: IndexOf,
  verdict: (given: Verdict) => WireVerdict
): E.Either<string, Pick<WireElement, 'data' | 'objref'>> => {
  const wants = layout.data
  if (data === undefined)
    return wants === undefined ? E.right({}) : E.left(`an element of a map gives ${dataText(wants)}`)
  if (wants === undefined) return E.left('an element of a set gives nothing')
  if ('verdict' in data)
    return wants === 'verdict'
      ? E.right({ data: { verdict: verdict(data) } })
      : E.left(`an element gives a verdict, and the map gives ${dataText(wants)}`)
  if (wants === 'verdict') return E.left(`${operandText(data)} is no verdict`)
  if (typeof wants === 'string') return E.right({ objref: operandName(data).replaceAll('"', '') })
  if (layout.dataInterval !== true)
    return pipe(
      constantBytes(wants, data, indexOf),
      E.map(value => ({ data: { value } }))
    )
  return pipe(
    spanBytes(wants, data, indexOf),
    E.map(({ from, to }) => ({ data: { value: Uint8Array.of(...from, ...to) } }))
  )
}
