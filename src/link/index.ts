import { randomInt } from 'node:crypto'
import * as E from 'fp-ts/Either'
import type { ValueOf } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { IFF, type Link as LinkMessage } from '../../protocol/rtnetlink/link'
import type { bridgePort } from '../../protocol/rtnetlink/link/bridge-port'
import type { NamespaceRef } from '../namespace/reference'
import { type InvalidInput, invalidInput } from '../socket/error'
import { message, present } from '../socket/message'
import type { Known, LinkRef, Request } from '../socket/request'

export { IFF } from '../../protocol/rtnetlink/link'
export type { LinkRef } from '../socket/request'

type Info = NonNullable<LinkMessage['attributes']['linkinfo']>

/** The kinds of link whose options are typed. */
export type Kind = Extract<Info, { readonly kind: string; readonly data?: object }>['kind']

/** The options of a kind, under the kernel's names: `{ id: 5 }` of a vlan. */
export type Options<K> = NonNullable<Extract<Info, { readonly kind: K }>['data']>

/** What the master of a link keeps of it: for a bridge's port its state, cost, hairpin mode. */
export type PortOptions = ValueOf<typeof bridgePort>

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
  readonly port?: PortOptions
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
  /** The link below, of those kinds that have one. */
  readonly parent?: LinkRef
  readonly group?: number
  readonly alias?: string
  readonly txQueueLength?: number
}

/** A veth's other end. It cannot be set up by the request that makes it. */
export type NewPeer = Omit<NewLinkBase, 'up' | 'master' | 'parent' | 'alias'>

export interface NewVeth extends NewLinkBase {
  readonly kind: 'veth'
  readonly peer: NewPeer
}

export type NewLink =
  | NewVeth
  | {
      [K in Exclude<Kind, 'veth'>]: NewLinkBase & { readonly kind: K; readonly options?: Options<K> }
    }[Exclude<Kind, 'veth'>]
  | (NewLinkBase & { readonly kind: string; readonly options?: undefined })

/** What can be changed of a link that is there. */
export interface LinkChange {
  readonly name?: string
  readonly up?: boolean
  readonly mtu?: number
  readonly address?: string
  /** null sets it free. */
  readonly master?: LinkRef | null
  /** Moves it there; a name that is given goes with it. */
  readonly namespace?: NamespaceRef
  readonly group?: number
  readonly alias?: string
  readonly txQueueLength?: number
  readonly promiscuous?: boolean
  readonly allMulticast?: boolean
  readonly arp?: boolean
  /** For the link as a bridge's port. */
  readonly port?: { readonly kind: 'bridge'; readonly options: PortOptions }
  readonly options?: { readonly kind: string; readonly options: object }
}

export interface LinkFilter {
  readonly kind?: string
  readonly master?: LinkRef
}

const fields = {
  'attributes.ifname': 'name',
  'attributes.mtu': 'mtu',
  'attributes.address': 'address',
  'attributes.master': 'master',
  'attributes.link': 'parent',
  'attributes.group': 'group',
  'attributes.ifalias': 'alias',
  'attributes.txqlen': 'txQueueLength',
  'attributes.netNsFd': 'namespace',
  'attributes.linkinfo.kind': 'kind',
  'attributes.linkinfo': 'kind',
  'attributes.linkinfo.data.peer': 'peer',
  'attributes.linkinfo.data.peer.attributes.ifname': 'peer.name',
  'attributes.linkinfo.data.peer.attributes.mtu': 'peer.mtu',
  'attributes.linkinfo.data.peer.attributes.address': 'peer.address',
  'attributes.linkinfo.data.peer.attributes.netNsFd': 'peer.namespace',
  'header.index': 'index'
}

/** RTEXT_FILTER_SKIP_STATS: the counters are most of an answer. <linux/rtnetlink.h> */
const withoutStatistics = 8

/** An index that no link is likely to have: the kernel itself counts from 1. */
export const freeIndex = (): number => randomInt(0x1000_0000, 0x7fff_ffff)

