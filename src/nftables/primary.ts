import type { Expression } from '../../protocol/nftables/expression'
import { NFT_CT } from '../../protocol/nftables/expression/ct'
import { NFT_EXTHDR_F, NFT_EXTHDR_OP } from '../../protocol/nftables/expression/exthdr'
import { NFT_FIB_RESULT, NFTA_FIB_F } from '../../protocol/nftables/expression/fib'
import { NFT_HASH } from '../../protocol/nftables/expression/hash'
import { NFT_META } from '../../protocol/nftables/expression/meta'
import { NFT_NG } from '../../protocol/nftables/expression/numgen'
import { NF_OSF_TTL, NFT_OSF_F } from '../../protocol/nftables/expression/osf'
import { NFT_RT } from '../../protocol/nftables/expression/rt'
import { NFT_SOCKET } from '../../protocol/nftables/expression/socket'
import { NFT_XFRM_KEY, XFRM_POLICY } from '../../protocol/nftables/expression/xfrm'
import { type Datatype, datatype, hostInteger, type Order } from './datatype'
import {
  bases,
  type Field,
  type Header,
  headerOf,
  headers,
  type Place,
  parseRaw,
  placeOf,
  rawField
} from './header'
import { optionName, optionOf, optionPresence } from './option'

/** Something that a rule can ask about a packet, under the name that `nft` has for it: `ip saddr`, `meta mark`. */
export interface Primary {
  readonly name: string
  readonly type: Datatype
  readonly bits: number
  readonly order: Order
  /** Puts it into a register. */
  readonly load: (dreg: number) => Expression
  /** Takes it from a register. */
  readonly store?: (sreg: number) => Expression
  /** A member of a packet's header, or bits of it that nobody has a name for. */
  readonly payload?: {
    readonly header: Header | undefined
    readonly field: Field
    readonly place: Place
  }
  /** What else must be there: a TCP header for its option. */
  readonly needs?: 'tcp' | 'ip' | 'ip6'
  /** Bits behind it in the bytes that are loaded. */
  readonly shift: number
  /** What its values are less than, if that is not for its bits to say. */
  readonly below?: bigint
}

type Named = Parameters<typeof datatype>[0] | 'integer'

const typed = (name: Named): Datatype => (name === 'integer' ? hostInteger : datatype(name))

const primary = (
  name: string,
  type: Datatype,
  bits: number,
  load: Primary['load'],
  more: Partial<Primary> = {}
): Primary => ({ name, type, bits, order: type.order, load, shift: 0, ...more })

type MetaRow = readonly [name: string, key: number, type: Named, bits: number, order?: Order]

const M = NFT_META

const metaRows: ReadonlyArray<MetaRow> = [
  ['meta length', M.LEN, 'integer', 32],
  ['meta protocol', M.PROTOCOL, 'ether_type', 16],
  ['meta priority', M.PRIORITY, 'classid', 32],
  ['meta mark', M.MARK, 'mark', 32],
  ['iif', M.IIF, 'iface_index', 32],
  ['oif', M.OIF, 'iface_index', 32],
  ['iifname', M.IIFNAME, 'ifname', 128],
  ['oifname', M.OIFNAME, 'ifname', 128],
  ['meta iiftype', M.IIFTYPE, 'iface_type', 16],
  ['meta oiftype', M.OIFTYPE, 'iface_type', 16],
  ['meta skuid', M.SKUID, 'uid', 32],
  ['meta skgid', M.SKGID, 'gid', 32],
  ['meta nftrace', M.NFTRACE, 'integer', 8],
  ['meta rtclassid', M.RTCLASSID, 'realm', 32],
  ['meta secmark', M.SECMARK, 'integer', 32],
  ['meta nfproto', M.NFPROTO, 'nf_proto', 8],
  ['meta l4proto', M.L4PROTO, 'inet_proto', 8],
  ['meta ibrname', M.BRI_IIFNAME, 'ifname', 128],
  ['meta obrname', M.BRI_OIFNAME, 'ifname', 128],
  ['meta pkttype', M.PKTTYPE, 'pkt_type', 8],
  ['meta cpu', M.CPU, 'integer', 32],
  ['iifgroup', M.IIFGROUP, 'devgroup', 32],
  ['oifgroup', M.OIFGROUP, 'devgroup', 32],
  ['meta cgroup', M.CGROUP, 'integer', 32],
  ['meta random', M.PRANDOM, 'integer', 32, 'network'],
  ['meta ipsec', M.SECPATH, 'boolean', 8],
  ['meta iifkind', M.IIFKIND, 'ifname', 128],
  ['meta oifkind', M.OIFKIND, 'ifname', 128],
  ['meta ibrpvid', M.BRI_IIFPVID, 'integer', 16],
  ['meta ibrvproto', M.BRI_IIFVPROTO, 'ether_type', 16],
  ['meta time', M.TIME_NS, 'date', 64],
  ['meta day', M.TIME_DAY, 'day', 8],
  ['meta hour', M.TIME_HOUR, 'hour', 32],
  ['meta sdif', M.SDIF, 'iface_index', 32],
  ['meta sdifname', M.SDIFNAME, 'ifname', 128],
  ['meta broute', M.BRI_BROUTE, 'integer', 8]
]

