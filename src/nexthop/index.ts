import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { NLM_F } from '../../protocol/netlink/header'
import { RTNLGRP } from '../../protocol/rtnetlink/group'
import {
  type NexthopBucket as BucketMessage,
  NEXTHOP_GRP_TYPE,
  type Nexthop as NexthopMessage
} from '../../protocol/rtnetlink/nexthop'
import { RTNH_F, RTPROT } from '../../protocol/rtnetlink/route'
import { type Encap, encapAttributes, encapIn, wrongEncap } from '../encap'
import { neededByEncap } from '../encap/feature'
import { unreachableGateway } from '../ip/gateway'
import { addressFamilies, familyOf } from '../ip/prefix'
import { type InvalidInput, invalidInput } from '../socket/error'
import { input } from '../socket/input'
import { keysOf, misspelt } from '../socket/key'
import { message, present } from '../socket/message'
import { type Known, type LinkRef, type ListRequest, listing, type Request } from '../socket/request'
import { routeChanges } from '../socket/subscription'
import { nexthops, resilientGroups } from './feature'

/** A nexthop in a group. */
export interface GroupMember {
  readonly id: number
  /** Share of the flows, from 1 to 256; to 65535 since Linux 6.12. */
  readonly weight: number
}

const member = keysOf<GroupMember>({ id: true, weight: true })

/** How a resilient group moves flows, as few as it can. Times are in seconds. */
export interface Resilience {
  /** How many buckets flows are spread over. */
  readonly buckets?: number
  /** For how long a bucket must be idle before it may move. Default 120. */
  readonly idle?: number
  /** After how long out of balance any bucket may move; 0, the default, is never. */
  readonly unbalanced?: number
}

const resilience = keysOf<Resilience>({ buckets: true, idle: true, unbalanced: true })

/** A nexthop that routes refer to, or a group of them: `ip nexthop`. <linux/nexthop.h> */
export interface Nexthop {
  readonly id: number
  readonly family?: 'ipv4' | 'ipv6'
  readonly gateway?: string
  /** Index of the link that packets leave by. */
  readonly link?: number
  /** The gateway is on the link, even if no address says so. */
  readonly onlink?: boolean
  /** Packets are dropped. */
  readonly blackhole?: boolean
  readonly encap?: Encap
  /** For forwarding databases, not for routes. */
  readonly forwarding?: boolean
  readonly group?: ReadonlyArray<GroupMember>
  /** Of a resilient group. */
  readonly resilient?: Resilience
  /** RTPROT_*: who made it. */
  readonly protocol: number
  /** RT_SCOPE_*. */
  readonly scope: number
  /** RTNH_F_* bits. */
  readonly flags: number
}

interface Numbered {
  /** The number that it gets, from 1; routes name it by that. */
  readonly id: number
  /** RTPROT_*. Default: static. */
  readonly protocol?: number
}

export interface NewSingle extends Numbered {
  /** Default: the gateway's, else ipv4. */
  readonly family?: 'ipv4' | 'ipv6'
  readonly gateway?: string
  readonly link?: LinkRef
  readonly onlink?: boolean
  readonly blackhole?: boolean
  readonly encap?: Encap
  readonly forwarding?: boolean
  readonly group?: undefined
}

export interface NewGroup extends Numbered {
  /** Weights are 1 unless given. */
  readonly group: ReadonlyArray<Pick<GroupMember, 'id'> & Partial<GroupMember>>
  /** Moves as few flows as it can when the group changes. Since Linux 5.13. */
  readonly resilient?: Resilience
  readonly forwarding?: boolean
}

export type NewNexthop = NewSingle | NewGroup

const keys = keysOf<NewNexthop, Nexthop>({
  id: true,
  family: true,
  gateway: true,
  link: true,
  onlink: true,
  blackhole: true,
  encap: true,
  forwarding: true,
  group: member,
  resilient: resilience,
  protocol: true,
  scope: false,
  flags: false
})

export interface NexthopFilter {
  readonly family?: 'ipv4' | 'ipv6'
  readonly link?: LinkRef
  /** Those by links that are part of this one. */
  readonly master?: LinkRef
  readonly groups?: boolean
  readonly forwarding?: boolean
}

const filterKeys = keysOf<NexthopFilter>({
  family: true,
  link: true,
  master: true,
  groups: true,
  forwarding: true
})

/** A bucket of a resilient group, which flows are hashed to. <linux/nexthop.h> */
export interface Bucket {
  /** The group's id. */
  readonly id: number
  readonly index: number
  readonly nexthop: number
  /** Seconds since a packet came. */
  readonly idle: number
}

export interface BucketFilter {
  /** The group's id. */
  readonly id?: number
  /** Buckets that lead to this nexthop. */
  readonly nexthop?: number
}

const bucketKeys = keysOf<BucketFilter>({ id: true, nexthop: true })

