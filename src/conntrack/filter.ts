import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Message } from '../../protocol'
import { CTA_FILTER_F } from '../../protocol/conntrack/connection'
import { NLM_F } from '../../protocol/netlink/header'
import { addressFamilies, contains, type Prefix } from '../ip/prefix'
import { type InvalidInput, invalidInput } from '../socket/error'
import { input } from '../socket/input'
import { keysOf } from '../socket/key'
import { message, present } from '../socket/message'
import {
  type Entry,
  type Protocol,
  protocolNumber,
  protocols,
  type Status,
  statusBits,
  type TcpState,
  type Tuple,
  tcpStates
} from './entry'

/** What one direction must be like. */
export interface TupleFilter {
  /** An address, or a network: `10.0.0.0/8`. */
  readonly source?: string
  readonly destination?: string
  readonly sourcePort?: number
  readonly destinationPort?: number
}

/** An entry's tuple serves as it is. */
const tupleKeys = keysOf<TupleFilter, Tuple>({
  source: true,
  destination: true,
  sourcePort: true,
  destinationPort: true,
  icmp: false,
  zone: false
})

/** Which connections are meant: those to which all that is given applies. */
export interface Filter {
  readonly family?: 'ipv4' | 'ipv6'
  readonly protocol?: Protocol
  readonly original?: TupleFilter
  readonly reply?: TupleFilter
  readonly mark?: number
  /** The bits of the mark that count; all by default. */
  readonly markMask?: number
  readonly zone?: number
  /** They have all of these. */
  readonly status?: ReadonlyArray<Status>
  readonly tcpState?: TcpState
}

export const filterKeys = keysOf<Filter>({
  family: true,
  protocol: true,
  original: tupleKeys,
  reply: tupleKeys,
  mark: true,
  markMask: true,
  zone: true,
  status: true,
  tcpState: true
})

/** A filter whose members have been read. */
interface Criteria {
  readonly family: 'ipv4' | 'ipv6' | undefined
  readonly protocol: number | undefined
  readonly original: Direction
  readonly reply: Direction
  readonly status: number
}

interface Direction {
  readonly source: Prefix | undefined
  readonly destination: Prefix | undefined
  readonly sourcePort: number | undefined
  readonly destinationPort: number | undefined
}

const widths = { ipv4: 32, ipv6: 128 } as const

const isHost = (prefix: Prefix | undefined): prefix is Prefix =>
  prefix !== undefined && prefix.length === widths[prefix.family]

/** Reads a filter; Left says which member is wrong. */
const criteria = (operation: string, filter: Filter): E.Either<InvalidInput, Criteria> =>
  pipe(
    E.Do,
    E.bind('protocol', () =>
      filter.protocol === undefined ? E.right(undefined) : protocolNumber(operation, filter.protocol)
    ),
    E.bind('original', () => direction(operation, 'original', filter.original)),
    E.bind('reply', () => direction(operation, 'reply', filter.reply)),
    E.bind('status', () => statusBits(operation, filter.status ?? [])),
    E.chainFirst(() => input(operation).named('tcpState', tcpStates, filter.tcpState)),
    E.bind('family', ({ original, reply }) => familyIn(operation, filter.family, original, reply))
  )

const direction = (
  operation: string,
  name: 'original' | 'reply',
  given: TupleFilter = {}
): E.Either<InvalidInput, Direction> =>
  pipe(
    E.Do,
    E.bind('source', () => input(operation).prefix(`${name}.source`, given.source)),
    E.bind('destination', () => input(operation).prefix(`${name}.destination`, given.destination)),
    E.map(({ source, destination }) => ({
      source,
      destination,
      sourcePort: given.sourcePort,
      destinationPort: given.destinationPort
    }))
  )

/** NAT does not change the family, so that of any address is that of all. */
const familyIn = (
  operation: string,
  given: Filter['family'],
  original: Direction,
  reply: Direction
): E.Either<InvalidInput, Filter['family']> => {
  const places = {
    'original.source': original.source,
    'original.destination': original.destination,
    'reply.source': reply.source,
    'reply.destination': reply.destination
  }
  let family = given
  for (const [field, prefix] of Object.entries(places)) {
    if (prefix === undefined) continue
    family ??= prefix.family
    if (family !== prefix.family)
      return E.left(invalidInput(operation, field, `is of ${prefix.family}, and another member of ${family}`))
  }
  return E.right(family)
}

