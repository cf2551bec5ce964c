import { randomInt } from 'node:crypto'
import * as E from 'fp-ts/Either'
import type { ValueOf } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { AF } from '../../protocol/rtnetlink/af'
import { RTNLGRP } from '../../protocol/rtnetlink/group'
import { IFF, IN6_ADDR_GEN_MODE, type Link as LinkMessage } from '../../protocol/rtnetlink/link'
import type { bondSlave } from '../../protocol/rtnetlink/link/bond'
import type { bridgePort } from '../../protocol/rtnetlink/link/bridge-port'
import type { NamespaceRef } from '../namespace/reference'
import { type InvalidInput, invalidInput } from '../socket/error'
import { keysOf, misspelt } from '../socket/key'
import { message, present } from '../socket/message'
import { longestName } from '../socket/name'
import { type Known, type LinkRef, type ListRequest, listing, type Request } from '../socket/request'
import { routeChanges } from '../socket/subscription'
import { alternativeNames, loadedBy, optionsOf } from './feature'
import * as vlan from './vlan'

export { IFF } from '../../protocol/rtnetlink/link'
export { IPVLAN_F, IPVLAN_MODE } from '../../protocol/rtnetlink/link/ipvlan'
export { MACVLAN_MODE } from '../../protocol/rtnetlink/link/macvlan'
export type { LinkRef } from '../socket/request'
export type { NewVlan, PortVlan, VlanFilter } from './vlan'
export { vlan }

type Info = NonNullable<LinkMessage['attributes']['linkinfo']>

/** The kinds of link whose options are typed. */
export type Kind = Extract<Info, { readonly kind: string; readonly data?: object }>['kind']

/** The options of a kind, under the kernel's names: `{ id: 5 }` of a vlan. */
export type Options<K> = NonNullable<Extract<Info, { readonly kind: K }>['data']>

/** What the master of a link keeps of it: for a bridge's port its state, cost, hairpin mode. */
export type PortOptions = ValueOf<typeof bridgePort>

/** What a bond keeps of a link. */
export type BondPortOptions = ValueOf<typeof bondSlave>

/** Whether a link can pass packets, as RFC 2863 has it. <linux/if.h> */
export type OperationalState =
  | 'unknown'
  | 'notpresent'
  | 'down'
  | 'lowerlayerdown'
  | 'testing'
  | 'dormant'
  | 'up'

const operationalStates: ReadonlyArray<OperationalState> = [
  'unknown',
  'notpresent',
  'down',
  'lowerlayerdown',
  'testing',
  'dormant',
  'up'
]

/** A link, also called interface or device: `ip link`. <linux/if_link.h> */
export interface Link {
  readonly index: number
  readonly name: string
  /** `veth`, `bridge`; none for a physical device. */
  readonly kind?: string
  /** Somebody has switched it on. */
  readonly up: boolean
  readonly state: OperationalState
  /** IFF_* bits. */
  readonly flags: number
  readonly mtu: number
  /** Its link-layer address. */
  readonly address?: string
  readonly broadcast?: string
  /** Index of the bridge, bond or VRF that it is a part of. */
  readonly master?: number
  /** Index of the link below it, or of a veth's other end. */
  readonly parent?: number
  /** The namespace of `parent`, by the id that this namespace has for it; none if it is here. */
  readonly parentNamespace?: number
  readonly group: number
  readonly alias?: string
  readonly alternativeNames: ReadonlyArray<string>
  /** Packets that may wait for the device. */
  readonly txQueueLength: number
  readonly qdisc?: string
  /** What its kind says of it. */
  readonly options?: Info['data']
  /** What its master says of it. */
  readonly port?: PortOptions | BondPortOptions
  /** The message as it came, for what has no member here. */
  readonly message: LinkMessage
}