const fields = {
  'attributes.id': 'id',
  'attributes.gateway': 'gateway',
  'attributes.oif': 'link',
  'attributes.blackhole': 'blackhole',
  'attributes.group': 'group',
  'attributes.groupType': 'resilient',
  'attributes.resGroup': 'resilient',
  'attributes.resGroup.buckets': 'resilient.buckets',
  'attributes.resGroup.idleTimer': 'resilient.idle',
  'attributes.resGroup.unbalancedTimer': 'resilient.unbalanced',
  'attributes.fdb': 'forwarding',
  'attributes.encap': 'encap',
  'attributes.encapType': 'encap',
  'attributes.master': 'master',
  'header.family': 'family',
  'header.flags': 'onlink',
  'header.protocol': 'protocol'
}

const hints = {
  ENETDOWN: 'set the link up first',
  ENETUNREACH: unreachableGateway,
  EHOSTUNREACH: unreachableGateway
}

/** Lists nexthops and groups: `ip nexthop show`. */
export const list = (filter: NexthopFilter = {}): ListRequest<Nexthop> =>
  misspelt('nexthop.list', filter, filterKeys) ??
  listing({
    operation: 'nexthop.list',
    protocol: 'route',
    links: [filter.link, filter.master].filter(link => link !== undefined),
    linkField: link => (link === filter.master ? 'master' : 'link'),
    messages: known =>
      pipe(
        input('nexthop.list').named('family', addressFamilies, filter.family),
        E.map((family = 0) => [
          message('RTM_GETNEXTHOP', NLM_F.REQUEST | NLM_F.DUMP, {
            header: { family },
            attributes: present({
              oif: filter.link === undefined ? undefined : known.indexOf(filter.link),
              master: filter.master === undefined ? undefined : known.indexOf(filter.master),
              groups: filter.groups || undefined,
              fdb: filter.forwarding || undefined
            })
          })
        ])
      ),
    // The kernel takes NHA_FDB and lists all the same.
    entries: answer =>
      nexthopsIn(answer).filter(({ forwarding }) => !filter.forwarding || forwarding === true),
    fields,
    needs: [nexthops]
  })

/** A nexthop or group by its id: `ip nexthop get`. */
export const get = (id: number): Request<Nexthop> => ({
  operation: 'nexthop.get',
  protocol: 'route',
  answering: 'single',
  messages: () => E.right([message('RTM_GETNEXTHOP', NLM_F.REQUEST, { attributes: { id } })]),
  read: answers => answers.flatMap(nexthopsIn)[0] as Nexthop,
  fields,
  needs: [nexthops],
  hints: { ENOENT: `there is no nexthop ${id}` }
})

/** Adds a nexthop or a group: `ip nexthop add`. */
export const add = (nexthop: NewNexthop): Request<void> =>
  change('nexthop.add', NLM_F.CREATE | NLM_F.EXCL, nexthop, {
    EEXIST: `the id ${nexthop.id} is taken; replace changes the nexthop`
  })

/** Adds a nexthop or a group, or changes the one with this id under the routes that use it: `ip nexthop replace`. */
export const replace = (nexthop: NewNexthop): Request<void> =>
  change('nexthop.replace', NLM_F.CREATE | NLM_F.REPLACE, nexthop)

/** Removes a nexthop or a group, with all routes that use it: `ip nexthop delete`. */
export const remove = (id: number): Request<void> => ({
  operation: 'nexthop.remove',
  protocol: 'route',
  answering: 'acknowledged',
  messages: () => E.right([message('RTM_DELNEXTHOP', NLM_F.REQUEST, { attributes: { id } })]),
  read: () => undefined,
  fields,
  needs: [nexthops],
  hints: { ENOENT: `there is no nexthop ${id}` }
})

/** Lists the buckets of resilient groups: `ip nexthop bucket show`. Since Linux 5.13. */
export const buckets = (filter: BucketFilter = {}): ListRequest<Bucket> =>
  misspelt('nexthop.buckets', filter, bucketKeys) ??
  listing({
    operation: 'nexthop.buckets',
    protocol: 'route',
    messages: () =>
      E.right([
        message('RTM_GETNEXTHOPBUCKET', NLM_F.REQUEST | NLM_F.DUMP, {
          attributes: present({
            id: filter.id,
            resBucket: filter.nexthop === undefined ? undefined : { nhId: filter.nexthop }
          })
        })
      ]),
    entries: answer => (answer.type === 'RTM_NEWNEXTHOPBUCKET' ? bucketsOf(answer) : []),
    fields: { ...fields, 'attributes.resBucket': 'nexthop' },
    needs: [nexthops, resilientGroups]
  })

const change = (
  operation: string,
  flags: number,
  given: NewNexthop,
  more: Request<void>['hints'] = {}
): Request<void> =>
  misspelt(operation, given, keys) ?? {
    operation,
    protocol: 'route',
    answering: 'acknowledged',
    links: 'link' in given && given.link !== undefined ? [given.link] : [],
    messages: known =>
      pipe(
        numbered(operation, given),
        E.chain(() =>
          given.group === undefined ? singleOf(operation, given, known) : groupOf(operation, given)
        ),
        E.map(({ header, attributes }) => [
          message('RTM_NEWNEXTHOP', NLM_F.REQUEST | flags, {
            header: { protocol: given.protocol ?? RTPROT.STATIC, ...header },
            attributes: present({ id: given.id, fdb: given.forwarding || undefined, ...attributes })
          })
        ])
      ),
    read: () => undefined,
    fields,
    needs: [
      nexthops,
      ...neededByEncap(given.group === undefined ? given.encap : undefined),
      ...(given.group !== undefined && given.resilient !== undefined ? [resilientGroups] : [])
    ],
    hints: {
      ...hints,
      ...(isHeavy(given.group) && { EINVAL: weights }),
      ...more
    }
  }