/** Those of `meta` whose first word may be left out when they are written, and those that are printed without. */
export const unqualified: ReadonlySet<string> = new Set([
  'iif',
  'oif',
  'iifname',
  'oifname',
  'iifgroup',
  'oifgroup',
  'iiftype',
  'oiftype',
  'mark',
  'skuid',
  'skgid',
  'nftrace',
  'rtclassid',
  'ibrname',
  'obrname',
  'pkttype',
  'cpu',
  'cgroup'
])

const meta = (key: number): Pick<Primary, 'load' | 'store'> => ({
  load: dreg => ({ name: 'meta', data: { dreg, key } }),
  store: sreg => ({ name: 'meta', data: { key, sreg } })
})

const C = NFT_CT

type ConnectionRow = readonly [name: string, key: number, type: Named, bits: number, order?: Order]

const plainRows: ReadonlyArray<ConnectionRow> = [
  ['state', C.STATE, 'ct_state', 32],
  ['direction', C.DIRECTION, 'ct_dir', 8],
  ['status', C.STATUS, 'ct_status', 32],
  ['mark', C.MARK, 'mark', 32],
  ['secmark', C.SECMARK, 'integer', 32],
  ['expiration', C.EXPIRATION, 'time', 32],
  ['helper', C.HELPER, 'string', 128],
  ['label', C.LABELS, 'ct_label', 128],
  ['event', C.EVENTMASK, 'ct_event', 32],
  ['id', C.ID, 'integer', 32, 'network']
]

/** What there is of each direction, and of some for both together. */
const directedRows: ReadonlyArray<ConnectionRow> = [
  ['l3proto', C.L3PROTOCOL, 'nf_proto', 8],
  ['protocol', C.PROTOCOL, 'inet_proto', 8],
  ['proto-src', C.PROTO_SRC, 'inet_service', 16],
  ['proto-dst', C.PROTO_DST, 'inet_service', 16],
  ['packets', C.PKTS, 'integer', 64],
  ['bytes', C.BYTES, 'integer', 64],
  ['avgpkt', C.AVGPKT, 'integer', 64],
  ['zone', C.ZONE, 'integer', 16],
  ['ip saddr', C.SRC_IP, 'ipv4_addr', 32],
  ['ip daddr', C.DST_IP, 'ipv4_addr', 32],
  ['ip6 saddr', C.SRC_IP6, 'ipv6_addr', 128],
  ['ip6 daddr', C.DST_IP6, 'ipv6_addr', 128]
]

const directions = { '': undefined, 'original ': 0, 'reply ': 1 } as const

const connection = (
  [name, key, type, bits, order]: ConnectionRow,
  prefix: string,
  direction: number | undefined
): Primary =>
  primary(
    `ct ${prefix}${name}`,
    typed(type),
    bits,
    dreg => ({ name: 'ct', data: { dreg, key, ...(direction !== undefined && { direction }) } }),
    {
      store: sreg => ({ name: 'ct', data: { key, ...(direction !== undefined && { direction }), sreg } }),
      ...(order !== undefined && { order })
    }
  )

/** Those that are not of one direction but are asked without one have no addresses. */
const connectionPrimaries: ReadonlyArray<Primary> = [
  ...plainRows.map(row => connection(row, '', undefined)),
  ...Object.entries(directions).flatMap(([prefix, direction]) =>
    directedRows
      .filter(([name]) => direction !== undefined || !name.startsWith('ip'))
      .map(row => connection(row, prefix, direction))
  )
]

const routing = (name: string, key: number, type: Named, bits: number, order?: Order): Primary =>
  primary(`rt ${name}`, typed(type), bits, dreg => ({ name: 'rt', data: { dreg, key } }), {
    ...(order !== undefined && { order })
  })