/** What any new link can have. */
export interface NewLinkBase {
  readonly name: string
  /** Default: a number that is free, chosen beforehand so that the same batch can use it. */
  readonly index?: number
  /** Where it is made; the connection's namespace by default. */
  readonly namespace?: NamespaceRef
  readonly up?: boolean
  readonly mtu?: number
  readonly address?: string
  readonly master?: LinkRef
  /** The link below, of those kinds that have one; a tunnel's packets leave by it. */
  readonly parent?: LinkRef
  readonly broadcast?: string
  readonly group?: number
  readonly txQueueLength?: number
  /** Default: one, or as many as the kind has. */
  readonly txQueues?: number
  readonly rxQueues?: number
}

/** A veth's other end. It cannot be set up by the request that makes it. */
export type NewPeer = Omit<NewLinkBase, 'up' | 'master' | 'parent'>

const peerKeys = keysOf<NewPeer>({
  name: true,
  index: true,
  namespace: true,
  mtu: true,
  address: true,
  broadcast: true,
  group: true,
  txQueueLength: true,
  txQueues: true,
  rxQueues: true
})

export interface NewVeth extends NewLinkBase {
  readonly kind: 'veth' | 'vxcan'
  readonly peer: NewPeer
}

/** A veth whose ends run BPF programs. Since Linux 6.7. */
export interface NewNetkit extends NewLinkBase {
  readonly kind: 'netkit'
  readonly peer: NewPeer
  readonly options?: Omit<Options<'netkit'>, 'peerInfo'>
}

/** A link of a kind that is not defined here. */
export interface NewForeign extends NewLinkBase {
  readonly kind: string
  /** IFLA_INFO_DATA, as the kernel reads it; empty for a kind without options. */
  readonly options: Uint8Array
}

type Paired = (NewVeth | NewNetkit)['kind']

export type NewLink =
  | NewVeth
  | NewNetkit
  | {
      [K in Exclude<Kind, Paired>]: NewLinkBase & { readonly kind: K; readonly options?: Options<K> }
    }[Exclude<Kind, Paired>]
  | NewForeign

const keys = keysOf<NewLink, Link>({
  name: true,
  index: true,
  namespace: true,
  up: true,
  mtu: true,
  address: true,
  master: true,
  parent: true,
  broadcast: true,
  group: true,
  txQueueLength: true,
  txQueues: true,
  rxQueues: true,
  kind: true,
  peer: peerKeys,
  options: true,
  alias: false,
  state: false,
  flags: false,
  parentNamespace: false,
  alternativeNames: false,
  qdisc: false,
  port: false,
  message: false
})

/** How IPv6 makes link-local addresses. */
export const addressGenerations = {
  eui64: IN6_ADDR_GEN_MODE.EUI64,
  none: IN6_ADDR_GEN_MODE.NONE,
  'stable-privacy': IN6_ADDR_GEN_MODE.STABLE_PRIVACY,
  random: IN6_ADDR_GEN_MODE.RANDOM
} as const
export type AddressGeneration = keyof typeof addressGenerations

/** What can be changed of a link that is there. */
export interface LinkChange {
  readonly name?: string
  readonly up?: boolean
  readonly mtu?: number
  readonly address?: string
  /** null sets it free. */
  readonly master?: LinkRef | null
  readonly broadcast?: string
  /** Moves it there; a name that is given goes with it. */
  readonly namespace?: NamespaceRef
  /** With `namespace`: the index that it gets there. Since Linux 5.12. */
  readonly index?: number
  readonly group?: number
  readonly alias?: string
  readonly txQueueLength?: number
  readonly promiscuous?: boolean
  readonly allMulticast?: boolean
  readonly arp?: boolean
  readonly multicast?: boolean
  /** Of kinds without a cable: whether one is plugged in. */
  readonly carrier?: boolean
  /** A program's verdict, for links in dormant mode. */
  readonly state?: OperationalState
  /** Whether the link stays dormant until a program sets `state`. */
  readonly dormant?: boolean
  /** Told to switch off by a protocol, although up. */
  readonly protocolDown?: boolean
  /** Bytes of the largest packet handed to the device for cutting, IPv6 and others. */
  readonly gsoMaxSize?: number
  readonly gsoMaxSegments?: number
  /** Bytes of the largest packet put together from received ones. */
  readonly groMaxSize?: number
  readonly gsoIpv4MaxSize?: number
  readonly groIpv4MaxSize?: number
  readonly addressGeneration?: AddressGeneration
  /** The link's half of IPv6 addresses made from router advertisements: `::5`. */
  readonly token?: string
  /** For the link as the port of a bridge or a bond. */
  readonly port?:
    | { readonly kind: 'bridge'; readonly options: PortOptions }
    | { readonly kind: 'bond'; readonly options: BondPortOptions }
  readonly options?: { [K in Kind]: { readonly kind: K; readonly options: Options<K> } }[Kind]
}

