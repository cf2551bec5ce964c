import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { NLM_F } from '../../protocol/netlink/header'
import { RTNLGRP } from '../../protocol/rtnetlink/group'
import { type Neighbour as NeighbourMessage, NTF, NTF_EXT, NUD } from '../../protocol/rtnetlink/neighbour'
import { addressFamilies, familyOf } from '../ip/prefix'
import { type InvalidInput, invalidInput } from '../socket/error'
import { input } from '../socket/input'
import { keysOf, misspelt } from '../socket/key'
import { message, present } from '../socket/message'
import { type LinkRef, type ListRequest, listing, type Request } from '../socket/request'
import { routeChanges } from '../socket/subscription'
import { secondsOf } from './age'
import * as forwarding from './forwarding'
import * as proxy from './proxy'

export type { ForwardingEntry, ForwardingFilter, NewForwardingEntry } from './forwarding'
export type { NewProxy, Proxy, ProxyFilter } from './proxy'
export { forwarding, proxy }

/** What is known of a neighbour. <linux/neighbour.h>, man 7 arp */
export const neighbourStates = {
  none: NUD.NONE,
  /** It has been asked for, and has not answered yet. */
  incomplete: NUD.INCOMPLETE,
  reachable: NUD.REACHABLE,
  /** It was reachable once; it is asked again when it is used. */
  stale: NUD.STALE,
  delay: NUD.DELAY,
  probe: NUD.PROBE,
  /** It does not answer. */
  failed: NUD.FAILED,
  /** It is never asked for. */
  noarp: NUD.NOARP,
  /** It is never asked for, and never forgotten. */
  permanent: NUD.PERMANENT
} as const
export type NeighbourState = keyof typeof neighbourStates

/** Who has an IP address on a link: `ip neighbour`. <linux/neighbour.h> */
export interface Neighbour {
  /** Index of the link. */
  readonly link: number
  readonly family: 'ipv4' | 'ipv6'
  readonly address: string
  /** Its link-layer address, if known. */
  readonly linkAddress?: string
  readonly state: NeighbourState
  /** It routes; IPv6 only. */
  readonly router?: boolean
  /** A program maintains it, and the kernel does not forget it. */
  readonly external?: boolean
  /** The kernel asks for it again and again, used or not. */
  readonly managed?: boolean
  /** Seconds since it last answered. */
  readonly confirmed?: number
  /** Seconds since a packet went to it. */
  readonly used?: number
  /** Seconds since the entry changed. */
  readonly updated?: number
  /** Questions without an answer so far. */
  readonly probes?: number
  /** RTPROT_*: who made it. */
  readonly protocol?: number
  /** NTF_* bits. */
  readonly flags: number
}

export interface NewNeighbour {
  readonly link: LinkRef
  readonly address: string
  /** Its link-layer address; needed unless the kernel shall find it out itself. */
  readonly linkAddress?: string
  /** Default: permanent if `linkAddress` is given, else none, from which the kernel asks. */
  readonly state?: NeighbourState
  readonly router?: boolean
  readonly external?: boolean
  /** Since Linux 5.16. */
  readonly managed?: boolean
  /** Starts to ask for it at once. */
  readonly use?: boolean
  readonly protocol?: number
}

const keys = keysOf<NewNeighbour, Neighbour>({
  link: true,
  address: true,
  linkAddress: true,
  state: true,
  router: true,
  external: true,
  managed: true,
  use: true,
  protocol: true,
  family: false,
  confirmed: false,
  used: false,
  updated: false,
  probes: false,
  flags: false
})

/** What tells one neighbour from others. */
export interface NeighbourKey {
  readonly link: LinkRef
  readonly address: string
}

export interface NeighbourFilter {
  readonly link?: LinkRef
  readonly family?: 'ipv4' | 'ipv6'
  /** Those on links that are part of this one. */
  readonly master?: LinkRef
  readonly state?: NeighbourState
}

const filterKeys = keysOf<NeighbourFilter>({ link: true, family: true, master: true, state: true })

const fields = {
  'attributes.dst': 'address',
  'attributes.lladdr': 'linkAddress',
  'attributes.protocol': 'protocol',
  'attributes.ifindex': 'link',
  'attributes.master': 'master',
  'attributes.flagsExt': 'managed',
  'header.ifindex': 'link',
  'header.state': 'state'
}

/** Lists neighbours, of all links or of one: `ip neighbour show`. */
export const list = (filter: NeighbourFilter = {}): ListRequest<Neighbour> =>
  misspelt('neighbour.list', filter, filterKeys) ??
  listing({
    operation: 'neighbour.list',
    protocol: 'route',
    links: [filter.link, filter.master].filter(link => link !== undefined),
    linkField: link => (link === filter.master ? 'master' : 'link'),
    messages: known =>
      pipe(
        input('neighbour.list').named('family', addressFamilies, filter.family),
        E.chainFirst(() => input('neighbour.list').named('state', neighbourStates, filter.state)),
        E.map((family = 0) => [
          message('RTM_GETNEIGH', NLM_F.REQUEST | NLM_F.DUMP, {
            header: { family },
            attributes: present({
              ifindex: filter.link === undefined ? undefined : known.indexOf(filter.link),
              master: filter.master === undefined ? undefined : known.indexOf(filter.master)
            })
          })
        ])
      ),
    entries: answer => neighboursIn(answer).filter(({ state }) => (filter.state ?? state) === state),
    fields
  })

