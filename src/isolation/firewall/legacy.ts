import { closeSync, readFileSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { littleEndian as le } from '../../../protocol'
import { VERDICT } from '../../../protocol/nftables/data'
import type { Expression } from '../../../protocol/nftables/expression'
import { NFT_CMP } from '../../../protocol/nftables/expression/cmp'
import { NFT_META } from '../../../protocol/nftables/expression/meta'
import type { Rule } from '../../../protocol/nftables/rule'
import { within } from '../../namespace/enter'
import type { NamespaceError } from '../../namespace/error'
import type { NamespaceRef } from '../../namespace/reference'
import {
  AF_INET,
  AF_INET6,
  type Answer,
  getsockopt,
  SOCK_CLOEXEC,
  SOCK_RAW,
  socket
} from '../../namespace/system'

/** A table of iptables-legacy, as nftables would have its chains. */
export interface LegacyTable {
  readonly family: 'ip' | 'ip6'
  readonly table: string
  readonly hooks: ReadonlyArray<{
    readonly chain: string
    readonly hooknum: number
    /** VERDICT.* */
    readonly policy: number
  }>
  /** Handles are the numbers of `iptables-legacy -L --line-numbers`. */
  readonly chains: ReadonlyMap<string, ReadonlyArray<Rule>>
}

/**
 * The two families' own: the file that names the tables, the socket options, and where `struct ipt_entry` and
 * `struct ip6t_entry` have what. <linux/netfilter_ipv4/ip_tables.h>, <linux/netfilter_ipv6/ip6_tables.h>
 */
const families = {
  ip: {
    names: 'ip_tables_names',
    domain: AF_INET,
    level: 0,
    masks: { offset: 8, size: 8 },
    iniface: 16,
    protocol: 80,
    flags: 82,
    inverted: 83,
    target: 88,
    size: 112
  },
  ip6: {
    names: 'ip6_tables_names',
    domain: AF_INET6,
    level: 41,
    masks: { offset: 32, size: 32 },
    iniface: 64,
    protocol: 128,
    flags: 131,
    inverted: 132,
    target: 140,
    size: 168
  }
} as const

type Layout = (typeof families)[keyof typeof families]

const IPPROTO_RAW = 255
const SO_GET_INFO = 64
const SO_GET_ENTRIES = 65
const nameSize = 32

/** `struct ipt_getinfo` */
const info = { validHooks: 32, hookEntry: 36, underflow: 56, entries: 76, size: 80, length: 84 }

/** `struct ipt_get_entries`: a name and a size, and then the entries. */
const entriesAt = 40

const ifNameSize = 16
const IPT_F_GOTO = 0x02
const IPT_INV_VIA_IN = 0x01
const IPT_INV_VIA_OUT = 0x02
const IPT_INV_PROTO = 0x40
/** A protocol of IPv6 is only looked for if it is told to be. */
const IP6T_F_PROTO = 0x01

/** `struct xt_entry_match` and `struct xt_entry_target`: size, name, revision, and then their own. */
const part = { size: 0, name: 2, revision: 31, data: 32 }

/** What chains of the kernel's are called. */
const hookNames = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']

/**
 * The tables of iptables-legacy that are there in a namespace, read by the socket options that it uses itself: nothing of
 * them is to be seen by netlink. One that is not loaded is not loaded by that.
 */
export const legacyTables = (namespace: NamespaceRef): E.Either<NamespaceError, ReadonlyArray<LegacyTable>> =>
  pipe(
    within(namespace, () =>
      pipe(
        (['ip', 'ip6'] as const).flatMap(family =>
          namesIn(families[family].names).map(table => [family, table] as const)
        ),
        E.traverseArray(([family, table]) => readTable(family, table))
      )
    ),
    E.flatten
  )

const namesIn = (file: string): ReadonlyArray<string> => {
  try {
    return readFileSync(`/proc/net/${file}`, 'utf8').split('\n').filter(Boolean)
  } catch {
    // A kernel without iptables-legacy.
    return []
  }
}

const readTable = (family: LegacyTable['family'], table: string): Answer<LegacyTable> => {
  const layout = families[family]
  const made = socket(layout.domain, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW)
  if (E.isLeft(made)) return made
  try {
    const question = new Uint8Array(entriesAt)
    question.set(Buffer.from(table))
    return pipe(
      getsockopt(made.right, layout.level, SO_GET_INFO, info.length, question.subarray(0, nameSize)),
      E.chain(answer => {
        const head = viewOf(answer)
        const size = head.getUint32(info.size, le)
        viewOf(question).setUint32(nameSize, size, le)
        return pipe(
          getsockopt(made.right, layout.level, SO_GET_ENTRIES, entriesAt + size, question),
          E.map(entries => tableFrom(family, table, head, entries.subarray(entriesAt)))
        )
      })
    )
  } finally {
    closeSync(made.right)
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const textAt = (bytes: Uint8Array, offset: number, size: number): string => {
  const text = bytes.subarray(offset, offset + size)
  const end = text.indexOf(0)
  return Buffer.from(end === -1 ? text : text.subarray(0, end)).toString()
}

interface Entry {
  readonly at: number
  readonly bytes: Uint8Array
  /** Where its target begins. */
  readonly target: number
}

const entriesIn = ({ target }: Layout, bytes: Uint8Array): ReadonlyArray<Entry> => {
  const found: Array<Entry> = []
  for (let at = 0; at + target + 4 <= bytes.length; ) {
    const view = viewOf(bytes.subarray(at))
    const next = view.getUint16(target + 2, le)
    if (next === 0) break
    found.push({ at, bytes: bytes.subarray(at, at + next), target: view.getUint16(target, le) })
    at += next
  }
  return found
}

const targetName = ({ bytes, target }: Entry): string =>
  textAt(bytes, target + part.name, part.revision - part.name)

const standardVerdict = ({ bytes, target }: Entry): number => viewOf(bytes).getInt32(target + part.data, le)

const tableFrom = (
  family: LegacyTable['family'],
  table: string,
  head: DataView,
  bytes: Uint8Array
): LegacyTable => {
  const layout = families[family]
  const entries = entriesIn(layout, bytes)
  const valid = head.getUint32(info.validHooks, le)
  const starts = new Map<number, string>()
  const policies = new Map<number, number>()
  const hooks = hookNames.flatMap((chain, hooknum) => {
    if ((valid & (1 << hooknum)) === 0) return []
    starts.set(head.getUint32(info.hookEntry + 4 * hooknum, le), chain)
    const underflow = head.getUint32(info.underflow + 4 * hooknum, le)
    policies.set(underflow, hooknum)
    const last = entries.find(({ at }) => at === underflow)
    const policy = last === undefined ? VERDICT.ACCEPT : -standardVerdict(last) - 1
    return [{ chain, hooknum, policy }]
  })
  // A chain that somebody made begins behind a target that bears its name.
  for (const [n, entry] of entries.entries()) {
    const next = entries[n + 1]
    if (targetName(entry) === 'ERROR' && next !== undefined)
      starts.set(next.at, textAt(entry.bytes, entry.target + part.data, 30))
  }
  const chains = new Map<string, Array<Rule>>()
  let chain: Array<Rule> = []
  for (const entry of entries) {
    const begins = starts.get(entry.at)
    if (begins !== undefined) {
      chain = []
      chains.set(begins, chain)
    }
    if (!policies.has(entry.at) && targetName(entry) !== 'ERROR')
      chain.push(ruleFrom(layout, entry, starts, BigInt(chain.length + 1)))
  }
  return { family, table, hooks, chains }
}

const ruleFrom = (layout: Layout, entry: Entry, starts: ReadonlyMap<number, string>, handle: bigint): Rule =>
  ({
    type: 'NFT_MSG_NEWRULE',
    header: {},
    attributes: {
      handle,
      expressions: [
        ...addressesIn(layout, entry),
        ...interfacesIn(layout, entry),
        ...protocolIn(layout, entry),
        ...matchesIn(layout, entry),
        ...targetOf(layout, entry, starts)
      ]
    }
  }) as unknown as Rule

/** Of addresses, only that some are asked for. */
const addressesIn = ({ masks }: Layout, { bytes }: Entry): ReadonlyArray<Expression> =>
  bytes.subarray(masks.offset, masks.offset + masks.size).some(byte => byte !== 0)
    ? [{ name: 'match', data: { name: 'addresses' } }]
    : []

const interfacesIn = ({ iniface, inverted }: Layout, { bytes }: Entry): ReadonlyArray<Expression> =>
  (
    [
      [0, NFT_META.IIFNAME, IPT_INV_VIA_IN],
      [1, NFT_META.OIFNAME, IPT_INV_VIA_OUT]
    ] as const
  ).flatMap(([n, key, inversion]) => {
    const at = iniface + n * ifNameSize
    const mask = bytes.subarray(at + 2 * ifNameSize, at + 3 * ifNameSize)
    const asked = mask.indexOf(0)
    const length = asked === -1 ? ifNameSize : asked
    return length === 0
      ? []
      : compared(
          { name: 'meta', data: { dreg: 1, key } },
          bytes.slice(at, at + length),
          ((bytes[inverted] ?? 0) & inversion) !== 0
        )
  })

const protocolIn = (layout: Layout, { bytes }: Entry): ReadonlyArray<Expression> => {
  const protocol = viewOf(bytes).getUint16(layout.protocol, le)
  const asked = layout === families.ip ? protocol !== 0 : ((bytes[layout.flags] ?? 0) & IP6T_F_PROTO) !== 0
  return asked
    ? compared(
        { name: 'meta', data: { dreg: 1, key: NFT_META.L4PROTO } },
        Uint8Array.of(protocol),
        ((bytes[layout.inverted] ?? 0) & IPT_INV_PROTO) !== 0
      )
    : []
}

const compared = (what: Expression, value: Uint8Array, not: boolean): ReadonlyArray<Expression> => [
  what,
  { name: 'cmp', data: { sreg: 1, op: not ? NFT_CMP.NEQ : NFT_CMP.EQ, data: { value } } }
]

const matchesIn = ({ size }: Layout, { bytes, target }: Entry): ReadonlyArray<Expression> => {
  const found: Array<Expression> = []
  for (let at: number = size; at + part.data <= target; ) {
    const length = viewOf(bytes).getUint16(at + part.size, le)
    if (length === 0) break
    found.push({ name: 'match', data: partAt(bytes, at, length) })
    at += length
  }
  return found
}

const partAt = (bytes: Uint8Array, at: number, length: number) => ({
  name: textAt(bytes, at + part.name, part.revision - part.name),
  rev: bytes[at + part.revision] ?? 0,
  info: bytes.slice(at + part.data, at + length)
})

/** XT_RETURN */
const returning = -5

const targetOf = (
  layout: Layout,
  entry: Entry,
  starts: ReadonlyMap<number, string>
): ReadonlyArray<Expression> => {
  const { bytes, target, at } = entry
  const name = targetName(entry)
  if (name !== '') return [{ name: 'target', data: partAt(bytes, target, bytes.length - target) }]
  const verdict = standardVerdict(entry)
  const chain = starts.get(verdict)
  // A rule without a target leads to the next one.
  if (verdict >= 0 && (verdict === at + bytes.length || chain === undefined)) return []
  const goes = ((bytes[layout.flags] ?? 0) & IPT_F_GOTO) !== 0
  const code =
    verdict >= 0
      ? goes
        ? VERDICT.GOTO
        : VERDICT.JUMP
      : verdict === returning
        ? VERDICT.RETURN
        : -verdict - 1
  return [
    {
      name: 'immediate',
      data: { dreg: 0, data: { verdict: { code, ...(chain !== undefined && verdict >= 0 && { chain }) } } }
    }
  ]
}