/** Lists links: `ip link show`. */
export const list = (filter: LinkFilter = {}): Request<ReadonlyArray<Link>> => ({
  operation: 'link.list',
  protocol: 'route',
  answering: 'dump',
  links: filter.master === undefined ? [] : [filter.master],
  namespaces: [],
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
  read: answers => answers.flatMap(linksIn),
  fields
})

/** A link by its name, one of its alternative names, or its index: `ip link show NAME`. */
export const get = (link: LinkRef): Request<Link> => ({
  operation: 'link.get',
  protocol: 'route',
  answering: 'single',
  links: [],
  namespaces: [],
  messages: () =>
    E.right([
      message('RTM_GETLINK', NLM_F.REQUEST, {
        header: { index: typeof link === 'number' ? link : 0 },
        attributes: { ...named(link), extMask: withoutStatistics }
      })
    ]),
  read: answers => answers.flatMap(linksIn)[0] as Link,
  fields: { ...fields, 'attributes.ifname': 'link', 'attributes.altIfname': 'link', 'header.index': 'link' },
  hints: { ENODEV: `there is no link ${link}` }
})

/** Makes a link: `ip link add`. Its index and its final name hold at once, in whichever namespace it is made. */
export const add = (link: NewLink): Request<void> => {
  const index = link.index ?? freeIndex()
  return {
    operation: 'link.add',
    protocol: 'route',
    answering: 'acknowledged',
    links: [link.master, link.parent].filter(each => each !== undefined),
    namespaces: [link.namespace, 'peer' in link ? link.peer.namespace : undefined].filter(
      each => each !== undefined
    ),
    ...(link.namespace === undefined && { makes: { name: link.name, index } }),
    messages: known => {
      const wrong =
        wrongName(link.name, 'name') ?? ('peer' in link ? wrongName(link.peer.name, 'peer.name') : undefined)
      return wrong === undefined
        ? E.right([
            message('RTM_NEWLINK', NLM_F.REQUEST | NLM_F.CREATE | NLM_F.EXCL, newBody(link, index, known))
          ])
        : E.left(wrong)
    },
    read: () => undefined,
    fields:
      'options' in link && link.options !== undefined ? { ...fields, ...optionFields(link.options) } : fields,
    hints: {
      EEXIST: 'the name is taken',
      EOPNOTSUPP: `this kernel has no links of kind ${link.kind}, or the module is not there`
    }
  }
}

/** Changes a link: `ip link set`. */
export const set = (link: LinkRef, change: LinkChange): Request<void> => ({
  operation: 'link.set',
  protocol: 'route',
  answering: 'acknowledged',
  links: [link, change.master].filter(each => each !== undefined && each !== null),
  namespaces: change.namespace === undefined ? [] : [change.namespace],
  messages: known => {
    const wrong = change.name === undefined ? undefined : wrongName(change.name, 'name')
    return wrong === undefined
      ? E.right([message('RTM_NEWLINK', NLM_F.REQUEST, changeBody(known.indexOf(link), change, known))])
      : E.left(wrong)
  },
  read: () => undefined,
  fields
})

/** Removes a link, and a veth's other end with it: `ip link delete`. */
export const remove = (link: LinkRef): Request<void> => ({
  operation: 'link.remove',
  protocol: 'route',
  answering: 'acknowledged',
  links: [link],
  namespaces: [],
  messages: known =>
    E.right([message('RTM_DELLINK', NLM_F.REQUEST, { header: { index: known.indexOf(link) } })]),
  read: () => undefined,
  fields
})

/**
 * Removes all links of a group at once: `ip link delete group`. The kernel waits some 17 ms for every removal, but
 * only once for a group.
 */
