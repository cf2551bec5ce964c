import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { NLM_F } from '../../protocol/netlink/header'
import { RTNLGRP } from '../../protocol/rtnetlink/group'
import type { Qdisc as QdiscMessage } from '../../protocol/rtnetlink/qdisc'
import { invalidInput } from '../socket/error'
import { parsed } from '../socket/input'
import { keysOf, misspelt } from '../socket/key'
import { message, present } from '../socket/message'
import { type LinkRef, type ListRequest, listing, type Request } from '../socket/request'
import { routeChanges } from '../socket/subscription'
import type { Given } from '../traffic/given'
import { formatHandle, formatPlace, type Handle, parseHandle, qdiscPlaces } from '../traffic/handle'
import { ranged } from '../traffic/range'
import { type Statistics, statisticsIn } from '../traffic/statistics'
import { qdiscKind } from './feature'
import type { QdiscKind, QdiscOptions } from './kind'

export type { Given } from '../traffic/given'
export type { Handle } from '../traffic/handle'
export type { Statistics } from '../traffic/statistics'
export * from './htb'
export type { QdiscKind, QdiscOptions } from './kind'
export * from './netem'
export * from './tbf'

type Attributes = QdiscMessage['attributes']

/** Where a qdisc stands: for all that goes out, for all that comes in, or below a class. */
export type QdiscPlace = 'root' | 'ingress' | Handle

/** A queueing discipline, which says what waits for a link and in which order: `tc qdisc`. man 8 tc */
export interface Qdisc {
  /** Index of the link. */
  readonly link: number
  readonly kind: string
  /** `1:`, by which classes and filters refer to it; `:` if the kernel made it by itself. */
  readonly handle: Handle
  readonly parent: QdiscPlace
  readonly options?: Attributes['options']
  readonly statistics?: Statistics
  /** What its kind counts besides. */
  readonly ownStatistics?: Attributes['xstats']
  /** The block of filters, shared by several links, that packets coming in run through. */
  readonly ingressBlock?: number
  readonly egressBlock?: number
  /** Hardware does it. */
  readonly offloaded?: boolean
  /** The message as it came, for what has no member here. */
  readonly message: QdiscMessage
}

export interface NewQdiscBase {
  readonly link: LinkRef
  /** Default: ingress for the kinds `ingress` and `clsact`, else root. */
  readonly parent?: QdiscPlace
  /** Default: the kernel chooses one. */
  readonly handle?: Handle
  readonly ingressBlock?: number
  readonly egressBlock?: number
}

export type NewQdisc = NewQdiscBase &
  (
    | { [K in QdiscKind]: { readonly kind: K; readonly options?: Given<QdiscOptions<K>> } }[QdiscKind]
    | { readonly kind: string; readonly options?: undefined }
  )

const keys = keysOf<NewQdisc, Qdisc>({
  link: true,
  parent: true,
  handle: true,
  kind: true,
  options: true,
  ingressBlock: true,
  egressBlock: true,
  statistics: false,
  ownStatistics: false,
  offloaded: false,
  message: false
})

/** What tells one qdisc from others: its place. */
export interface QdiscKey {
  readonly link: LinkRef
  /** Default: root. */
  readonly parent?: QdiscPlace
}

export interface QdiscFilter {
  readonly link?: LinkRef
  /** Those that the kernel makes by itself, too. */
  readonly invisible?: boolean
}

const filterKeys = keysOf<QdiscFilter>({ link: true, invisible: true })

const fields = {
  'attributes.kind': 'kind',
  'attributes.options': 'options',
  'attributes.ingressBlock': 'ingressBlock',
  'attributes.egressBlock': 'egressBlock',
  'header.ifindex': 'link',
  'header.parent': 'parent',
  'header.handle': 'handle'
}

/** Lists qdiscs, of all links or of one: `tc qdisc show`. */
export const list = (filter: QdiscFilter = {}): ListRequest<Qdisc> =>
  misspelt('qdisc.list', filter, filterKeys) ??
  listing({
    operation: 'qdisc.list',
    protocol: 'route',
    links: filter.link === undefined ? [] : [filter.link],
    messages: () =>
      E.right([
        message('RTM_GETQDISC', NLM_F.REQUEST | NLM_F.DUMP, {
          attributes: present({ dumpInvisible: filter.invisible || undefined })
        })
      ]),
    // The kernel knows no dump of one link's.
    entries: (answer, known) =>
      qdiscsIn(answer).filter(({ link }) => filter.link === undefined || known.indexOf(filter.link) === link),
    fields
  })

/** The qdisc at a place: `tc qdisc get`. */
export const get = (key: QdiscKey): Request<Qdisc> =>
  misspelt('qdisc.get', key, keys) ?? {
    operation: 'qdisc.get',
    protocol: 'route',
    answering: 'single',
    links: [key.link],
    messages: known =>
      pipe(
        parsed('qdisc.get', 'parent', key.parent ?? 'root', text => parseHandle(text, qdiscPlaces)),
        E.map(parent => [
          // The kernel answers by a notification, which the asker gets only if he asks for an echo.
          message('RTM_GETQDISC', NLM_F.REQUEST | NLM_F.ECHO, {
            header: { ifindex: known.indexOf(key.link), parent: parent ?? 0 }
          })
        ])
      ),
    read: answers => answers.flatMap(qdiscsIn)[0] as Qdisc,
    fields,
    hints: { ENOENT: 'there is no qdisc at this place' }
  }

