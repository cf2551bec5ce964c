import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { NLM_F } from '../../protocol/netlink/header'
import { AF } from '../../protocol/rtnetlink/af'
import { RTNLGRP } from '../../protocol/rtnetlink/group'
import { type Neighbour as NeighbourMessage, NTF, NUD } from '../../protocol/rtnetlink/neighbour'
import { type InvalidInput, invalidInput } from '../socket/error'
import { input } from '../socket/input'
import { keysOf, misspelt } from '../socket/key'
import { message, present } from '../socket/message'
import { type LinkRef, type ListRequest, listing, type Request } from '../socket/request'
import { routeChanges } from '../socket/subscription'
import { secondsOf } from './age'

/** How firmly an entry stands. */
export const forwardingStates = {
  /** Learnt from a frame, forgotten when it has not been used for long. */
  dynamic: NUD.REACHABLE,
  /** Never forgotten. */
  static: NUD.NOARP | NUD.REACHABLE,
  /** In a bridge's database: an address of the machine's own. In a tunnel's: never forgotten. */
  permanent: NUD.NOARP | NUD.PERMANENT
} as const
export type ForwardingState = keyof typeof forwardingStates

/** Whose database: the link's own, as that of a VXLAN or of a network card, or that of its bridge. */
export type Database = 'self' | 'master'

/** Where frames to a link-layer address go: `bridge fdb`. <linux/neighbour.h>, man 8 bridge */
export interface ForwardingEntry {
  /** Index of the link that frames leave by. */
  readonly link: number
  readonly linkAddress: string
  readonly database: Database
  readonly state: ForwardingState
  /** Index of the bridge, if it is in a bridge's database. */
  readonly bridge?: number
  readonly vlan?: number
  /** Of a tunnel: the far end's IP address. */
  readonly destination?: string
  /** Of a tunnel: the far end's UDP port. */
  readonly port?: number
  /** Of a VXLAN: the network identifier that frames get. */
  readonly vni?: number
  /** Of a VXLAN with several: the network identifier that the entry is for. */
  readonly sourceVni?: number
  /** Of a tunnel: index of the link below that packets leave by. */
  readonly via?: number
  /** Of a tunnel: the nexthop object that stands for the far ends. */
  readonly nexthop?: number
  /** It stays at its port, wherever frames come from. */
  readonly sticky?: boolean
  /** A program maintains it. */
  readonly external?: boolean
  /** The far end routes. */
  readonly router?: boolean
  /** Hardware has it. */
  readonly offloaded?: boolean
  /** Seconds since a frame went there. */
  readonly used?: number
  /** Seconds since the entry changed. */
  readonly updated?: number
  /** NTF_* bits. */
  readonly flags: number
}

export interface NewForwardingEntry {
  readonly link: LinkRef
  readonly linkAddress: string
  /** Default: the link's own if a tunnel's far end is given, else that of its bridge. */
  readonly database?: Database
  /** Default: static. */
  readonly state?: ForwardingState
  readonly vlan?: number
  readonly destination?: string
  readonly port?: number
  readonly vni?: number
  readonly sourceVni?: number
  readonly via?: LinkRef
  readonly nexthop?: number
  readonly sticky?: boolean
  readonly external?: boolean
  readonly router?: boolean
}

const keys = keysOf<NewForwardingEntry, ForwardingEntry>({
  link: true,
  linkAddress: true,
  database: true,
  state: true,
  vlan: true,
  destination: true,
  port: true,
  vni: true,
  sourceVni: true,
  via: true,
  nexthop: true,
  sticky: true,
  external: true,
  router: true,
  bridge: false,
  offloaded: false,
  used: false,
  updated: false,
  flags: false
})

export interface ForwardingFilter {
  /** Entries of this port, or of this tunnel. */
  readonly link?: LinkRef
  readonly bridge?: LinkRef
}

const filterKeys = keysOf<ForwardingFilter>({ link: true, bridge: true })

/** What tells one entry from others. */
export interface ForwardingKey {
  readonly link: LinkRef
  readonly linkAddress: string
  /** Default: that of the link's bridge. */
  readonly database?: Database
  readonly vlan?: number
  /** Of a VXLAN with several networks: the identifier of that which the entry is for. */
  readonly sourceVni?: number
}

/** Which entries of a bridge go. */
export interface ForwardingFlush {
  /** The bridge, or one of its ports: then only the entries of that. */
  readonly link: LinkRef
  /** Default: that of the link's bridge; self for the bridge itself. */
  readonly database?: Database
  readonly vlan?: number
  /** Default: dynamic and static. */
  readonly state?: ForwardingState
}

const flushKeys = keysOf<ForwardingFlush>({ link: true, database: true, vlan: true, state: true })

