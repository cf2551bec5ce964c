import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { ValueOf } from '../../protocol'
import { type Connection as ConnectionMessage, type counters, IPS } from '../../protocol/conntrack/connection'
import { TCP_CONNTRACK } from '../../protocol/conntrack/state'
import type { tuple } from '../../protocol/conntrack/tuple'
import { addressFamilies, familyOf } from '../ip/prefix'
import { type InvalidInput, invalidInput } from '../socket/error'
import { input } from '../socket/input'
import { keysOf } from '../socket/key'
import { present } from '../socket/message'

/** IPPROTO_* of the protocols that the kernel tracks by more than addresses. <netinet/in.h> */
export const protocols = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  icmpv6: 58,
  sctp: 132,
  udplite: 136
} as const

/** A protocol by its name, or any by its number. */
export type Protocol = keyof typeof protocols | number

/** IPS_* bits. <linux/netfilter/nf_conntrack_common.h> */
export const statuses = {
  /** Another connection led to it. */
  expected: IPS.EXPECTED,
  /** Packets went both ways. */
  seenReply: IPS.SEEN_REPLY,
  /** Not dropped early when the table is full. */
  assured: IPS.ASSURED,
  /** Its first packet has left the machine. */
  confirmed: IPS.CONFIRMED,
  srcNat: IPS.SRC_NAT,
  dstNat: IPS.DST_NAT,
  seqAdjust: IPS.SEQ_ADJUST,
  srcNatDone: IPS.SRC_NAT_DONE,
  dstNatDone: IPS.DST_NAT_DONE,
  dying: IPS.DYING,
  /** Packets do not renew its timeout. */
  fixedTimeout: IPS.FIXED_TIMEOUT,
  template: IPS.TEMPLATE,
  untracked: IPS.UNTRACKED,
  helper: IPS.HELPER,
  /** Its packets pass through a flowtable. */
  offload: IPS.OFFLOAD,
  hwOffload: IPS.HW_OFFLOAD
} as const

export type Status = keyof typeof statuses

/** TCP_CONNTRACK_*. <linux/netfilter/nf_conntrack_tcp.h> */
export const tcpStates = {
  none: TCP_CONNTRACK.NONE,
  synSent: TCP_CONNTRACK.SYN_SENT,
  synRecv: TCP_CONNTRACK.SYN_RECV,
  established: TCP_CONNTRACK.ESTABLISHED,
  finWait: TCP_CONNTRACK.FIN_WAIT,
  closeWait: TCP_CONNTRACK.CLOSE_WAIT,
  lastAck: TCP_CONNTRACK.LAST_ACK,
  timeWait: TCP_CONNTRACK.TIME_WAIT,
  close: TCP_CONNTRACK.CLOSE,
  /** Both ends opened at once. */
  synSent2: TCP_CONNTRACK.SYN_SENT2
} as const

export type TcpState = keyof typeof tcpStates

/** What tells apart the exchanges of ICMP between two addresses. */
export interface Echo {
  readonly id: number
  readonly type: number
  readonly code: number
}

/** One direction of a connection. */
export interface Tuple {
  readonly source: string
  readonly destination: string
  /** Of protocols with ports; of GRE the key. */
  readonly sourcePort?: number
  readonly destinationPort?: number
  /** Of ICMP and ICMPv6. */
  readonly icmp?: Echo
  /** The zone, where it holds for this direction alone. */
  readonly zone?: number
}

const echo = keysOf<Echo>({ id: true, type: true, code: true })

export const tupleKeys = keysOf<Tuple>({
  source: true,
  destination: true,
  sourcePort: true,
  destinationPort: true,
  icmp: echo,
  zone: true
})

/** What one direction has carried. */
export interface Counters {
  readonly packets: bigint
  readonly bytes: bigint
}

/** A tracked connection: `conntrack -L`. <linux/netfilter/nfnetlink_conntrack.h> */
export interface Entry {
  readonly id: number
  readonly family: 'ipv4' | 'ipv6'
  readonly protocol: Protocol
  /** As its first packet had it. */
  readonly original: Tuple
  /** As answers have it before they are translated back: with NAT this is not the original turned round. */
  readonly reply: Tuple
  readonly status: ReadonlyArray<Status>
  /** Seconds left; none while a flowtable has its packets. */
  readonly timeout?: number
  readonly mark: number
  readonly zone: number
  readonly tcpState?: TcpState
  /** Kept only with net.netfilter.nf_conntrack_acct. */
  readonly counters?: { readonly original: Counters; readonly reply: Counters }
  /** The module that reads along to expect further connections: `ftp`. */
  readonly helper?: string
  /** The message as it came, for what has no member here. */
  readonly message: ConnectionMessage
}

/** Which connection is meant. An entry of a list serves as it is. */
export interface EntryRef {
  readonly protocol: Protocol
  readonly original: Tuple
  readonly zone?: number
  /** With it, a newer connection with the same tuple is not meant. */
  readonly id?: number
}