/** Options with the kind that they are of. */
const optionKeys = keysOf<NonNullable<LinkChange['port' | 'options']>>({ kind: true, options: true })

const changeKeys = keysOf<LinkChange>({
  name: true,
  up: true,
  mtu: true,
  address: true,
  master: true,
  broadcast: true,
  namespace: true,
  index: true,
  group: true,
  alias: true,
  txQueueLength: true,
  promiscuous: true,
  allMulticast: true,
  arp: true,
  multicast: true,
  carrier: true,
  state: true,
  dormant: true,
  protocolDown: true,
  gsoMaxSize: true,
  gsoMaxSegments: true,
  groMaxSize: true,
  gsoIpv4MaxSize: true,
  groIpv4MaxSize: true,
  addressGeneration: true,
  token: true,
  port: optionKeys,
  options: optionKeys
})

export interface LinkFilter {
  readonly kind?: string
  readonly master?: LinkRef
}

const filterKeys = keysOf<LinkFilter>({ kind: true, master: true })

/** Where in the options of its kind the other end of a pair is described. */
const peerFields = (key: 'peer' | 'peerInfo'): { readonly [path: string]: string } => ({
  [`attributes.linkinfo.data.${key}`]: 'peer',
  [`attributes.linkinfo.data.${key}.attributes.ifname`]: 'peer.name',
  [`attributes.linkinfo.data.${key}.attributes.mtu`]: 'peer.mtu',
  [`attributes.linkinfo.data.${key}.attributes.address`]: 'peer.address',
  [`attributes.linkinfo.data.${key}.attributes.netNsFd`]: 'peer.namespace'
})

const fields = {
  'attributes.ifname': 'name',
  'attributes.mtu': 'mtu',
  'attributes.address': 'address',
  'attributes.broadcast': 'broadcast',
  'attributes.master': 'master',
  'attributes.link': 'parent',
  'attributes.group': 'group',
  'attributes.ifalias': 'alias',
  'attributes.txqlen': 'txQueueLength',
  'attributes.netNsFd': 'namespace',
  'attributes.newIfindex': 'index',
  'attributes.numTxQueues': 'txQueues',
  'attributes.numRxQueues': 'rxQueues',
  'attributes.carrier': 'carrier',
  'attributes.operstate': 'state',
  'attributes.linkmode': 'dormant',
  'attributes.protoDown': 'protocolDown',
  'attributes.gsoMaxSize': 'gsoMaxSize',
  'attributes.gsoMaxSegs': 'gsoMaxSegments',
  'attributes.groMaxSize': 'groMaxSize',
  'attributes.gsoIpv4MaxSize': 'gsoIpv4MaxSize',
  'attributes.groIpv4MaxSize': 'groIpv4MaxSize',
  'attributes.afSpec.inet6.addrGenMode': 'addressGeneration',
  'attributes.afSpec.inet6.token': 'token',
  'attributes.propList': 'names',
  'attributes.propList.altIfname': 'names',
  'attributes.linkinfo.kind': 'kind',
  'attributes.linkinfo': 'kind',
  ...peerFields('peer'),
  ...peerFields('peerInfo'),
  'header.index': 'index'
}

/** RTEXT_FILTER_SKIP_STATS: the counters are most of an answer. <linux/rtnetlink.h> */
const withoutStatistics = 8