/** Puts a qdisc where there is none but the kernel's own: `tc qdisc add`. */
export const add = (qdisc: NewQdisc): Request<void> =>
  change('qdisc.add', NLM_F.CREATE | NLM_F.EXCL, qdisc, {
    EEXIST: 'there is a qdisc at this place already; replace changes it'
  })

/** Puts a qdisc in the place of whichever is there: `tc qdisc replace`. One of the same kind is changed. */
export const replace = (qdisc: NewQdisc): Request<void> =>
  change('qdisc.replace', NLM_F.CREATE | NLM_F.REPLACE, qdisc)

/** Changes the qdisc that is at this place, of the same kind: `tc qdisc change`. Its classes and queues stay. */
export const set = (qdisc: NewQdisc): Request<void> =>
  change('qdisc.set', 0, qdisc, {
    ENOENT: 'there is no qdisc at this place but the kernel’s own; replace puts one there',
    EINVAL: 'the qdisc at this place may be of another kind; replace puts this one in its place'
  })

/** Removes a qdisc with all below it; the kernel puts its own there: `tc qdisc delete`. */
export const remove = (key: QdiscKey): Request<void> =>
  misspelt('qdisc.remove', key, keys) ?? {
    operation: 'qdisc.remove',
    protocol: 'route',
    answering: 'acknowledged',
    links: [key.link],
    messages: known =>
      pipe(
        parsed('qdisc.remove', 'parent', key.parent ?? 'root', text => parseHandle(text, qdiscPlaces)),
        E.map(parent => [
          message('RTM_DELQDISC', NLM_F.REQUEST, {
            header: { ifindex: known.indexOf(key.link), parent: parent ?? 0 }
          })
        ])
      ),
    read: () => undefined,
    fields,
    hints: {
      ENOENT: 'there is no qdisc at this place but the kernel’s own',
      EINVAL: 'there is no qdisc at this place'
    }
  }

const change = (
  operation: string,
  flags: number,
  given: NewQdisc,
  hints: Request<void>['hints'] = {}
): Request<void> => {
  const filtering = given.kind === 'ingress' || given.kind === 'clsact'
  return (
    misspelt(operation, given, keys) ?? {
      operation,
      protocol: 'route',
      answering: 'acknowledged',
      links: [given.link],
      messages: known =>
        pipe(
          E.Do,
          E.apS('ranged', ranged(operation, given)),
          E.apS(
            'parent',
            parsed(operation, 'parent', given.parent ?? (filtering ? 'ingress' : 'root'), text =>
              parseHandle(text, qdiscPlaces)
            )
          ),
          E.apS(
            'handle',
            parsed(operation, 'handle', given.handle ?? (filtering ? 'ffff:' : undefined), parseHandle)
          ),
          E.filterOrElse(
            ({ handle = 0 }) => (handle & 0xffff) === 0,
            () =>
              invalidInput(operation, 'handle', 'must end with the colon: numbers behind it are of classes')
          ),
          E.map(({ parent, handle }) => [
            message('RTM_NEWQDISC', NLM_F.REQUEST | flags, {
              header: present({ ifindex: known.indexOf(given.link), parent, handle }),
              attributes: present({
                kind: given.kind,
                options: settable(given),
                ingressBlock: given.ingressBlock,
                egressBlock: given.egressBlock
              } as Attributes)
            })
          ])
        ),
      read: () => undefined,
      fields: { ...fields, ...optionFields(given.options) },
      needs: [qdiscKind(given.kind)],
      hints: { ENOENT: 'there is no such parent', ...hints }
    }
  )
}

/** Options as the kernel takes them: htb tells its version as 3.17 and wants to be asked for 3. <net/sched/sch_htb.c> */
const settable = (given: NewQdisc): NewQdisc['options'] => {
  if (given.kind !== 'htb') return given.options
  const { init } = (given.options ?? {}) as Given<QdiscOptions<'htb'>>
  const version = init?.version ?? 0
  return version <= 0xffff ? given.options : { ...given.options, init: { ...init, version: version >>> 16 } }
}

/** The kernel's keys of a kind's options are the caller's own. */
const optionFields = (options: object = {}): { readonly [path: string]: string } =>
  Object.fromEntries(Object.keys(options).map(key => [`attributes.options.${key}`, `options.${key}`]))

const qdiscsIn = (answer: { readonly type: string }): ReadonlyArray<Qdisc> =>
  answer.type === 'RTM_NEWQDISC' ? [qdiscOf(answer as unknown as QdiscMessage)] : []

const qdiscOf = ({ header, attributes }: QdiscMessage): Qdisc =>
  present<Qdisc>({
    link: header.ifindex,
    kind: attributes.kind ?? '',
    handle: formatHandle(header.handle),
    parent: formatPlace(header.parent, qdiscPlaces),
    options: attributes.options,
    statistics: statisticsIn(attributes),
    ownStatistics: attributes.xstats,
    ingressBlock: attributes.ingressBlock,
    egressBlock: attributes.egressBlock,
    offloaded: attributes.hwOffload === 1 ? true : undefined,
    message: { header, attributes }
  })

/** Qdiscs as they come, change and go. */
export const changes = routeChanges(
  [RTNLGRP.TC],
  { added: 'RTM_NEWQDISC', removed: 'RTM_DELQDISC' },
  told => [qdiscOf(told as unknown as QdiscMessage)],
  list()
)