export const entryOf = ({ header, attributes }: ConnectionMessage): Entry => {
  const { id, tupleOrig, tupleReply, status, timeout, mark, zone, protoinfo, help } = attributes
  const state = protoinfo?.tcp?.state
  return present<Entry>({
    id: id ?? 0,
    family: header.nfgenFamily === addressFamilies.ipv6 ? 'ipv6' : 'ipv4',
    protocol: named(protocols, tupleOrig?.proto?.num ?? 0) ?? tupleOrig?.proto?.num ?? 0,
    original: tupleOf(tupleOrig),
    reply: tupleOf(tupleReply),
    status: statusesIn(status ?? 0),
    timeout,
    mark: mark ?? 0,
    zone: zone ?? 0,
    tcpState: state === undefined ? undefined : named(tcpStates, state),
    counters: countersOf(attributes.countersOrig, attributes.countersReply),
    helper: help?.name,
    message: { header, attributes }
  })
}

const named = <K extends string>(table: { readonly [_ in K]: number }, number: number): K | undefined =>
  Object.entries(table).find(([, each]) => each === number)?.[0] as K | undefined

const statusesIn = (bits: number): ReadonlyArray<Status> =>
  (Object.keys(statuses) as ReadonlyArray<Status>).filter(name => (bits & statuses[name]) !== 0)

type TupleValue = ValueOf<typeof tuple>

const tupleOf = ({ ip, proto, zone }: TupleValue = {}): Tuple => {
  const id = proto?.icmpId ?? proto?.icmpv6Id
  return present<Tuple>({
    source: ip?.v4Src ?? ip?.v6Src ?? '',
    destination: ip?.v4Dst ?? ip?.v6Dst ?? '',
    sourcePort: proto?.srcPort,
    destinationPort: proto?.dstPort,
    icmp:
      id === undefined
        ? undefined
        : {
            id,
            type: proto?.icmpType ?? proto?.icmpv6Type ?? 0,
            code: proto?.icmpCode ?? proto?.icmpv6Code ?? 0
          },
    zone
  })
}

type CountersValue = ValueOf<typeof counters>

const countersOf = (
  original: CountersValue | undefined,
  reply: CountersValue | undefined
): Entry['counters'] =>
  original === undefined && reply === undefined
    ? undefined
    : { original: countersIn(original), reply: countersIn(reply) }

const countersIn = ({ packets = 0n, bytes = 0n }: CountersValue = {}): Counters => ({ packets, bytes })

/** The number of a protocol that a caller gave by name or number. */
export const protocolNumber = (operation: string, protocol: Protocol): E.Either<InvalidInput, number> =>
  typeof protocol === 'number'
    ? E.right(protocol)
    : pipe(
        input(operation).named('protocol', protocols, protocol),
        E.map(number => number as number)
      )

/** The bits of a caller's statuses. */
export const statusBits = (
  operation: string,
  status: ReadonlyArray<Status>
): E.Either<InvalidInput, number> =>
  pipe(
    status,
    E.traverseArray(name => input(operation).named('status', statuses, name)),
    E.map(bits => bits.reduce<number>((all, bit) => all | (bit ?? 0), 0))
  )

/** A caller's tuple on the wire, and the family of its addresses. */
export const encodeTuple = (
  operation: string,
  field: string,
  number: number,
  given: Tuple
): E.Either<InvalidInput, { readonly family: number; readonly tuple: TupleValue }> => {
  const read = input(operation)
  return pipe(
    E.Do,
    E.bind('source', () => read.address(`${field}.source`, given.source)),
    E.bind('destination', () => read.address(`${field}.destination`, given.destination)),
    E.chain(({ source = '', destination = '' }) => {
      const family = familyOf(source)
      if (family === undefined) return E.left(invalidInput(operation, `${field}.source`, 'is missing'))
      if (family !== familyOf(destination))
        return E.left(invalidInput(operation, `${field}.destination`, `is not of the family of ${source}`))
      const ip =
        family === 'ipv4' ? { v4Src: source, v4Dst: destination } : { v6Src: source, v6Dst: destination }
      return E.right({
        family: addressFamilies[family],
        tuple: present<TupleValue>({
          ip,
          proto: present({
            num: number,
            srcPort: given.sourcePort,
            dstPort: given.destinationPort,
            ...(number === protocols.icmp && {
              icmpId: given.icmp?.id,
              icmpType: given.icmp?.type,
              icmpCode: given.icmp?.code
            }),
            ...(number === protocols.icmpv6 && {
              icmpv6Id: given.icmp?.id,
              icmpv6Type: given.icmp?.type,
              icmpv6Code: given.icmp?.code
            })
          }),
          zone: given.zone
        })
      })
    })
  )
}

/** What ICMP answers to each type that asks: echo, timestamp, information and address mask; ICMPv6's echo. */
const icmpAnswers: { readonly [type: number]: number } = { 8: 0, 13: 14, 15: 16, 17: 18, 128: 129 }

/** The tuple that answers have when nothing is translated. */
export const turned = ({ source, destination, sourcePort, destinationPort, icmp, zone }: Tuple): Tuple =>
  present<Tuple>({
    source: destination,
    destination: source,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
    icmp: icmp === undefined ? undefined : { ...icmp, type: icmpAnswers[icmp.type] ?? icmp.type },
    zone
  })