export const removeGroup = (group: number): Request<void> => ({
  operation: 'link.removeGroup',
  protocol: 'route',
  answering: 'acknowledged',
  links: [],
  namespaces: [],
  messages: () =>
    group === 0
      ? E.left(invalidInput('link.removeGroup', 'group', '0 is the group of all links that were given none'))
      : E.right([message('RTM_DELLINK', NLM_F.REQUEST, { attributes: { group } })]),
  read: () => undefined,
  fields
})

/** IFNAMSIZ less the NUL. <linux/if.h> */
const longestName = 15

const named = (link: LinkRef): object =>
  typeof link === 'number' ? {} : link.length > longestName ? { altIfname: [link] } : { ifname: link }

const wrongName = (name: string, field: string): InvalidInput | undefined => {
  const reason =
    name === '' || name === '.' || name === '..'
      ? `${JSON.stringify(name)} is no name`
      : /[/:\s]/.test(name) || name.includes('\0')
        ? `${JSON.stringify(name)} holds a slash, a colon or a space`
        : Buffer.byteLength(name) > longestName
          ? `${JSON.stringify(name)} is longer than ${longestName} bytes`
          : undefined
  return reason === undefined ? undefined : invalidInput('link', field, reason)
}

/** The kernel's keys of a kind's options are the caller's own. */
const optionFields = (options: object): { readonly [path: string]: string } =>
  Object.fromEntries(Object.keys(options).map(key => [`attributes.linkinfo.data.${key}`, `options.${key}`]))

const newBody = (link: NewLink, index: number, known: Known): { header: object; attributes: object } => ({
  header: { index, ...(link.up === true && { flags: IFF.UP, change: IFF.UP }) },
  attributes: {
    ...baseAttributes(link, known),
    linkinfo: present({ kind: link.kind, data: dataOf(link, known) })
  }
})

const dataOf = (link: NewLink, known: Known): object | undefined => {
  if (!('peer' in link)) return link.options
  const { peer } = link
  return { peer: { header: { index: peer.index ?? freeIndex() }, attributes: baseAttributes(peer, known) } }
}

const baseAttributes = (link: NewLinkBase | NewPeer, known: Known): object => {
  const { master, parent, alias } = link as NewLinkBase
  return present({
    ifname: link.name,
    mtu: link.mtu,
    address: link.address,
    master: master === undefined ? undefined : known.indexOf(master),
    link: parent === undefined ? undefined : known.indexOf(parent),
    netNsFd: link.namespace === undefined ? undefined : known.descriptorOf(link.namespace),
    group: link.group,
    ifalias: alias,
    txqlen: link.txQueueLength
  })
}

const switches = { up: IFF.UP, promiscuous: IFF.PROMISC, allMulticast: IFF.ALLMULTI } as const

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
  const { master, namespace, port, options } = change
  return {
    header: { index, flags, change: mask },
    attributes: present({
      ifname: change.name,
      mtu: change.mtu,
      address: change.address,
      master: master === undefined ? undefined : master === null ? 0 : known.indexOf(master),
      netNsFd: namespace === undefined ? undefined : known.descriptorOf(namespace),
      group: change.group,
      ifalias: change.alias,
      txqlen: change.txQueueLength,
      linkinfo:
        port !== undefined
          ? { slaveKind: port.kind, slaveData: port.options }
          : options !== undefined
            ? { kind: options.kind, data: options.options }
            : undefined
    })
  }
}

const linksIn = (answer: { readonly type: string }): ReadonlyArray<Link> =>
  answer.type === 'RTM_NEWLINK' ? [linkOf(answer as unknown as LinkMessage)] : []

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
    parent: attributes.link,
    parentNamespace: attributes.linkNetnsid,
    group: attributes.group ?? 0,
    alias: attributes.ifalias,
    alternativeNames: attributes.propList?.altIfname ?? [],
    txQueueLength: attributes.txqlen ?? 0,
    qdisc: attributes.qdisc,
    options: linkinfo?.data,
    port: linkinfo?.slaveData as PortOptions | undefined,
    message: { header, attributes }
  })
}