const withPorts: ReadonlyArray<number | undefined> = [
  protocols.tcp,
  protocols.udp,
  protocols.dccp,
  protocols.sctp,
  protocols.udplite
]

/**
 * The part of a direction's criteria that the kernel can compare: whole addresses, ports of a given protocol. Of IPv6
 * it lists the connections that do not have the address: ctnetlink_filter_match_tuple reads ipv6_addr_cmp the wrong
 * way round. So that is left to us.
 */
const tupleFilter = (
  family: 'ipv4' | 'ipv6',
  protocol: number | undefined,
  { source, destination, sourcePort, destinationPort }: Direction
): { readonly flags: number; readonly tuple: object } | undefined => {
  const ports = withPorts.includes(protocol)
  const comparable = (prefix: Prefix | undefined): prefix is Prefix => family === 'ipv4' && isHost(prefix)
  const flags =
    (comparable(source) ? CTA_FILTER_F.CTA_IP_SRC : 0) |
    (comparable(destination) ? CTA_FILTER_F.CTA_IP_DST : 0) |
    (protocol !== undefined ? CTA_FILTER_F.CTA_PROTO_NUM : 0) |
    (ports && sourcePort !== undefined ? CTA_FILTER_F.CTA_PROTO_SRC_PORT : 0) |
    (ports && destinationPort !== undefined ? CTA_FILTER_F.CTA_PROTO_DST_PORT : 0)
  if (flags === 0) return undefined
  return {
    flags,
    tuple: {
      ip: present({
        v4Src: comparable(source) ? source.address : undefined,
        v4Dst: comparable(destination) ? destination.address : undefined
      }),
      proto: present({
        num: protocol,
        srcPort: ports ? sourcePort : undefined,
        dstPort: ports ? destinationPort : undefined
      })
    }
  }
}

/** The question for a filter's connections. A kernel that cannot compare something lists more than was asked for. */
export const question = (operation: string, filter: Filter): E.Either<InvalidInput, ReadonlyArray<Message>> =>
  pipe(
    criteria(operation, filter),
    E.map(({ family, protocol, original, reply, status }) => {
      // Tuples can be compared only within a family, since they are of one.
      const orig = family === undefined ? undefined : tupleFilter(family, protocol, original)
      const back = family === undefined ? undefined : tupleFilter(family, protocol, reply)
      const { mark, zone } = filter
      return [
        message('IPCTNL_MSG_CT_GET', NLM_F.REQUEST | NLM_F.DUMP, {
          header: { nfgenFamily: family === undefined ? 0 : addressFamilies[family] },
          attributes: present({
            tupleOrig: orig?.tuple,
            tupleReply: back?.tuple,
            filter:
              orig === undefined && back === undefined
                ? undefined
                : { origFlags: orig?.flags ?? 0, replyFlags: back?.flags ?? 0 },
            mark,
            markMask: mark === undefined ? undefined : (filter.markMask ?? 0xffffffff),
            zone,
            ...(status !== 0 && { status, statusMask: status })
          })
        })
      ]
    })
  )

/** Whether a filter means an entry. */
export const matches = (filter: Filter): ((entry: Entry) => boolean) => {
  const read = criteria('conntrack', filter)
  if (E.isLeft(read)) return () => false
  const { family, original, reply } = read.right
  const { protocol, mark, markMask = 0xffffffff, zone, tcpState, status = [] } = filter
  const name = Object.entries(protocols).find(([, number]) => number === protocol)?.[0] ?? protocol
  return entry =>
    (family === undefined || entry.family === family) &&
    (protocol === undefined || entry.protocol === name) &&
    (mark === undefined || (entry.mark & markMask) >>> 0 === mark) &&
    (zone === undefined || entry.zone === zone) &&
    (tcpState === undefined || entry.tcpState === tcpState) &&
    status.every(each => entry.status.includes(each)) &&
    fits(original, entry.original) &&
    fits(reply, entry.reply)
}

const fits = (wanted: Direction, tuple: Entry['original']): boolean =>
  covers(wanted.source, tuple.source) &&
  covers(wanted.destination, tuple.destination) &&
  (wanted.sourcePort === undefined || wanted.sourcePort === tuple.sourcePort) &&
  (wanted.destinationPort === undefined || wanted.destinationPort === tuple.destinationPort)

const covers = (prefix: Prefix | undefined, address: string): boolean =>
  prefix === undefined || (isHost(prefix) ? prefix.address === address : contains(prefix, address))