const socketPrimary = (name: string, key: number, type: Named, bits: number): Primary =>
  primary(`socket ${name}`, typed(type), bits, dreg => ({ name: 'socket', data: { key, dreg } }))

const fixed: ReadonlyMap<string, Primary> = new Map(
  [
    ...metaRows.map(([name, key, type, bits, order]) => {
      const { load, ...more } = meta(key)
      return primary(name, typed(type), bits, load, { ...more, ...(order !== undefined && { order }) })
    }),
    ...connectionPrimaries,
    routing('classid', NFT_RT.CLASSID, 'realm', 32),
    routing('ip nexthop', NFT_RT.NEXTHOP4, 'ipv4_addr', 32),
    routing('ip6 nexthop', NFT_RT.NEXTHOP6, 'ipv6_addr', 128),
    routing('mtu', NFT_RT.TCPMSS, 'integer', 16),
    routing('ipsec', NFT_RT.XFRM, 'boolean', 8),
    socketPrimary('transparent', NFT_SOCKET.TRANSPARENT, 'integer', 8),
    socketPrimary('mark', NFT_SOCKET.MARK, 'mark', 32),
    socketPrimary('wildcard', NFT_SOCKET.WILDCARD, 'integer', 8)
  ].map(each => [each.name, each] as const)
)

const payload = (header: Header | undefined, base: Place['base'], field: Field): Primary => {
  const place = placeOf(base, field.offset, field.bits)
  return primary(
    header === undefined ? field.name : `${header.name} ${field.name}`,
    field.type,
    field.bits,
    dreg => ({
      name: 'payload',
      data: { dreg, base: bases[base], offset: place.offset, len: place.size }
    }),
    { payload: { header, field, place }, shift: place.shift, order: 'network' }
  )
}

const payloads: ReadonlyMap<string, Primary> = new Map(
  headers.flatMap(header =>
    header.fields.map(field => payload(header, header.base, field)).map(each => [each.name, each] as const)
  )
)

const fibFlags: { readonly [word: string]: number } = {
  saddr: NFTA_FIB_F.SADDR,
  daddr: NFTA_FIB_F.DADDR,
  mark: NFTA_FIB_F.MARK,
  iif: NFTA_FIB_F.IIF,
  oif: NFTA_FIB_F.OIF
}

const fibResults: { readonly [word: string]: readonly [result: number, type: Named, bits: number] } = {
  oif: [NFT_FIB_RESULT.OIF, 'iface_index', 32],
  oifname: [NFT_FIB_RESULT.OIFNAME, 'ifname', 128],
  type: [NFT_FIB_RESULT.ADDRTYPE, 'fib_addrtype', 32]
}

/** `fib saddr . iif oif`; behind `exists` stands whether there is such a route. */
const fib = (name: string): Primary | undefined => {
  const [, asked = '', word = '', exists] =
    /^fib ((?:saddr|daddr|mark|iif|oif)(?: \. (?:saddr|daddr|mark|iif|oif))*) (oif|oifname|type)( exists)?$/.exec(
      name
    ) ?? []
  const found = fibResults[word]
  if (found === undefined) return undefined
  const [result, type, bits] = found
  const flags =
    asked.split(' . ').reduce((sum, each) => sum | (fibFlags[each] ?? 0), 0) |
    (exists === undefined ? 0 : NFTA_FIB_F.PRESENT)
  const load: Primary['load'] = dreg => ({ name: 'fib', data: { dreg, result, flags } })
  return exists === undefined
    ? primary(name, typed(type), bits, load)
    : primary(name, datatype('boolean'), 32, load, { order: 'host' })
}

const upTo = (modulus: string, offset: string | undefined): Pick<Primary, 'below'> =>
  Number(offset ?? 0) === 0 && Number(modulus) > 0 ? { below: BigInt(modulus) } : {}

const numgen = (name: string): Primary | undefined => {
  const [, mode, modulus, offset] =
    /^numgen (inc|random) mod (\d{1,10})(?: offset (\d{1,10}))?$/.exec(name) ?? []
  return modulus === undefined
    ? undefined
    : primary(
        name,
        hostInteger,
        32,
        dreg => ({
          name: 'numgen',
          data: {
            dreg,
            modulus: Number(modulus),
            type: mode === 'inc' ? NFT_NG.INCREMENTAL : NFT_NG.RANDOM,
            offset: Number(offset ?? 0)
          }
        }),
        upTo(modulus, offset)
      )
}