/** The largest weight that any kernel takes. */
const weightBefore = 256
const weights = 'weights are from 1 to 256; to 65535 since Linux 6.12'

const isHeavy = (group: NewNexthop['group']): boolean =>
  Array.isArray(group) && group.some(({ weight = 1 }) => weight > weightBefore)

/** Without an id the kernel takes one that nobody is told. */
const numbered = (operation: string, { id }: NewNexthop): E.Either<InvalidInput, void> =>
  id === undefined || id === 0
    ? E.left(invalidInput(operation, 'id', id === undefined ? 'is missing' : 'must not be 0'))
    : E.right(undefined)

interface Content {
  readonly header: object
  readonly attributes: object
}

const singleOf = (operation: string, given: NewSingle, known: Known): E.Either<InvalidInput, Content> =>
  pipe(
    input(operation).address('gateway', given.gateway),
    E.chainFirstW(() => {
      const wrong = wrongEncap(given.encap)
      return wrong === undefined ? E.right(undefined) : E.left(invalidInput(operation, 'encap', wrong))
    }),
    E.map(gateway => ({
      header: {
        family:
          addressFamilies[given.family ?? (gateway === undefined ? 'ipv4' : familyOf(gateway)) ?? 'ipv4'],
        flags: given.onlink === true ? RTNH_F.ONLINK : 0
      },
      attributes: {
        gateway,
        oif: given.link === undefined ? undefined : known.indexOf(given.link),
        blackhole: given.blackhole || undefined,
        ...encapAttributes(given.encap)
      }
    }))
  )

const groupOf = (operation: string, { group, resilient }: NewGroup): E.Either<InvalidInput, Content> => {
  const wrong = group.findIndex(
    ({ weight = 1 }) => !(Number.isInteger(weight) && weight >= 1 && weight <= 65536)
  )
  if (wrong >= 0)
    return E.left(invalidInput(operation, `group.${wrong}.weight`, 'must be an integer from 1 to 65536'))
  return E.right({
    header: {},
    attributes: {
      group: group.map(({ id, weight = 1 }) => ({
        id,
        weight: (weight - 1) & 0xff,
        weightHigh: (weight - 1) >> 8
      })),
      ...(resilient !== undefined && {
        groupType: NEXTHOP_GRP_TYPE.RES,
        resGroup: present({
          buckets: resilient.buckets,
          idleTimer: hundredths(resilient.idle),
          unbalancedTimer: hundredths(resilient.unbalanced)
        })
      })
    }
  })
}

/** The kernel counts in hundredths of a second. */
const hundredths = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : Math.round(seconds * 100)

const nexthopsIn = (answer: { readonly type: string }): ReadonlyArray<Nexthop> =>
  answer.type === 'RTM_NEWNEXTHOP' ? [nexthopOf(answer as unknown as NexthopMessage)] : []

const nexthopOf = ({ header, attributes }: NexthopMessage): Nexthop => {
  const { id = 0, gateway, oif, blackhole, group, groupType, resGroup, fdb } = attributes
  return present<Nexthop>({
    id,
    family: header.family === 2 ? 'ipv4' : header.family === 10 ? 'ipv6' : undefined,
    gateway,
    link: oif,
    onlink: (header.flags & RTNH_F.ONLINK) !== 0 ? true : undefined,
    blackhole,
    encap: encapIn(attributes),
    forwarding: fdb,
    group: group?.map(({ id: member, weight, weightHigh }) => ({
      id: member,
      weight: weight + (weightHigh << 8) + 1
    })),
    resilient:
      groupType === NEXTHOP_GRP_TYPE.RES && resGroup !== undefined
        ? present<Resilience>({
            buckets: resGroup.buckets,
            idle: (resGroup.idleTimer ?? 0) / 100,
            unbalanced: (resGroup.unbalancedTimer ?? 0) / 100
          })
        : undefined,
    protocol: header.protocol,
    scope: header.scope,
    flags: header.flags
  })
}

const bucketsOf = ({ attributes: { id = 0, resBucket } }: BucketMessage): ReadonlyArray<Bucket> =>
  resBucket === undefined
    ? []
    : [
        {
          id,
          index: resBucket.index ?? 0,
          nexthop: resBucket.nhId ?? 0,
          idle: Number(resBucket.idleTime ?? 0n) / 100
        }
      ]

/** Nexthops and groups as they come, change and go. */
export const changes = routeChanges(
  [RTNLGRP.NEXTHOP],
  { added: 'RTM_NEWNEXTHOP', removed: 'RTM_DELNEXTHOP' },
  told => [nexthopOf(told as unknown as NexthopMessage)],
  list()
)