/** An index that no link is likely to have: the kernel itself counts from 1. */
export const freeIndex = (): number => randomInt(0x1000_0000, 0x7fff_ffff)

/** Lists links: `ip link show`. */
export const list = (filter: LinkFilter = {}): ListRequest<Link> =>
  misspelt('link.list', filter, filterKeys) ??
  listing({
    operation: 'link.list',
    protocol: 'route',
    links: filter.master === undefined ? [] : [filter.master],
    linkField: () => 'master',
    messages: known =>
      E.right([
        message('RTM_GETLINK', NLM_F.REQUEST | NLM_F.DUMP, {
          attributes: present({
            extMask: withoutStatistics,
            master: filter.master === undefined ? undefined : known.indexOf(filter.master),
            linkinfo: filter.kind === undefined ? undefined : { kind: filter.kind }
          })
        })
      ]),
    // A kernel that does not know the kind, as its module is not loaded, lists all links.
    entries: answer => linksIn(answer).filter(({ kind }) => (filter.kind ?? kind) === kind),
    fields
  })

export interface GetOptions {
  /** The namespace to look in, by the id that this one has for it: a link's `parentNamespace`. Default: this one. */
  readonly namespaceId?: number
}

const getKeys = keysOf<GetOptions>({ namespaceId: true })

/** A link by its name, one of its alternative names, or its index: `ip link show NAME`. */
export const get = (link: LinkRef, options: GetOptions = {}): Request<Link> =>
  misspelt('link.get', options, getKeys) ?? {
    operation: 'link.get',
    protocol: 'route',
    answering: 'single',
    messages: () =>
      E.right([
        message('RTM_GETLINK', NLM_F.REQUEST, {
          header: { index: typeof link === 'number' ? link : 0 },
          attributes: {
            ...named(link),
            extMask: withoutStatistics,
            ...(options.namespaceId !== undefined && { targetNetnsid: options.namespaceId })
          }
        })
      ]),
    read: answers => answers.flatMap(linksIn)[0] as Link,
    fields: {
      ...fields,
      'attributes.ifname': 'link',
      'attributes.altIfname': 'link',
      'attributes.targetNetnsid': 'namespaceId',
      'header.index': 'link'
    },
    hints: {
      ENODEV: `there is no link ${link}`,
      ...(options.namespaceId !== undefined && {
        EINVAL: `this namespace has no id ${options.namespaceId} for another`
      })
    }
  }

/** Milliseconds that the kernel takes, about: a removal waits until nobody looks at the link any more (RCU). */
const creation = 0.5
const changing = 0.2
const removal = 17

/** Makes a link: `ip link add`. Its index and its final name hold at once, in whichever namespace it is made. */
export const add = (link: NewLink): Request<void> => misspelt('link.add', link, keys) ?? adding(link)

const adding = (link: NewLink): Request<void> => {
  const index = link.index ?? freeIndex()
  const peer = peerOf(link)
  const peerIndex = peer?.index ?? freeIndex()
  return {
    operation: 'link.add',
    protocol: 'route',
    answering: 'acknowledged',
    links: [link.master, link.parent].filter(each => each !== undefined),
    linkField: each => (each === link.master ? 'master' : 'parent'),
    namespaces: [link.namespace, peer?.namespace].filter(each => each !== undefined),
    ...(link.namespace === undefined && {
      names: [
        { name: link.name, link: index },
        ...(peer !== undefined && peer.namespace === undefined ? [{ name: peer.name, link: peerIndex }] : [])
      ]
    }),
    messages: known => {
      const wrong =
        wrongName('link.add', 'name', link.name) ??
        wrongKind(link.kind) ??
        wrongAlias(link) ??
        (peer === undefined ? undefined : wrongName('link.add', 'peer.name', peer.name))
      return wrong === undefined
        ? E.right([
            message(
              'RTM_NEWLINK',
              NLM_F.REQUEST | NLM_F.CREATE | NLM_F.EXCL,
              newBody(link, index, peerIndex, known)
            )
          ])
        : E.left(wrong)
    },
    read: () => undefined,
    fields: { ...fields, ...optionFields('options' in link ? link.options : undefined) },
    kernelTime: creation,
    needs: optionsOf(String(link.kind), 'options' in link ? link.options : undefined),
    ...loadedBy(String(link.kind)),
    hints: {
      EEXIST: takenBy(link),
      ...(peer?.index !== undefined && { EBUSY: 'the index of the peer is taken' }),
      ...(link.master !== undefined && { EOPNOTSUPP: `${noMaster}, or this kernel lacks the kind` }),
      EXFULL: full
    }
  }
}