/** A neighbour by its address: `ip neighbour get`. Since Linux 5.0. */
export const get = (key: NeighbourKey): Request<Neighbour> =>
  misspelt('neighbour.get', key, keys) ?? {
    operation: 'neighbour.get',
    protocol: 'route',
    answering: 'single',
    links: [key.link],
    messages: known =>
      pipe(
        addressed('neighbour.get', key.address),
        E.map(({ family, dst }) => [
          message('RTM_GETNEIGH', NLM_F.REQUEST, {
            header: { family, ifindex: known.indexOf(key.link) },
            attributes: { dst }
          })
        ])
      ),
    read: answers => answers.flatMap(neighboursIn)[0] as Neighbour,
    fields,
    hints: { ENOENT: `the link has no neighbour ${key.address}` }
  }

/** Adds a neighbour: `ip neighbour add`. */
export const add = (neighbour: NewNeighbour): Request<void> =>
  change('neighbour.add', NLM_F.CREATE | NLM_F.EXCL, neighbour, {
    EEXIST: 'the link has this neighbour already; replace changes it'
  })

/** Adds a neighbour or changes the one that is there: `ip neighbour replace`. */
export const replace = (neighbour: NewNeighbour): Request<void> =>
  change('neighbour.replace', NLM_F.CREATE | NLM_F.REPLACE, neighbour)

/** Changes a neighbour that is there: `ip neighbour change`. */
export const set = (neighbour: NewNeighbour): Request<void> =>
  change('neighbour.set', NLM_F.REPLACE, neighbour, {
    ENOENT: `the link has no neighbour ${neighbour.address}; replace makes it`
  })

/** Removes a neighbour: `ip neighbour delete`. */
export const remove = (key: NeighbourKey): Request<void> =>
  misspelt('neighbour.remove', key, keys) ?? {
    operation: 'neighbour.remove',
    protocol: 'route',
    answering: 'acknowledged',
    links: [key.link],
    messages: known =>
      pipe(
        addressed('neighbour.remove', key.address),
        E.map(({ family, dst }) => [
          message('RTM_DELNEIGH', NLM_F.REQUEST, {
            header: { family, ifindex: known.indexOf(key.link) },
            attributes: { dst }
          })
        ])
      ),
    read: () => undefined,
    fields,
    hints: { ENOENT: `the link has no neighbour ${key.address}` }
  }

const change = (
  operation: string,
  flags: number,
  given: NewNeighbour,
  hints: Request<void>['hints'] = {}
): Request<void> =>
  misspelt(operation, given, keys) ?? {
    operation,
    protocol: 'route',
    answering: 'acknowledged',
    links: [given.link],
    messages: known =>
      pipe(
        E.Do,
        E.apS('address', addressed(operation, given.address)),
        E.apS('state', input(operation).named('state', neighbourStates, given.state)),
        E.map(({ address: { family, dst }, state }) => [
          message('RTM_NEWNEIGH', NLM_F.REQUEST | flags, {
            header: {
              family,
              ifindex: known.indexOf(given.link),
              state: state ?? (given.linkAddress === undefined ? NUD.NONE : NUD.PERMANENT),
              flags:
                (given.router === true ? NTF.ROUTER : 0) |
                (given.external === true ? NTF.EXT_LEARNED : 0) |
                (given.use === true ? NTF.USE : 0)
            },
            attributes: present({
              dst,
              lladdr: given.linkAddress,
              protocol: given.protocol,
              flagsExt: given.managed === true ? NTF_EXT.MANAGED : undefined
            })
          })
        ])
      ),
    read: () => undefined,
    fields,
    hints
  }

const addressed = (
  operation: string,
  given: string
): E.Either<InvalidInput, { readonly family: number; readonly dst: string }> =>
  pipe(
    input(operation).address('address', given),
    E.filterOrElse(
      (dst): dst is string => dst !== undefined,
      () => invalidInput(operation, 'address', 'must be given')
    ),
    E.map(dst => ({ family: addressFamilies[familyOf(dst) ?? 'ipv4'], dst }))
  )

const stateNames = new Map(
  Object.entries(neighbourStates).map(([name, number]) => [number as number, name as NeighbourState])
)

const neighboursIn = (answer: { readonly type: string }): ReadonlyArray<Neighbour> =>
  answer.type === 'RTM_NEWNEIGH' ? neighboursOf(answer as unknown as NeighbourMessage) : []

/** Entries of forwarding databases and of proxies are told by the same messages, and are none. */
const neighboursOf = ({ header, attributes }: NeighbourMessage): ReadonlyArray<Neighbour> => {
  const family = header.family === 2 ? 'ipv4' : header.family === 10 ? 'ipv6' : undefined
  if (family === undefined || (header.flags & NTF.PROXY) !== 0) return []
  const { dst, lladdr, cacheinfo, probes, protocol, flagsExt = 0 } = attributes
  return [
    present<Neighbour>({
      link: header.ifindex,
      family,
      address: dst ?? '',
      linkAddress: lladdr,
      state: stateNames.get(header.state) ?? 'none',
      router: (header.flags & NTF.ROUTER) !== 0 ? true : undefined,
      external: (header.flags & NTF.EXT_LEARNED) !== 0 ? true : undefined,
      managed: (flagsExt & NTF_EXT.MANAGED) !== 0 ? true : undefined,
      confirmed: secondsOf(cacheinfo?.confirmed),
      used: secondsOf(cacheinfo?.used),
      updated: secondsOf(cacheinfo?.updated),
      probes,
      protocol,
      flags: header.flags
    })
  ]
}

/** Neighbours as they come, change and go. */
export const changes = routeChanges(
  [RTNLGRP.NEIGH],
  { added: 'RTM_NEWNEIGH', removed: 'RTM_DELNEIGH' },
  told => neighboursOf(told as unknown as NeighbourMessage),
  list()
)