const fields = {
  'attributes.lladdr': 'linkAddress',
  'attributes.dst': 'destination',
  'attributes.vlan': 'vlan',
  'attributes.port': 'port',
  'attributes.vni': 'vni',
  'attributes.srcVni': 'sourceVni',
  'attributes.ifindex': 'via',
  'attributes.nhId': 'nexthop',
  'attributes.ndmStateMask': 'state',
  'attributes.master': 'bridge',
  'header.ifindex': 'link',
  'header.state': 'state',
  'header.flags': 'database'
}

const databases = { self: NTF.SELF, master: NTF.MASTER } as const

/** The number of the database that is meant: the bridge's, unless it is said. */
const databaseOf = (
  operation: string,
  { database = 'master' }: { readonly database?: keyof typeof databases | undefined }
): E.Either<InvalidInput, number | undefined> => input(operation).named('database', databases, database)

const hints = {
  EOPNOTSUPP:
    'the link keeps no forwarding database: it must be the port of a bridge, or a tunnel whose own database is meant'
}

/** Lists the entries of all databases, of a bridge's, or of a link: `bridge fdb show`. */
export const list = (filter: ForwardingFilter = {}): ListRequest<ForwardingEntry> =>
  misspelt('neighbour.forwarding.list', filter, filterKeys) ??
  listing({
    operation: 'neighbour.forwarding.list',
    protocol: 'route',
    links: [filter.link, filter.bridge].filter(link => link !== undefined),
    linkField: link => (link === filter.bridge ? 'bridge' : 'link'),
    messages: known =>
      E.right([
        message('RTM_GETNEIGH', NLM_F.REQUEST | NLM_F.DUMP, {
          header: {
            family: AF.BRIDGE,
            ifindex: filter.link === undefined ? 0 : known.indexOf(filter.link)
          },
          attributes: present({
            master: filter.bridge === undefined ? undefined : known.indexOf(filter.bridge)
          })
        })
      ]),
    entries: entriesIn,
    fields: { ...fields, 'header.ifindex': 'link' }
  })

/** An entry by its address: `bridge fdb get`. Since Linux 5.0. */
export const get = (key: ForwardingKey): Request<ForwardingEntry> =>
  misspelt('neighbour.forwarding.get', key, keys) ?? {
    operation: 'neighbour.forwarding.get',
    protocol: 'route',
    answering: 'single',
    links: [key.link],
    messages: known =>
      pipe(
        databaseOf('neighbour.forwarding.get', key),
        E.map(flags => [
          message('RTM_GETNEIGH', NLM_F.REQUEST, {
            header: { family: AF.BRIDGE, ifindex: known.indexOf(key.link), flags },
            // Here the kernel asks by NDA_VNI for what it lists as NDA_SRC_VNI.
            attributes: present({ lladdr: key.linkAddress, vlan: key.vlan, vni: key.sourceVni })
          })
        ])
      ),
    read: answers => answers.flatMap(entriesIn)[0] as ForwardingEntry,
    fields: { ...fields, 'attributes.vni': 'sourceVni' },
    hints: { ...hints, ENOENT: 'there is no such entry' }
  }

/** Adds an entry: `bridge fdb add`. */
export const add = (entry: NewForwardingEntry): Request<void> =>
  change('neighbour.forwarding.add', 'RTM_NEWNEIGH', NLM_F.CREATE | NLM_F.EXCL, entry, {
    EEXIST: 'there is such an entry already; replace changes it'
  })

/** Adds a further far end to a tunnel's entry: `bridge fdb append`. Frames go to all of them. */
export const append = (entry: NewForwardingEntry): Request<void> =>
  change('neighbour.forwarding.append', 'RTM_NEWNEIGH', NLM_F.CREATE | NLM_F.APPEND, entry)

/** Adds an entry or changes the one that is there: `bridge fdb replace`. */
export const replace = (entry: NewForwardingEntry): Request<void> =>
  change('neighbour.forwarding.replace', 'RTM_NEWNEIGH', NLM_F.CREATE | NLM_F.REPLACE, entry)

/** Removes an entry, or one far end of a tunnel's: `bridge fdb delete`. */
export const remove = (entry: NewForwardingEntry): Request<void> =>
  change('neighbour.forwarding.remove', 'RTM_DELNEIGH', 0, entry, { ENOENT: 'there is no such entry' })