/** The kernel says the same of a name and of an index, and does not tell whose it is. */
const takenBy = (link: NewLink): string => {
  const names = [
    'the name',
    ...(peerOf(link) === undefined ? [] : ['that of the peer']),
    ...(link.index === undefined ? [] : ['the index'])
  ]
  const unique = 'options' in link && link.options !== undefined
  return `${names.join(' or ')} is taken${unique ? ', or another link has these options' : ''}`
}

/** Of those who have no types. */
const wrongKind = (kind: unknown): InvalidInput | undefined =>
  typeof kind === 'string'
    ? undefined
    : invalidInput('link.add', 'kind', kind === undefined ? 'is missing' : 'is no text')

/** Of a new link the kernel does not read it, and says nothing. One that is listed has it, as it has other names. */
const wrongAlias = (link: object): InvalidInput | undefined =>
  'alias' in link && link.alias !== undefined && !('message' in link)
    ? invalidInput('link.add', 'alias', 'is given by link.set() to a link that is there')
    : undefined

/** Changes a link: `ip link set`. The kernel does so bit by bit: where it refuses one change, others may be made. */
export const set = (link: LinkRef, change: LinkChange): Request<void> =>
  misspelt('link.set', change, changeKeys) ?? {
    operation: 'link.set',
    protocol: 'route',
    answering: 'acknowledged',
    links: [link, change.master].filter(each => each !== undefined && each !== null),
    linkField: each => (each === link ? 'link' : 'master'),
    namespaces: change.namespace === undefined ? [] : [change.namespace],
    ...(change.name !== undefined &&
      change.namespace === undefined && { names: [{ name: change.name, link }] }),
    messages: known => {
      const wrong = change.name === undefined ? undefined : wrongName('link.set', 'name', change.name)
      return wrong === undefined
        ? E.right([message('RTM_NEWLINK', NLM_F.REQUEST, changeBody(known.indexOf(link), change, known))])
        : E.left(wrong)
    },
    read: () => undefined,
    kernelTime: changing,
    needs: change.options?.kind === undefined ? [] : optionsOf(change.options.kind, change.options.options),
    fields: {
      ...fields,
      ...optionFields(change.options?.options, 'options.options'),
      ...optionFields(change.port?.options, 'port.options', 'slaveData')
    },
    hints: {
      ...((change.name ?? change.namespace) !== undefined && { EEXIST: 'the name is taken' }),
      EOPNOTSUPP: isLink(change.master) ? noMaster : 'links of this kind, or their driver, cannot do that',
      EBUSY: isLink(change.master)
        ? 'something takes what the link receives already: a macvlan or ipvlan on it; remove that first'
        : change.index !== undefined
          ? 'the index is taken there'
          : 'the kernel takes this only while the link is down',
      EXFULL: full
    }
  }

const isLink = (given: LinkRef | null | undefined): given is LinkRef => given !== undefined && given !== null

const noMaster = 'the master takes no links, or none like this one'

/** BR_MAX_PORTS, but for the number 0. <net/bridge/br_private.h> */
const full = 'a bridge takes 1,023 ports'

/**
 * Gives a link alternative names, up to 127 bytes long: `ip link property add`. Since Linux 5.5. The kernel takes them one
 * by one: where it refuses one, the link keeps those before it.
 */
