import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Message, ValueOf } from '../../protocol'
import { IP_CT_TCP_FLAG } from '../../protocol/conntrack/state'
import type { tuple } from '../../protocol/conntrack/tuple'
import { NLM_F } from '../../protocol/netlink/header'
import { addressFamilies } from '../ip/prefix'
import { type InvalidInput, invalidInput, type NetlinkError } from '../socket/error'
import { input } from '../socket/input'
import { keysOf, misspelt } from '../socket/key'
import { message, present } from '../socket/message'
import { type ListRequest, listing, type Request } from '../socket/request'
import type { Session } from '../socket/session'
import type { Source } from '../socket/subscription'
import {
  type Entry,
  type EntryRef,
  encodeTuple,
  entryOf,
  type Protocol,
  protocolNumber,
  protocols,
  type Status,
  statusBits,
  statuses,
  type TcpState,
  type Tuple,
  tcpStates,
  tupleKeys,
  turned
} from './entry'
import { type Filter, filterKeys, matches, question } from './filter'

export {
  type Counters,
  type Echo,
  type Entry,
  type EntryRef,
  type Protocol,
  protocols,
  type Status,
  statuses,
  type TcpState,
  type Tuple,
  tcpStates
} from './entry'
export type { Filter, TupleFilter } from './filter'

/** A connection to put into the table as if its packets had been seen. */
export interface NewEntry {
  readonly protocol: Protocol
  readonly original: Tuple
  /** Default: the original turned round, which is no NAT. Where it is another, packets are translated. */
  readonly reply?: Tuple
  /** Seconds that it may be silent. */
  readonly timeout: number
  readonly mark?: number
  readonly zone?: number
  readonly status?: ReadonlyArray<Status>
  /** Of a TCP connection. Its packets are then not held against the window, which nobody knows. */
  readonly tcpState?: TcpState
}

const keys = keysOf<NewEntry | EntryRef, Entry>({
  protocol: true,
  original: tupleKeys,
  reply: tupleKeys,
  timeout: true,
  mark: true,
  zone: true,
  status: true,
  tcpState: true,
  id: true,
  family: false,
  counters: false,
  helper: false,
  message: false
})

/** What can be changed of a connection that is there. */
export interface EntryChange {
  /** Seconds left. */
  readonly timeout?: number
  readonly mark?: number
}

const changeKeys = keysOf<EntryChange>({ timeout: true, mark: true })

const fields = {
  'header.nfgenFamily': 'family',
  'attributes.tupleOrig.ip': 'original.source',
  'attributes.tupleOrig.ip.v4Src': 'original.source',
  'attributes.tupleOrig.ip.v6Src': 'original.source',
  'attributes.tupleOrig.ip.v4Dst': 'original.destination',
  'attributes.tupleOrig.ip.v6Dst': 'original.destination',
  'attributes.tupleOrig.proto.num': 'protocol',
  'attributes.tupleOrig.proto.srcPort': 'original.sourcePort',
  'attributes.tupleOrig.proto.dstPort': 'original.destinationPort',
  'attributes.tupleOrig.proto.icmpId': 'original.icmp.id',
  'attributes.tupleOrig.proto.icmpType': 'original.icmp.type',
  'attributes.tupleOrig.proto.icmpCode': 'original.icmp.code',
  'attributes.tupleOrig.proto.icmpv6Id': 'original.icmp.id',
  'attributes.tupleOrig.proto.icmpv6Type': 'original.icmp.type',
  'attributes.tupleOrig.proto.icmpv6Code': 'original.icmp.code',
  'attributes.tupleOrig.zone': 'original.zone',
  'attributes.tupleReply.ip': 'reply.source',
  'attributes.tupleReply.ip.v4Src': 'reply.source',
  'attributes.tupleReply.ip.v6Src': 'reply.source',
  'attributes.tupleReply.ip.v4Dst': 'reply.destination',
  'attributes.tupleReply.ip.v6Dst': 'reply.destination',
  'attributes.tupleReply.proto.num': 'protocol',
  'attributes.tupleReply.proto.srcPort': 'reply.sourcePort',
  'attributes.tupleReply.proto.dstPort': 'reply.destinationPort',
  'attributes.tupleReply.zone': 'reply.zone',
  'attributes.status': 'status',
  'attributes.timeout': 'timeout',
  'attributes.mark': 'mark',
  'attributes.markMask': 'markMask',
  'attributes.zone': 'zone',
  'attributes.id': 'id',
  'attributes.protoinfo': 'tcpState',
  'attributes.natSrc': 'reply.destination',
  'attributes.natSrc.proto': 'reply.destinationPort',
  'attributes.natDst': 'reply.source',
  'attributes.natDst.proto': 'reply.sourcePort'
}

