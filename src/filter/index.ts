import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { littleEndian } from '../../protocol'
import { ETH_P } from '../../protocol/ethernet'
import { NLM_F } from '../../protocol/netlink/header'
import { type Filter as FilterMessage, TCA_CLS_FLAGS } from '../../protocol/rtnetlink/filter'
import { type InvalidInput, invalidInput } from '../socket/error'
import { input, linkPlace, parsed } from '../socket/input'
import { keysOf, misspelt } from '../socket/key'
import { message, present } from '../socket/message'
import { type Known, type LinkRef, type ListRequest, listing, type Request } from '../socket/request'
import type { Given } from '../traffic/given'
import { filterPlaces, formatHandle, formatPlace, type Handle, parseHandle } from '../traffic/handle'
import { ranged } from '../traffic/range'
import type { NewAction } from './action'
import { actionKind, filterKind } from './feature'
import type { Action, FilterKind, FilterOptions } from './kind'
import { withRateTables } from './police'

export type { Given } from '../traffic/given'
export type { Handle } from '../traffic/handle'
export * from './action'
export type { Action, ActionKind, ActionOptions, FilterKind, FilterOptions } from './kind'

type Attributes = FilterMessage['attributes']

/** What packets carry, as an EtherType. <linux/if_ether.h> */
export const etherTypes = {
  all: ETH_P.ALL,
  ip: ETH_P.IP,
  arp: ETH_P.ARP,
  '802.1q': ETH_P['8021Q'],
  ipv6: ETH_P.IPV6,
  mpls: ETH_P.MPLS,
  '802.1ad': ETH_P['8021AD'],
  lldp: ETH_P.LLDP
} as const
export type EtherType = keyof typeof etherTypes | number

/** Where a filter stands: at a qdisc, or where packets come in or go out, which takes a qdisc `clsact`. */
export type FilterPlace = 'ingress' | 'egress' | Handle

interface AtLink {
  readonly link: LinkRef
  /** Default: the link's root qdisc. */
  readonly parent?: FilterPlace
  readonly block?: undefined
}

interface AtBlock {
  /** Index of a block of filters that several links share. */
  readonly block: number
  readonly link?: undefined
  readonly parent?: undefined
}

/** Where filters stand: at a link, or in a block. */
export type FilterSite = AtLink | AtBlock

/** A filter, which gives packets a class or does something with them: `tc filter`. <linux/pkt_cls.h>, man 8 tc */
export interface Filter {
  /** Index of the link; none in a block. */
  readonly link?: number
  readonly parent?: FilterPlace
  readonly block?: number
  readonly chain: number
  /** The least is tried first. */
  readonly priority: number
  readonly protocol: EtherType
  /** Its number among those of its kind, priority and protocol. */
  readonly handle: number
  readonly kind: string
  /** The class that packets go to. */
  readonly class?: Handle
  readonly actions?: ReadonlyArray<Action>
  readonly options?: { readonly [K in FilterKind]: FilterOptions<K> }[FilterKind]
  /** The message as it came, for what has no member here. */
  readonly message: FilterMessage
}

interface NewFilterBase {
  /** Default 0. */
  readonly chain?: number
  /** 1 to 65535. Default: the kernel chooses one, before those there are. */
  readonly priority?: number
  /** Default: all. */
  readonly protocol?: EtherType
  /** Default: the kernel chooses one. */
  readonly handle?: number
  readonly class?: Handle
  /** Done one after the other. */
  readonly actions?: ReadonlyArray<NewAction>
}

export type NewFilter = FilterSite &
  NewFilterBase &
  (
    | { [K in FilterKind]: { readonly kind: K; readonly options?: Given<FilterOptions<K>> } }[FilterKind]
    | { readonly kind: string; readonly options?: undefined }
  )

const keys = keysOf<NewFilter, Filter>({
  link: true,
  parent: true,
  block: true,
  chain: true,
  priority: true,
  protocol: true,
  handle: true,
  kind: true,
  class: true,
  actions: true,
  options: true,
  message: false
})

export type FilterFilter = FilterSite & {
  readonly chain?: number
  readonly priority?: number
  readonly protocol?: EtherType
}

/** What tells one filter from others. */
export type FilterKey = FilterSite & {
  /** Default 0. */
  readonly chain?: number
  readonly priority: number
  /** Default: all. */
  readonly protocol?: EtherType
  readonly handle: number
  readonly kind: string
}

/** Which filters go: all of a priority and protocol, or all of a site, or of one of its chains. */
export type FilterFlush = FilterSite & {
  readonly chain?: number
  readonly priority?: number
  readonly protocol?: EtherType
}

const filterKeys = keysOf<FilterFilter | FilterFlush>({
  link: true,
  parent: true,
  block: true,
  chain: true,
  priority: true,
  protocol: true
})

const fields = {
  'attributes.kind': 'kind',
  'attributes.chain': 'chain',
  'attributes.options': 'options',
  'attributes.options.act': 'actions',
  'attributes.options.classid': 'class',
  'header.ifindex': 'link',
  'header.parent': 'parent',
  'header.handle': 'handle',
  'header.info': 'priority'
}