export const addNames = (link: LinkRef, names: ReadonlyArray<string>): Request<void> =>
  changeNames('link.addNames', 'RTM_NEWLINKPROP', link, names, {
    EEXIST: `a link has this name already${names?.length > 1 ? '; those before it are given' : ''}`
  })

/**
 * Takes alternative names from a link: `ip link property del`. The kernel takes them one by one: where it refuses one,
 * those before it are gone.
 */
export const removeNames = (link: LinkRef, names: ReadonlyArray<string>): Request<void> =>
  changeNames('link.removeNames', 'RTM_DELLINKPROP', link, names, {
    EINVAL: `it is the name that the link was made with, which can only be changed${gone(names)}`,
    ENOENT: `the link has no such name${gone(names)}`
  })

const gone = (names: ReadonlyArray<string>): string => (names?.length > 1 ? '; those before it are gone' : '')

const changeNames = (
  operation: string,
  type: 'RTM_NEWLINKPROP' | 'RTM_DELLINKPROP',
  link: LinkRef,
  names: ReadonlyArray<string>,
  hints: Request<void>['hints']
): Request<void> => ({
  operation,
  protocol: 'route',
  answering: 'acknowledged',
  links: [link],
  messages: known => {
    const wrong = wrongNames(operation, names)
    return wrong === undefined
      ? E.right([
          message(type, NLM_F.REQUEST, {
            header: { index: known.indexOf(link) },
            attributes: { propList: { altIfname: names } }
          })
        ])
      : E.left(wrong)
  },
  read: () => undefined,
  fields,
  needs: [alternativeNames],
  hints
})

const wrongNames = (operation: string, names: ReadonlyArray<string>): InvalidInput | undefined => {
  const wrong = names.find(name => name === '' || Buffer.byteLength(name) > longestAlternativeName)
  // The kernel refuses the second of two, when the first is done.
  const twice = names.find((name, n) => names.indexOf(name) !== n)
  return wrong !== undefined
    ? invalidInput(
        operation,
        'names',
        `${JSON.stringify(wrong)} is not of 1 to ${longestAlternativeName} bytes`
      )
    : twice !== undefined
      ? invalidInput(operation, 'names', `${JSON.stringify(twice)} is there twice`)
      : undefined
}

/** Removes a link, and a veth's other end with it: `ip link delete`. */
export const remove = (link: LinkRef): Request<void> => ({
  operation: 'link.remove',
  protocol: 'route',
  answering: 'acknowledged',
  links: [link],
  messages: known =>
    E.right([message('RTM_DELLINK', NLM_F.REQUEST, { header: { index: known.indexOf(link) } })]),
  read: () => undefined,
  kernelTime: removal,
  fields,
  hints: { EOPNOTSUPP: 'a link of this kind comes and goes with its driver or its namespace' }
})

/**
 * Removes all links of a group at once: `ip link delete group`. The kernel waits some 17 ms for every removal, but
 * only once for a group.
 */
export const removeGroup = (group: number): Request<void> => ({
  operation: 'link.removeGroup',
  protocol: 'route',
  answering: 'acknowledged',
  messages: () =>
    group === 0
      ? E.left(invalidInput('link.removeGroup', 'group', '0 is the group of all links that were given none'))
      : E.right([message('RTM_DELLINK', NLM_F.REQUEST, { attributes: { group } })]),
  read: () => undefined,
  kernelTime: removal,
  fields
})

/** ALTIFNAMSIZ less the NUL. <linux/if.h> */
const longestAlternativeName = 127

/** The kernel looks for a short name among the alternative ones, too. */
const named = (link: LinkRef): object =>
  typeof link === 'number'
    ? {}
    : Buffer.byteLength(link) > longestName
      ? { altIfname: link }
      : { ifname: link }