const absent = 'there is no such connection'

/** The kernel says the same to whoever may not change anything. */
const fixed =
  'the timeout of a connection with the status fixedTimeout stays; to change others CAP_NET_ADMIN in the namespace is needed'

const incomplete = 'ports are needed with a protocol that has them, and icmp with ICMP'

const entries = (operation: string, filter: Filter): ListRequest<Entry> =>
  misspelt(operation, filter, filterKeys) ??
  listing({
    operation,
    protocol: 'netfilter',
    messages: () => question(operation, filter),
    entries: answer => entriesIn(answer).filter(matches(filter)),
    fields,
    hints: { EINVAL: 'perhaps the module nf_conntrack_netlink is not there' }
  })

/**
 * Lists tracked connections: `conntrack -L`. With a family, or an address that tells it, the kernel itself leaves out
 * what is not meant; networks, states and, on older kernels, more are compared here.
 */
export const list = (filter: Filter = {}): ListRequest<Entry> => entries('conntrack.list', filter)

/** One connection, by the tuple of either direction: `conntrack -G`. */
export const get = (entry: EntryRef): Request<Entry> =>
  misspelt('conntrack.get', entry, keys) ?? {
    operation: 'conntrack.get',
    protocol: 'netfilter',
    answering: 'single',
    messages: () =>
      pipe(
        bodyOf('conntrack.get', entry),
        // The answer says that more will come, which never does; the acknowledgement ends it.
        E.map(body => [message('IPCTNL_MSG_CT_GET', NLM_F.REQUEST | NLM_F.ACK, body)])
      ),
    read: answers => answers.flatMap(entriesIn)[0] as Entry,
    fields,
    hints: { ENOENT: absent, EINVAL: incomplete }
  }

/** Puts a connection into the table: `conntrack -I`. */
export const add = (entry: NewEntry): Request<void> =>
  misspelt('conntrack.add', entry, keys) ?? {
    operation: 'conntrack.add',
    protocol: 'netfilter',
    answering: 'acknowledged',
    messages: () =>
      pipe(
        newBody('conntrack.add', entry),
        E.map(body => [message('IPCTNL_MSG_CT_NEW', NLM_F.REQUEST | NLM_F.CREATE | NLM_F.EXCL, body)])
      ),
    read: () => undefined,
    fields,
    hints: { EEXIST: 'one of its tuples is taken', EINVAL: incomplete }
  }

/** Changes a connection: `conntrack -U`. */
export const set = (entry: EntryRef, change: EntryChange): Request<void> =>
  misspelt('conntrack.set', entry, keys) ??
  misspelt('conntrack.set', change, changeKeys) ?? {
    operation: 'conntrack.set',
    protocol: 'netfilter',
    answering: 'acknowledged',
    messages: () =>
      pipe(
        bodyOf('conntrack.set', entry),
        E.map(({ header, attributes }) => [
          message('IPCTNL_MSG_CT_NEW', NLM_F.REQUEST, {
            header,
            attributes: present({ ...attributes, timeout: change.timeout, mark: change.mark })
          })
        ])
      ),
    read: () => undefined,
    fields,
    hints: { ENOENT: absent, EINVAL: incomplete, ...(change.timeout !== undefined && { EPERM: fixed }) }
  }

/** Forgets one connection: its next packet is taken for that of a new one. */
export const forget = (entry: EntryRef): Request<void> => forgetting('conntrack.forget', entry)