/** Removes many entries at once: `bridge fdb flush`. Since Linux 5.19. */
export const flush = (which: ForwardingFlush): Request<void> =>
  misspelt('neighbour.forwarding.flush', which, flushKeys) ?? {
    operation: 'neighbour.forwarding.flush',
    protocol: 'route',
    answering: 'acknowledged',
    links: [which.link],
    messages: known =>
      pipe(
        E.Do,
        E.apS('state', input('neighbour.forwarding.flush').named('state', forwardingStates, which.state)),
        E.apS('flags', databaseOf('neighbour.forwarding.flush', which)),
        E.map(({ state, flags }) => {
          const of = which.state === undefined ? NUD.PERMANENT : NUD.NOARP | NUD.PERMANENT
          return [
            message('RTM_DELNEIGH', NLM_F.REQUEST | NLM_F.BULK, {
              header: {
                family: AF.BRIDGE,
                ifindex: known.indexOf(which.link),
                flags,
                state: (state ?? 0) & of
              },
              attributes: present({ vlan: which.vlan, ndmStateMask: of })
            })
          ]
        })
      ),
    read: () => undefined,
    fields,
    hints
  }

const change = (
  operation: string,
  type: 'RTM_NEWNEIGH' | 'RTM_DELNEIGH',
  flags: number,
  given: NewForwardingEntry,
  more: Request<void>['hints'] = {}
): Request<void> =>
  misspelt(operation, given, keys) ?? {
    operation,
    protocol: 'route',
    answering: 'acknowledged',
    links: [given.link, given.via].filter(link => link !== undefined),
    linkField: link => (link === given.link ? 'link' : 'via'),
    messages: known =>
      pipe(
        E.Do,
        E.apS('destination', input(operation).address('destination', given.destination)),
        E.apS('state', input(operation).named('state', forwardingStates, given.state)),
        E.apS('database', input(operation).named('database', databases, given.database)),
        E.filterOrElse(
          ({ destination }) => destination === undefined || given.nexthop === undefined,
          () =>
            invalidInput(
              operation,
              'nexthop',
              'cannot stand beside destination: it names the far ends itself'
            )
        ),
        E.map(({ destination, state, database }) => {
          const tunnel = destination !== undefined || given.nexthop !== undefined
          return [
            message(type, NLM_F.REQUEST | flags, {
              header: {
                family: AF.BRIDGE,
                ifindex: known.indexOf(given.link),
                state: state ?? forwardingStates.static,
                flags:
                  (database ?? (tunnel ? NTF.SELF : NTF.MASTER)) |
                  (given.sticky === true ? NTF.STICKY : 0) |
                  (given.external === true ? NTF.EXT_LEARNED : 0) |
                  (given.router === true ? NTF.ROUTER : 0)
              },
              attributes: present({
                lladdr: given.linkAddress,
                dst: destination,
                vlan: given.vlan,
                port: given.port,
                vni: given.vni,
                srcVni: given.sourceVni,
                ifindex: given.via === undefined ? undefined : known.indexOf(given.via),
                nhId: given.nexthop
              })
            })
          ]
        })
      ),
    read: () => undefined,
    fields,
    hints: { ...hints, ...more }
  }

const entriesIn = (answer: { readonly type: string }): ReadonlyArray<ForwardingEntry> =>
  answer.type === 'RTM_NEWNEIGH' ? entriesOf(answer as unknown as NeighbourMessage) : []

const entriesOf = ({ header, attributes }: NeighbourMessage): ReadonlyArray<ForwardingEntry> => {
  if (header.family !== AF.BRIDGE) return []
  const { lladdr, dst, vlan, port, vni, srcVni, ifindex, master, nhId, cacheinfo } = attributes
  const set = (bit: number): true | undefined => ((header.flags & bit) !== 0 ? true : undefined)
  return [
    present<ForwardingEntry>({
      link: header.ifindex,
      linkAddress: lladdr ?? '',
      // A bridge's entry for itself has neither flag: as a port it would have a bridge above it.
      database: (header.flags & NTF.SELF) !== 0 || master === header.ifindex ? 'self' : 'master',
      state: stateOf(header.state),
      bridge: master,
      vlan,
      destination: dst,
      port,
      vni,
      sourceVni: srcVni,
      via: ifindex,
      nexthop: nhId,
      sticky: set(NTF.STICKY),
      external: set(NTF.EXT_LEARNED),
      router: set(NTF.ROUTER),
      offloaded: set(NTF.OFFLOADED),
      used: secondsOf(cacheinfo?.used),
      updated: secondsOf(cacheinfo?.updated),
      flags: header.flags
    })
  ]
}

const stateOf = (state: number): ForwardingState =>
  (state & NUD.PERMANENT) !== 0 ? 'permanent' : (state & NUD.NOARP) !== 0 ? 'static' : 'dynamic'

/** Entries as they come, change and go. */
export const changes = routeChanges(
  [RTNLGRP.NEIGH],
  { added: 'RTM_NEWNEIGH', removed: 'RTM_DELNEIGH' },
  told => entriesOf(told as unknown as NeighbourMessage),
  list()
)