const wrongName = (operation: string, field: string, name: string): InvalidInput | undefined => {
  const reason =
    name === '' || name === '.' || name === '..'
      ? `${JSON.stringify(name)} is no name`
      : /[/:\s]/.test(name) || name.includes('\0')
        ? `${JSON.stringify(name)} holds a slash, a colon or a space`
        : name.includes('%')
          ? `${JSON.stringify(name)} holds a %, where the kernel puts a number of its own`
          : Buffer.byteLength(name) > longestName
            ? `${JSON.stringify(name)} is longer than ${longestName} bytes`
            : undefined
  return reason === undefined ? undefined : invalidInput(operation, field, reason)
}

/** The kernel's keys of a kind's options are the caller's own. */
const optionFields = (
  options: object | Uint8Array | null = {},
  owner = 'options',
  data = 'data'
): { readonly [path: string]: string } =>
  options instanceof Uint8Array
    ? { 'attributes.linkinfo.unknown': owner }
    : Object.fromEntries([
        [`attributes.linkinfo.${data}`, owner],
        ...Object.keys(options ?? {}).map(key => [`attributes.linkinfo.${data}.${key}`, `${owner}.${key}`])
      ])

const peerOf = (link: NewLink): NewPeer | undefined => ('peer' in link ? link.peer : undefined)

const newBody = (
  link: NewLink,
  index: number,
  peerIndex: number,
  known: Known
): { header: object; attributes: object } => ({
  header: { index, ...(link.up === true && { flags: IFF.UP, change: IFF.UP }) },
  attributes: {
    ...baseAttributes(link, known),
    linkinfo: present({ kind: link.kind, ...dataOf(link, peerIndex, known) })
  }
})

/** Kinds that keep the link below among their options, where others have it in common. */
const tunnels: ReadonlySet<string> = new Set([
  'erspan',
  'gre',
  'gretap',
  'ip6erspan',
  'ip6gre',
  'ip6gretap',
  'ip6tnl',
  'ipip',
  'sit',
  'vti',
  'vti6',
  'vxlan',
  'xfrm'
])

/** Number of the attribute with a kind's options. <linux/if_link.h> */
const IFLA_INFO_DATA = 2

const dataOf = (link: NewLink, peerIndex: number, known: Known): object => {
  const options = 'options' in link ? link.options : undefined
  if (options instanceof Uint8Array)
    return options.length === 0 ? {} : { unknown: [{ type: IFLA_INFO_DATA, payload: options }] }
  const peer = peerOf(link)
  if (peer !== undefined) {
    const body = { header: { index: peerIndex }, attributes: baseAttributes(peer, known) }
    return { data: link.kind === 'netkit' ? { ...options, peerInfo: body } : { peer: body } }
  }
  const data =
    tunnels.has(link.kind) && link.parent !== undefined
      ? { ...options, link: known.indexOf(link.parent) }
      : options
  return data === undefined ? {} : { data }
}

const baseAttributes = (link: NewLink | NewPeer, known: Known): object => {
  const { master, parent, kind = '' } = link as Partial<NewLink>
  return present({
    ifname: link.name,
    mtu: link.mtu,
    address: link.address,
    master: master === undefined ? undefined : known.indexOf(master),
    broadcast: link.broadcast,
    link: parent === undefined || tunnels.has(kind) ? undefined : known.indexOf(parent),
    numTxQueues: link.txQueues,
    numRxQueues: link.rxQueues,
    netNsFd: link.namespace === undefined ? undefined : known.descriptorOf(link.namespace),
    group: link.group,
    txqlen: link.txQueueLength
  })
}

const switches = {
  up: IFF.UP,
  promiscuous: IFF.PROMISC,
  allMulticast: IFF.ALLMULTI,
  multicast: IFF.MULTICAST
} as const