const forgetting = (operation: string, entry: EntryRef): Request<void> =>
  misspelt(operation, entry, keys) ?? {
    operation,
    protocol: 'netfilter',
    answering: 'acknowledged',
    messages: () =>
      pipe(
        bodyOf(operation, entry),
        E.map(body => [message('IPCTNL_MSG_CT_DELETE', NLM_F.REQUEST, body)])
      ),
    read: () => undefined,
    fields,
    hints: { ENOENT: absent, EINVAL: incomplete }
  }

/**
 * Forgets all connections that a filter means, and says how many: `conntrack -D`. They are listed, then forgotten one
 * by one; one that has ended in between does not count.
 */
export const remove =
  (filter: Filter) =>
  ({ send, batch }: Pick<Session, 'send' | 'batch'>): TE.TaskEither<NetlinkError, number> =>
    pipe(
      send(entries('conntrack.remove', filter)),
      TE.chainTaskK(entries => batch(entries.map(entry => forgetting('conntrack.remove', entry)))),
      TE.chainEitherK(counted)
    )

const counted = (results: ReadonlyArray<E.Either<NetlinkError, void>>): E.Either<NetlinkError, number> => {
  const refused = results
    .filter(E.isLeft)
    .find(({ left }) => left._tag !== 'Rejected' || left.code !== 'ENOENT')
  return refused ?? E.right(results.filter(E.isRight).length)
}

/** Forgets all connections of a family, of both by default, but for those in a flowtable: `conntrack -F`. */
export const flush = (family?: 'ipv4' | 'ipv6'): Request<void> => ({
  operation: 'conntrack.flush',
  protocol: 'netfilter',
  answering: 'acknowledged',
  messages: () =>
    pipe(
      input('conntrack.flush').named('family', addressFamilies, family),
      // Version 0 asks for all families, whichever is named.
      E.map(nfgenFamily => [
        message('IPCTNL_MSG_CT_DELETE', NLM_F.REQUEST, {
          header: nfgenFamily === undefined ? {} : { nfgenFamily, version: 1 }
        })
      ])
    ),
  read: () => undefined,
  fields
})

const entriesIn = (answer: Message): ReadonlyArray<Entry> =>
  answer.type === 'IPCTNL_MSG_CT_NEW' ? [entryOf(answer)] : []

/** NFNLGRP_CONNTRACK_NEW, _UPDATE and _DESTROY. <linux/netfilter/nfnetlink_compat.h> */
const groups = [1, 2, 3]

/** What becomes of connections: `conntrack -E`. The kernel tells of it with net.netfilter.nf_conntrack_events. */
export const changes: Source<Entry, 'added' | 'changed' | 'removed'> = {
  protocol: 'netfilter',
  groups,
  read: told =>
    told.type === 'IPCTNL_MSG_CT_DELETE'
      ? [{ change: 'removed', value: entryOf(told) }]
      : entriesIn(told).map(value => ({
          change: (told.flags & NLM_F.CREATE) === 0 ? 'changed' : 'added',
          value
        })),
  list: list()
}

interface Body {
  readonly header: { readonly nfgenFamily: number }
  readonly attributes: object
}

const bodyOf = (
  operation: string,
  { protocol, original, zone, id }: EntryRef
): E.Either<InvalidInput, Body> =>
  pipe(
    protocolNumber(operation, protocol),
    E.chain(number => encodeTuple(operation, 'original', number, original)),
    E.map(({ family, tuple }) => ({
      header: { nfgenFamily: family },
      attributes: present({ tupleOrig: tuple, zone: zone === 0 ? undefined : zone, id })
    }))
  )

const liberal = { flags: IP_CT_TCP_FLAG.BE_LIBERAL, mask: IP_CT_TCP_FLAG.BE_LIBERAL }

type WireTuple = ValueOf<typeof tuple>