/** Lists the filters of a site: `tc filter show`. */
export const list = (filter: FilterFilter): ListRequest<Filter> =>
  misspelt('filter.list', filter, filterKeys) ??
  listing({
    operation: 'filter.list',
    protocol: 'route',
    links: linksOf(filter),
    messages: known =>
      pipe(
        headerOf('filter.list', filter, known),
        E.map(header => [
          message('RTM_GETTFILTER', NLM_F.REQUEST | NLM_F.DUMP, {
            header,
            attributes: present({ chain: filter.chain })
          })
        ])
      ),
    // Before the filters of a priority the kernel tells of what holds them, which has no options.
    entries: answer => filtersIn(answer).filter(({ handle, message }) => handle !== 0 || hasOptions(message)),
    fields
  })

/** A filter by its priority and handle: `tc filter get`. */
export const get = (key: FilterKey): Request<Filter> =>
  misspelt('filter.get', key, keys) ?? {
    operation: 'filter.get',
    protocol: 'route',
    answering: 'single',
    links: linksOf(key),
    messages: known =>
      pipe(
        headerOf('filter.get', { ...key, protocol: key.protocol ?? 'all' }, known),
        E.map(header => [
          message('RTM_GETTFILTER', NLM_F.REQUEST, {
            header: { ...header, handle: key.handle },
            attributes: present({ kind: key.kind, chain: key.chain })
          })
        ])
      ),
    read: answers => answers.flatMap(filtersIn)[0] as Filter,
    fields,
    hints: { ENOENT: 'there is no such filter' }
  }

/** Adds a filter: `tc filter add`. */
export const add = (filter: NewFilter): Request<void> =>
  change('filter.add', NLM_F.CREATE | NLM_F.EXCL, filter, {
    EEXIST: 'there is such a filter already; replace changes it',
    EINVAL: `the parent may be missing: ingress and egress need a qdisc clsact`
  })

/** Adds a filter or changes the one with its priority and handle: `tc filter replace`. */
export const replace = (filter: NewFilter): Request<void> => change('filter.replace', NLM_F.CREATE, filter)

/** Changes a filter that is there, by its priority and handle: `tc filter change`. */
export const set = (filter: NewFilter): Request<void> =>
  change('filter.set', 0, filter, { ENOENT: 'there is no such filter; replace makes it' })

/** Removes a filter: `tc filter delete`. */
export const remove = (key: FilterKey): Request<void> =>
  misspelt('filter.remove', key, keys) ?? {
    operation: 'filter.remove',
    protocol: 'route',
    answering: 'acknowledged',
    links: linksOf(key),
    messages: known =>
      pipe(
        headerOf('filter.remove', { ...key, protocol: key.protocol ?? 'all' }, known),
        E.map(header => [
          message('RTM_DELTFILTER', NLM_F.REQUEST, {
            header: { ...header, handle: key.handle },
            attributes: present({ kind: key.kind, chain: key.chain })
          })
        ])
      ),
    read: () => undefined,
    fields,
    hints: { ENOENT: 'there is no such filter' }
  }

/** Removes many filters at once: `tc filter delete` without a handle. */
export const flush = (which: FilterFlush): Request<void> =>
  misspelt('filter.flush', which, filterKeys) ?? {
    operation: 'filter.flush',
    protocol: 'route',
    answering: 'acknowledged',
    links: linksOf(which),
    messages: known =>
      pipe(
        which.protocol !== undefined && which.priority === undefined
          ? E.left(invalidInput('filter.flush', 'protocol', 'cannot be given without a priority'))
          : headerOf(
              'filter.flush',
              which.priority === undefined ? which : { ...which, protocol: which.protocol ?? 'all' },
              known
            ),
        E.map(header => [
          message('RTM_DELTFILTER', NLM_F.REQUEST, { header, attributes: present({ chain: which.chain }) })
        ])
      ),
    read: () => undefined,
    fields,
    hints: { ENOENT: 'there are no such filters' }
  }

const linksOf = ({ link }: FilterSite): ReadonlyArray<LinkRef> => (link === undefined ? [] : [link])

/** TCM_IFINDEX_MAGIC_BLOCK: the parent is a block's index. <linux/rtnetlink.h> */
const inBlock = -1

type Selected = FilterSite & { readonly priority?: number; readonly protocol?: EtherType }

const headerOf = (
  operation: string,
  given: Selected,
  known: Known
): E.Either<InvalidInput, { readonly ifindex: number; readonly parent: number; readonly info: number }> =>
  pipe(
    E.Do,
    E.apS(
      'parent',
      parsed(operation, 'parent', given.parent, text => parseHandle(text, filterPlaces))
    ),
    E.apS('protocol', protocolOf(operation, given.protocol)),
    E.filterOrElse(
      () =>
        given.priority === undefined ||
        (Number.isInteger(given.priority) && given.priority > 0 && given.priority <= 0xffff),
      () => invalidInput(operation, 'priority', 'must be from 1 to 65535')
    ),
    E.map(({ parent = 0, protocol = 0 }) => ({
      ...(given.block === undefined
        ? { ifindex: known.indexOf(given.link), parent }
        : { ifindex: inBlock, parent: given.block }),
      info: (given.priority ?? 0) * 0x10000 + networkOrder(protocol)
    }))
  )