const changeBody = (
  index: number,
  change: LinkChange,
  known: Known
): { header: object; attributes: object } => {
  let flags = 0
  let mask = 0
  for (const [key, bit] of Object.entries(switches)) {
    const wanted = change[key as keyof typeof switches]
    if (wanted === undefined) continue
    mask |= bit
    if (wanted) flags |= bit
  }
  if (change.arp !== undefined) {
    mask |= IFF.NOARP
    if (!change.arp) flags |= IFF.NOARP
  }
  const { master, namespace, port, options, addressGeneration: generation, token } = change
  return {
    header: { index, flags, change: mask },
    attributes: present({
      ifname: change.name,
      mtu: change.mtu,
      address: change.address,
      broadcast: change.broadcast,
      master: master === undefined ? undefined : master === null ? 0 : known.indexOf(master),
      netNsFd: namespace === undefined ? undefined : known.descriptorOf(namespace),
      group: change.group,
      ifalias: change.alias,
      txqlen: change.txQueueLength,
      newIfindex: change.index,
      carrier: bit(change.carrier),
      operstate: change.state === undefined ? undefined : operationalStates.indexOf(change.state),
      linkmode: bit(change.dormant),
      protoDown: bit(change.protocolDown),
      gsoMaxSize: change.gsoMaxSize,
      gsoMaxSegs: change.gsoMaxSegments,
      groMaxSize: change.groMaxSize,
      gsoIpv4MaxSize: change.gsoIpv4MaxSize,
      groIpv4MaxSize: change.groIpv4MaxSize,
      afSpec:
        generation === undefined && token === undefined
          ? undefined
          : {
              inet6: present({
                addrGenMode: generation === undefined ? undefined : addressGenerations[generation],
                token
              })
            },
      linkinfo:
        port === undefined && options === undefined
          ? undefined
          : {
              ...(options !== undefined && { kind: options.kind, data: options.options }),
              ...(port !== undefined && { slaveKind: port.kind, slaveData: port.options })
            }
    })
  }
}

const bit = (given: boolean | undefined): number | undefined =>
  given === undefined ? undefined : Number(given)

const linksIn = (answer: { readonly type: string }): ReadonlyArray<Link> =>
  answer.type === 'RTM_NEWLINK' ? [linkOf(answer as unknown as LinkMessage)] : []

/** Kinds that tell of a link below in their options, if at all: as the parent of one that has moved, the kernel tells itself. */
const selfContained: ReadonlySet<string | undefined> = new Set([
  'vxlan',
  'geneve',
  'wireguard',
  'bareudp',
  'gtp',
  'pfcp',
  'ppp'
])

const parentOf = ({ link, linkinfo }: LinkMessage['attributes']): number | undefined =>
  selfContained.has(linkinfo?.kind) ? (linkinfo?.data as { readonly link?: number } | undefined)?.link : link

const linkOf = ({ header, attributes }: LinkMessage): Link => {
  const { linkinfo } = attributes
  return present<Link>({
    index: header.index,
    name: attributes.ifname ?? '',
    kind: linkinfo?.kind,
    up: (header.flags & IFF.UP) !== 0,
    state: operationalStates[attributes.operstate ?? 0] ?? 'unknown',
    flags: header.flags,
    mtu: attributes.mtu ?? 0,
    address: attributes.address,
    broadcast: attributes.broadcast,
    master: attributes.master,
    parent: parentOf(attributes),
    parentNamespace: attributes.linkNetnsid,
    group: attributes.group ?? 0,
    alias: attributes.ifalias,
    alternativeNames: attributes.propList?.altIfname ?? [],
    txQueueLength: attributes.txqlen ?? 0,
    qdisc: attributes.qdisc,
    options: linkinfo?.data,
    port: linkinfo?.slaveData as Link['port'],
    message: { header, attributes }
  })
}

/**
 * Links as they come, change and go. A link that leaves a bridge is told of like one that goes, in messages of the
 * bridge's, and a wireless one is told of whenever something happens to its radio.
 */
export const changes = routeChanges(
  [RTNLGRP.LINK],
  { added: 'RTM_NEWLINK', removed: 'RTM_DELLINK' },
  told => {
    const { header, attributes } = told as unknown as LinkMessage
    return header.family === AF.UNSPEC && attributes.wireless === undefined
      ? [linkOf(told as unknown as LinkMessage)]
      : []
  },
  list()
)