/** The end of a reply that translation gave it, and that it would have without. */
const endsOf = (
  { ip, proto }: WireTuple,
  side: 'source' | 'destination'
): { readonly address: string | undefined; readonly port: number | undefined } => {
  // The id of an exchange is its source's, as a port is.
  const id = side === 'destination' ? (proto?.icmpId ?? proto?.icmpv6Id) : undefined
  return side === 'source'
    ? { address: ip?.v4Src ?? ip?.v6Src, port: proto?.srcPort }
    : { address: ip?.v4Dst ?? ip?.v6Dst, port: proto?.dstPort ?? id }
}

/** A range of one address and port to translate to. */
const rangeOf = (family: number, { address, port }: ReturnType<typeof endsOf>): object =>
  present({
    ...(family === addressFamilies.ipv4 ? { v4Minip: address } : { v6Minip: address }),
    proto: port === undefined ? undefined : { portMin: port, portMax: port }
  })

/**
 * How the kernel is told that replies do not come the way back. It notes a translation only if it makes it itself: it is
 * given the tuple as it would be without, and what to translate to.
 */
const translated = (family: number, straight: WireTuple, back: WireTuple, bits: number) => {
  const differs = (side: 'source' | 'destination'): boolean => {
    const [there, here] = [endsOf(straight, side), endsOf(back, side)]
    return there.address !== here.address || there.port !== here.port
  }
  const [source, destination] = [differs('destination'), differs('source')]
  // Translation has seen the connection and left it as it was.
  const seen = (bits & (statuses.srcNatDone | statuses.dstNatDone)) !== 0
  return {
    source,
    destination,
    attributes: {
      tupleReply: { ...back, ip: straight.ip, proto: { ...back.proto, ...portsOf(straight) } },
      natSrc: source || (seen && !destination) ? rangeOf(family, endsOf(back, 'destination')) : undefined,
      natDst: destination ? rangeOf(family, endsOf(back, 'source')) : undefined
    }
  }
}

const portsOf = ({ proto = {} }: WireTuple): object => {
  const { srcPort, dstPort, icmpId, icmpv6Id } = proto
  return present({ srcPort, dstPort, icmpId, icmpv6Id })
}

const newBody = (operation: string, entry: NewEntry): E.Either<InvalidInput, Body> => {
  const { original, reply = turned(original), timeout, mark, zone, tcpState } = entry
  return pipe(
    E.Do,
    E.bind('number', () => protocolNumber(operation, entry.protocol)),
    E.bind('there', ({ number }) => encodeTuple(operation, 'original', number, original)),
    E.bind('back', ({ number }) => encodeTuple(operation, 'reply', number, reply)),
    E.bind('straight', ({ number }) => encodeTuple(operation, 'original', number, turned(original))),
    E.bind('bits', () => statusBits(operation, entry.status ?? [])),
    E.bind('state', () => input(operation).named('tcpState', tcpStates, tcpState)),
    E.chain(({ number, there, back, straight, bits, state }) => {
      if (there.family !== back.family)
        return E.left(invalidInput(operation, 'reply', 'is not of the family of original'))
      if (state !== undefined && number !== protocols.tcp)
        return E.left(invalidInput(operation, 'tcpState', 'is for TCP alone'))
      const { source, destination, attributes } = translated(there.family, straight.tuple, back.tuple, bits)
      const wrong =
        (bits & statuses.srcNat) !== 0 && !source
          ? 'srcNat says that the source is translated, and reply leads back to it'
          : (bits & statuses.dstNat) !== 0 && !destination
            ? 'dstNat says that the destination is translated, and reply comes from it'
            : undefined
      if (wrong !== undefined) return E.left(invalidInput(operation, 'status', wrong))
      return E.right({
        header: { nfgenFamily: there.family },
        attributes: present({
          tupleOrig: there.tuple,
          ...attributes,
          // All that is in the table is confirmed, and the kernel will not have it said otherwise.
          status: bits === 0 ? undefined : bits | statuses.confirmed,
          timeout,
          mark,
          zone,
          protoinfo:
            state === undefined ? undefined : { tcp: { state, flagsOriginal: liberal, flagsReply: liberal } }
        })
      })
    })
  )
}