const symhash = (name: string): Primary | undefined => {
  const [, modulus, offset] = /^symhash mod (\d{1,10})(?: offset (\d{1,10}))?$/.exec(name) ?? []
  return modulus === undefined
    ? undefined
    : primary(
        name,
        hostInteger,
        32,
        dreg => ({
          name: 'hash',
          data: { dreg, modulus: Number(modulus), offset: Number(offset ?? 0), type: NFT_HASH.SYM }
        }),
        upTo(modulus, offset)
      )
}

const ttls: { readonly [word: string]: number } = { loose: NF_OSF_TTL.LESS, skip: NF_OSF_TTL.NOCHECK }

const osf = (name: string): Primary | undefined => {
  const [, ttl, what] = /^osf (?:ttl (loose|skip) )?(name|version)$/.exec(name) ?? []
  return what === undefined
    ? undefined
    : primary(name, datatype('string'), 128, dreg => ({
        name: 'osf',
        data: {
          dreg,
          ttl: ttls[ttl ?? ''] ?? NF_OSF_TTL.TRUE,
          ...(what === 'version' && { flags: NFT_OSF_F.VERSION })
        }
      }))
}

const xfrmKeys: { readonly [word: string]: readonly [key: number, type: Named, bits: number] } = {
  'ip daddr': [NFT_XFRM_KEY.DADDR_IP4, 'ipv4_addr', 32],
  'ip6 daddr': [NFT_XFRM_KEY.DADDR_IP6, 'ipv6_addr', 128],
  'ip saddr': [NFT_XFRM_KEY.SADDR_IP4, 'ipv4_addr', 32],
  'ip6 saddr': [NFT_XFRM_KEY.SADDR_IP6, 'ipv6_addr', 128],
  reqid: [NFT_XFRM_KEY.REQID, 'integer', 32],
  spi: [NFT_XFRM_KEY.SPI, 'integer', 32]
}

const xfrm = (name: string): Primary | undefined => {
  const [, direction, number, word = ''] =
    /^ipsec (in|out) (?:spnum (\d{1,3}) )?((?:ip6? [sd]addr)|reqid|spi)$/.exec(name) ?? []
  const found = xfrmKeys[word]
  if (found === undefined) return undefined
  const [key, type, bits] = found
  return primary(
    name,
    typed(type),
    bits,
    dreg => ({
      name: 'xfrm',
      data: {
        dreg,
        key,
        dir: direction === 'in' ? XFRM_POLICY.IN : XFRM_POLICY.OUT,
        spnum: Number(number ?? 0)
      }
    }),
    { ...(word === 'spi' && { order: 'network' as const }) }
  )
}

const cgroup = (name: string): Primary | undefined => {
  const [, level] = /^socket cgroupv2 level (\d{1,3})$/.exec(name) ?? []
  return level === undefined
    ? undefined
    : primary(name, datatype('cgroupsv2'), 64, dreg => ({
        name: 'socket',
        data: { key: NFT_SOCKET.CGROUPV2, dreg, level: Number(level) }
      }))
}

const needs = (op: number): Primary['needs'] =>
  op === NFT_EXTHDR_OP.IPV6
    ? 'ip6'
    : op === NFT_EXTHDR_OP.IPV4
      ? 'ip'
      : op === NFT_EXTHDR_OP.TCPOPT
        ? 'tcp'
        : undefined

const option = (name: string): Primary | undefined => {
  const found = optionOf(name)
  if (found === undefined) return undefined
  const { kind, field } = found
  const at = { type: kind.number, op: kind.op }
  const needed = needs(kind.op)
  const more = needed === undefined ? {} : { needs: needed }
  if (field === undefined)
    return primary(
      name,
      datatype('boolean'),
      8,
      dreg => ({ name: 'exthdr', data: { dreg, ...at, offset: 0, len: 1, flags: NFT_EXTHDR_F.PRESENT } }),
      more
    )
  const { offset, size, shift } = placeOf('transport', field.offset, field.bits)
  const rest = { ...at, offset, len: size }
  return primary(
    name,
    field.type,
    field.bits,
    dreg => ({ name: 'exthdr', data: { dreg, ...rest, flags: 0 } }),
    {
      ...more,
      shift,
      order: 'network',
      store: sreg => ({ name: 'exthdr', data: { ...rest, sreg } })
    }
  )
}