const protocolOf = (
  operation: string,
  protocol: EtherType | undefined
): E.Either<InvalidInput, number | undefined> =>
  typeof protocol !== 'number'
    ? input(operation).named('protocol', etherTypes, protocol)
    : Number.isInteger(protocol) && protocol > 0 && protocol <= 0xffff
      ? E.right(protocol)
      : E.left(invalidInput(operation, 'protocol', 'must be an EtherType, from 1 to 65535'))

const networkOrder = (number: number): number =>
  littleEndian ? ((number & 0xff) << 8) | (number >> 8) : number

const change = (
  operation: string,
  flags: number,
  given: NewFilter,
  hints: Request<void>['hints'] = {}
): Request<void> =>
  misspelt(operation, given, keys) ?? {
    operation,
    protocol: 'route',
    answering: 'acknowledged',
    links: [...linksOf(given), ...(given.actions ?? []).map(({ link }) => link)].filter(
      link => link !== undefined
    ),
    linkField: named => linkPlace(named, given.link, 'actions', given.actions ?? []),
    messages: known =>
      pipe(
        E.Do,
        E.apS(
          'ranged',
          pipe(
            given.actions ?? [],
            E.traverseArrayWithIndex((n, action) => ranged(operation, action, `actions.${n}.`))
          )
        ),
        E.apS('header', headerOf(operation, { ...given, protocol: given.protocol ?? 'all' }, known)),
        E.apS('classid', parsed(operation, 'class', given.class, parseHandle)),
        E.map(({ header, classid }) => [
          message('RTM_NEWTFILTER', NLM_F.REQUEST | flags, {
            header: { ...header, handle: given.handle ?? 0 },
            attributes: present({
              kind: given.kind,
              chain: given.chain,
              options: present({
                ...settable(given.options),
                classid,
                act: given.actions?.map(action => actionOf(action, known))
              })
            } as Attributes)
          })
        ])
      ),
    read: () => undefined,
    fields: { ...fields, ...optionFields(given.options) },
    needs: [filterKind(given.kind), ...(given.actions ?? []).map(({ kind }) => actionKind(kind))],
    hints
  }

/** Whether hardware filters is told, and not asked for. */
const told = TCA_CLS_FLAGS.IN_HW | TCA_CLS_FLAGS.NOT_IN_HW

const settable = (options: NewFilter['options']): object => {
  // Of bpf, `flags` are its own, and those of all filters have another name.
  const { flags, flagsGen } = (options ?? {}) as { readonly flags?: number; readonly flagsGen?: number }
  return {
    ...options,
    ...(flags !== undefined && { flags: flags & ~told }),
    ...(flagsGen !== undefined && { flagsGen: flagsGen & ~told })
  }
}

/** The kernel's keys of a kind's options are the caller's own. */
const optionFields = (options: object = {}): { readonly [path: string]: string } =>
  Object.fromEntries(Object.keys(options).map(key => [`attributes.options.${key}`, `options.${key}`]))

const actionOf = ({ link, ...given }: NewAction, known: Known): object => {
  const action = withRateTables(given)
  if (link === undefined) return action
  const { parms, ...others } = (action.options ?? {}) as { readonly parms?: object }
  return { ...action, options: { ...others, parms: { ...parms, ifindex: known.indexOf(link) } } }
}

const hasOptions = ({ attributes }: FilterMessage): boolean =>
  attributes.options !== undefined && Object.keys(attributes.options).length > 0

const filtersIn = (answer: { readonly type: string }): ReadonlyArray<Filter> =>
  answer.type === 'RTM_NEWTFILTER' ? [filterOf(answer as unknown as FilterMessage)] : []

interface Decided {
  readonly classid?: number
  readonly act?: ReadonlyArray<Action>
}

const filterOf = ({ header, attributes }: FilterMessage): Filter => {
  const shared = header.ifindex === inBlock
  const { classid, act, ...options } = (attributes.options ?? {}) as Decided
  return present<Filter>({
    link: shared ? undefined : header.ifindex,
    parent: shared ? undefined : formatPlace(header.parent, filterPlaces),
    block: shared ? header.parent : undefined,
    chain: attributes.chain ?? 0,
    priority: header.info >>> 16,
    protocol: protocolNamed(networkOrder(header.info & 0xffff)),
    handle: header.handle,
    kind: attributes.kind ?? '',
    class: classid === undefined ? undefined : formatHandle(classid),
    actions: act,
    options: Object.keys(options).length === 0 ? undefined : options,
    message: { header, attributes }
  })
}

const protocolNames = new Map(
  Object.entries(etherTypes).map(([name, number]) => [number as number, name as keyof typeof etherTypes])
)

const protocolNamed = (number: number): EtherType => protocolNames.get(number) ?? number
