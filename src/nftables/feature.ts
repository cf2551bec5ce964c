import * as E from 'fp-ts/Either'
import type { Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { NF_INET } from '../../protocol/nftables/chain'
import { NFT_REG32_00 } from '../../protocol/nftables/data'
import { NFT_CT } from '../../protocol/nftables/expression/ct'
import { NFT_OBJECT } from '../../protocol/nftables/object'
import { message } from '../socket/message'
import type { Feature, Request } from '../socket/request'
import { batchBegin, batchEnd } from './batch'
import { type Family, families, familyHeader, familyName } from './family'
import { nftables } from './presence'
import { ruleReset } from './reset'

/**
 * Versions of Linux, and modules, that brought something to nftables. What has no module comes with nf_tables. Some
 * families had it later than others.
 */
type Origin = readonly [
  since: string,
  module?: string | ((family: Family) => string) | undefined,
  later?: { readonly [F in Family]?: string }
]
type Origins = { readonly [kind: string]: Origin }

/** A module for each family, called by the names that modules have for IPv4 and IPv6. */
const forFamily =
  (module: string) =>
  (family: Family): string =>
    `${module}_${family === 'ip' ? 'ipv4' : family === 'ip6' ? 'ipv6' : family}`

/** Expressions that came later than nftables itself or are modules of their own. */
const expressions: Origins = {
  connlimit: ['4.18', 'nft_connlimit'],
  ct: ['3.13', 'nft_ct'],
  dup: ['4.3', forFamily('nft_dup'), { netdev: '4.5' }],
  dynset: ['4.1'],
  fib: ['4.10', forFamily('nft_fib'), { netdev: '4.14' }],
  flow_offload: ['4.16', 'nft_flow_offload'],
  fwd: ['4.5', 'nft_fwd_netdev'],
  hash: ['4.9', 'nft_hash'],
  inner: ['6.2'],
  last: ['5.14'],
  limit: ['3.13', 'nft_limit'],
  log: ['3.13', 'nft_log'],
  masq: ['3.18', 'nft_masq', { inet: '5.2' }],
  match: ['3.13', 'nft_compat'],
  nat: ['3.13', 'nft_nat', { inet: '5.2' }],
  notrack: ['4.10', 'nft_ct'],
  numgen: ['4.9', 'nft_numgen'],
  objref: ['4.10'],
  osf: ['4.19', 'nft_osf'],
  queue: ['3.14', 'nft_queue'],
  quota: ['4.9', 'nft_quota'],
  range: ['4.9'],
  redir: ['3.19', 'nft_redir', { inet: '5.2' }],
  reject: ['3.13', forFamily('nft_reject'), { ip6: '3.14', bridge: '3.18', netdev: '5.11' }],
  rt: ['4.10'],
  socket: ['4.18', 'nft_socket'],
  synproxy: ['5.3', 'nft_synproxy'],
  target: ['3.13', 'nft_compat'],
  tproxy: ['4.19', 'nft_tproxy'],
  tunnel: ['4.19', 'nft_tunnel'],
  xfrm: ['4.20', 'nft_xfrm']
}

/** What nf_tables has had from the beginning. */
const always: ReadonlySet<string> = new Set([
  'bitwise',
  'byteorder',
  'cmp',
  'counter',
  'exthdr',
  'immediate',
  'lookup',
  'meta',
  'payload'
])

/** Families whose tables can have an expression, where not all can. */
const only: { readonly [expression: string]: ReadonlyArray<Family> } = {
  dup: ['ip', 'ip6', 'netdev'],
  fib: ['inet', 'ip', 'ip6', 'netdev'],
  fwd: ['netdev'],
  masq: ['inet', 'ip', 'ip6'],
  match: ['ip', 'ip6', 'bridge', 'arp'],
  redir: ['inet', 'ip', 'ip6'],
  reject: ['inet', 'ip', 'ip6', 'bridge', 'netdev'],
  target: ['ip', 'ip6', 'bridge', 'arp'],
  tunnel: ['netdev']
}

/** The version of Linux that brought tables of a family. */
const tablesSince: { readonly [F in Family]: string } = {
  arp: '3.13',
  bridge: '3.13',
  inet: '3.14',
  ip: '3.13',
  ip6: '3.13',
  netdev: '4.2'
}

/** The later of two versions of Linux. */
const laterOf = (one: string, other: string): string => {
  const [[major = 0, minor = 0] = [], [otherMajor = 0, otherMinor = 0] = []] = [one, other].map(version =>
    version.split('.').map(Number)
  )
  return major * 1000 + minor < otherMajor * 1000 + otherMinor ? other : one
}

/** Objects with a name, in words. */
const objects: { readonly [kind in keyof typeof NFT_OBJECT]: readonly [name: string, ...Origin] } = {
  COUNTER: ['counters', '4.10'],
  QUOTA: ['quotas', '4.10', 'nft_quota'],
  CT_HELPER: ['ct helpers', '4.12', 'nft_ct'],
  LIMIT: ['limits', '4.14', 'nft_limit'],
  CONNLIMIT: ['ct counts', '4.18', 'nft_connlimit'],
  TUNNEL: ['tunnels', '4.19', 'nft_tunnel'],
  CT_TIMEOUT: ['ct timeouts', '4.19', 'nft_ct'],
  SECMARK: ['secmarks', '4.20'],
  CT_EXPECT: ['ct expectations', '5.3', 'nft_ct'],
  SYNPROXY: ['synproxies', '5.4', 'nft_synproxy']
}

const chainTypes: Origins = {
  nat: ['3.13', 'nft_chain_nat', { inet: '5.2' }],
  route: ['3.13', undefined, { inet: '5.2' }]
}

type Asked = (header: { readonly nfgenFamily: number }) => Message

const featureOf = (
  name: string,
  origin: Origin | undefined,
  family: Family,
  asked: Asked,
  places: ReadonlyArray<Family> = [family]
): Feature => {
  const known = { name, signs: ['ENOENT'], probe: tried(family, asked) } as const
  // What no kernel has in tables of the family came with none, and is in no module.
  if (!places.includes(family)) return { ...known, hint: `tables of family ${places.join(', ')} can have it` }
  const [since, module, later] = origin ?? []
  return {
    ...known,
    ...(since !== undefined && { since: laterOf(later?.[family] ?? since, tablesSince[family]) }),
    ...(module !== undefined && { module: typeof module === 'string' ? module : module(family) })
  }
}

/** Kinds come from messages, and may be called like what every object has. */
const own = <A>(table: { readonly [kind: string]: A }, kind: string): A | undefined =>
  Object.hasOwn(table, kind) ? table[kind] : undefined

const place = { table: 'probe', chain: 'probe' }

const transaction = (messages: ReadonlyArray<Message>): Request<void> => ({
  operation: 'nftables.transaction',
  protocol: 'netfilter',
  answering: 'transaction',
  messages: () => E.right([batchBegin(), ...messages, batchEnd()]),
  read: () => undefined,
  fields: {}
})

const creating = NLM_F.REQUEST | NLM_F.CREATE

/** Asks for something in a table of its own, of which nothing but the kind is said: the rest is looked at later. */
const tried = (family: Family, asked: Asked): Feature['probe'] => {
  const header = familyHeader({ family })
  return [
    transaction([
      message('NFT_MSG_NEWTABLE', creating, { header, attributes: { name: place.table } }),
      message('NFT_MSG_NEWCHAIN', creating, { header, attributes: { table: place.table, name: place.chain } })
    ]),
    transaction([asked(header)])
  ]
}

/** An expression of rules in tables of a family. */
const expressionKind = (name: string, family: Family): Feature =>
  featureOf(
    `nftables expression ${name} in tables of family ${family}`,
    own(expressions, name),
    family,
    header =>
      message('NFT_MSG_NEWRULE', creating | NLM_F.APPEND, {
        header,
        attributes: { ...place, expressions: [{ name } as never] }
      }),
    own(only, name)
  )

const chainType = (type: string, family: Family): Feature =>
  featureOf(
    `nftables chains of type ${type} in tables of family ${family}`,
    own(chainTypes, type),
    family,
    header =>
      message('NFT_MSG_NEWCHAIN', creating, {
        header,
        attributes: {
          table: place.table,
          name: 'base',
          type,
          hook: { hooknum: NF_INET.LOCAL_OUT, priority: 0 }
        }
      })
  )

const objectKinds = Object.keys(NFT_OBJECT) as ReadonlyArray<keyof typeof NFT_OBJECT>

/** Objects that only tables of some families can have. */
const objectsOnly: { readonly [K in keyof typeof NFT_OBJECT]?: ReadonlyArray<Family> } = {
  TUNNEL: ['netdev']
}

const objectKind = (kind: keyof typeof NFT_OBJECT, family: Family): Feature => {
  const [name, ...origin] = objects[kind]
  const places = objectsOnly[kind]
  return featureOf(
    places === undefined ? `nftables ${name}` : `nftables ${name} in tables of family ${family}`,
    origin,
    family,
    header =>
      message('NFT_MSG_NEWOBJ', creating, {
        header,
        attributes: { table: place.table, name: 'probe', type: NFT_OBJECT[kind], data: {} as never }
      }),
    places
  )
}

/** What follows connections, and takes them to be followed in the family of its table. */
const tracking: ReadonlySet<string> = new Set(['ct', 'connlimit'])
const trackingObjects: ReadonlySet<number> = new Set([
  NFT_OBJECT.CONNLIMIT,
  NFT_OBJECT.CT_EXPECT,
  NFT_OBJECT.CT_HELPER,
  NFT_OBJECT.CT_TIMEOUT
])

/** Connections of what a bridge forwards. */
const bridgeTracking: Feature = {
  name: 'connection tracking of bridges',
  since: '5.3',
  module: 'nf_conntrack_bridge',
  option: 'CONFIG_NF_CONNTRACK_BRIDGE',
  signs: ['EPROTO'],
  probe: tried('bridge', header =>
    message('NFT_MSG_NEWRULE', creating | NLM_F.APPEND, {
      header,
      attributes: { ...place, expressions: [{ name: 'ct', data: { key: NFT_CT.STATE, dreg: NFT_REG32_00 } }] }
    })
  )
}

const followed = (tracks: boolean, refused: Parameters<typeof familyOf>[0]): ReadonlyArray<Feature> =>
  tracks && familyOf(refused) === 'bridge' ? [bridgeTracking] : []

/** Tables of a family. */
const tablesOf = (family: Family): Feature => ({
  name: `nftables tables of family ${family}`,
  since: tablesSince[family],
  option: `CONFIG_NF_TABLES_${family === 'ip' ? 'IPV4' : family === 'ip6' ? 'IPV6' : family.toUpperCase()}`,
  signs: ['EOPNOTSUPP', 'EAFNOSUPPORT'],
  probe: [
    transaction([
      message('NFT_MSG_NEWTABLE', creating, {
        header: familyHeader({ family }),
        attributes: { name: place.table }
      })
    ])
  ]
})

const flowtables = (family: Family): Feature =>
  featureOf(
    `nftables flowtables in tables of family ${family}`,
    ['4.16', 'nf_flow_table_inet'],
    family,
    header =>
      message('NFT_MSG_NEWFLOWTABLE', creating, {
        header,
        attributes: { table: place.table, name: 'probe', hook: { num: 0, priority: 0 } }
      })
  )

/** What a message of a transaction needs, and a kernel may lack. */
export const neededBy = (refused: Message): ReadonlyArray<Feature> => {
  switch (refused.type) {
    case 'NFT_MSG_NEWTABLE':
      return [tablesOf(familyOf(refused))]
    case 'NFT_MSG_NEWRULE': {
      const names = new Set((refused.attributes.expressions ?? []).flatMap(({ name }) => name ?? []))
      return [
        ...[...names].filter(name => !always.has(name)).map(name => expressionKind(name, familyOf(refused))),
        ...followed(
          [...names].some(name => tracking.has(name)),
          refused
        )
      ]
    }
    case 'NFT_MSG_NEWCHAIN':
      return refused.attributes.type === undefined
        ? []
        : [chainType(refused.attributes.type, familyOf(refused))]
    case 'NFT_MSG_NEWOBJ':
      return [
        ...objectKinds
          .filter(kind => NFT_OBJECT[kind] === refused.attributes.type)
          .map(kind => objectKind(kind, familyOf(refused))),
        ...followed(trackingObjects.has(refused.attributes.type ?? 0), refused)
      ]
    case 'NFT_MSG_NEWFLOWTABLE':
      return [flowtables(familyOf(refused))]
    default:
      return []
  }
}

const familyOf = ({ header }: { readonly header: { readonly nfgenFamily?: number } }): Family =>
  familyName(header.nfgenFamily ?? families.inet)

/** What a kernel may lack of nftables, each in a table of a family that can have it. */
export const features: ReadonlyArray<Feature> = [
  nftables,
  ...(Object.keys(families) as ReadonlyArray<Family>).map(tablesOf),
  ...Object.keys(expressions).map(name => expressionKind(name, only[name]?.[0] ?? 'inet')),
  ...Object.keys(chainTypes).map(type => chainType(type, 'ip')),
  ...objectKinds.map(kind => objectKind(kind, objectsOnly[kind]?.[0] ?? 'ip')),
  bridgeTracking,
  flowtables('inet'),
  ruleReset
]