const families = [fib, numgen, symhash, osf, xfrm, cgroup, option]

const found = new Map<string, Primary | undefined>()

/** The names met so far are kept, up to so many: some bear numbers. */
const mostKept = 1000

/** What a name means, by nft's own spelling: `ct original ip saddr`. */
export const primaryOf = (name: string): Primary | undefined => {
  const known = fixed.get(name) ?? payloads.get(name)
  if (known !== undefined || found.has(name)) return known ?? found.get(name)
  const raw = parseRaw(name)
  const made =
    raw === undefined
      ? families.reduce<Primary | undefined>((before, make) => before ?? make(name), undefined)
      : payload(undefined, raw.base, rawField(raw.base, raw.offset, raw.bits))
  if (found.size >= mostKept) found.clear()
  found.set(name, made)
  return made
}

/** A member of a header. */
export const payloadOf = (header: string, field: string): Primary | undefined =>
  headerOf(header) === undefined ? undefined : payloads.get(`${header} ${field}`)

const metaNames = new Map(metaRows.map(([name, key]) => [key, name] as const))

const connectionNames = new Map(
  connectionPrimaries.map(each => {
    const { data } = each.load(1) as { readonly data: { readonly key: number; readonly direction?: number } }
    return [`${data.key} ${data.direction ?? ''}` as string, each.name] as const
  })
)

const nameIn = (
  table: { readonly [word: string]: number | readonly [number, ...Array<unknown>] },
  number: number
): string | undefined =>
  Object.entries(table).find(([, each]) => (typeof each === 'number' ? each : each[0]) === number)?.[0]

const suffix = (word: string, value: number | undefined): string =>
  value === undefined || value === 0 ? '' : ` ${word} ${value}`

/** The name of what an expression loads or stores; undefined if nft has none. Payload is told by its surroundings. */
export const nameOf = (expression: Expression): string | undefined => {
  switch (expression.name) {
    case 'meta':
      return metaNames.get(expression.data?.key ?? -1)
    case 'ct':
      return connectionNames.get(`${expression.data?.key} ${expression.data?.direction ?? ''}`)
    case 'rt':
      return ['rt classid', 'rt ip nexthop', 'rt ip6 nexthop', 'rt mtu', 'rt ipsec'][
        expression.data?.key ?? -1
      ]
    case 'socket': {
      const { key = -1, level } = expression.data ?? {}
      return key === NFT_SOCKET.CGROUPV2
        ? `socket cgroupv2 level ${level ?? 0}`
        : ['socket transparent', 'socket mark', 'socket wildcard'][key]
    }
    case 'fib': {
      const { flags = 0, result = 0 } = expression.data ?? {}
      const asked = Object.keys(fibFlags).filter(word => (flags & (fibFlags[word] ?? 0)) !== 0)
      const word = nameIn(fibResults, result)
      return word === undefined
        ? undefined
        : `fib ${asked.join(' . ')} ${word}${(flags & NFTA_FIB_F.PRESENT) === 0 ? '' : ' exists'}`
    }
    case 'numgen': {
      const { type, modulus, offset } = expression.data ?? {}
      return `numgen ${type === NFT_NG.RANDOM ? 'random' : 'inc'} mod ${modulus ?? 0}${suffix('offset', offset)}`
    }
    case 'hash': {
      const { type, modulus, offset } = expression.data ?? {}
      return type === NFT_HASH.SYM ? `symhash mod ${modulus ?? 0}${suffix('offset', offset)}` : undefined
    }
    case 'osf': {
      const { ttl = 0, flags = 0 } = expression.data ?? {}
      const word = nameIn(ttls, ttl)
      // The kernel writes the flags in the machine's order.
      return `osf ${word === undefined ? '' : `ttl ${word} `}${flags === 0 ? 'name' : 'version'}`
    }
    case 'xfrm': {
      const { key = -1, dir, spnum } = expression.data ?? {}
      const word = nameIn(xfrmKeys, key)
      return word === undefined
        ? undefined
        : `ipsec ${dir === XFRM_POLICY.OUT ? 'out' : 'in'}${suffix('spnum', spnum)} ${word}`
    }
    case 'exthdr': {
      const { op = 0, type = 0, offset = 0, len = 0, flags = 0 } = expression.data ?? {}
      return (flags & NFT_EXTHDR_F.PRESENT) !== 0
        ? optionPresence(op, type)
        : optionName(op, type, offset * 8, len * 8)
    }
    default:
      return undefined
  }
}
