import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { NLM_F } from '../../protocol/netlink/header'
import { type Neighbour as NeighbourMessage, NTF } from '../../protocol/rtnetlink/neighbour'
import { addressFamilies, familyOf } from '../ip/prefix'
import { input } from '../socket/input'
import { keysOf, misspelt } from '../socket/key'
import { message, present } from '../socket/message'
import { type LinkRef, type ListRequest, listing, type Request } from '../socket/request'

/** An address that we answer for on a link, though somebody else has it: `ip neighbour show proxy`. */
export interface Proxy {
  /** Index of the link; none if it holds for all. */
  readonly link?: number
  readonly family: 'ipv4' | 'ipv6'
  readonly address: string
  /** It routes; IPv6 only. */
  readonly router?: boolean
  /** RTPROT_*: who made it. */
  readonly protocol?: number
}

export interface NewProxy {
  readonly link: LinkRef
  readonly address: string
  readonly router?: boolean
  readonly protocol?: number
}

const keys = keysOf<NewProxy, Proxy>({
  link: true,
  address: true,
  router: true,
  protocol: true,
  family: false
})

export interface ProxyFilter {
  readonly link?: LinkRef
  readonly family?: 'ipv4' | 'ipv6'
}

const filterKeys = keysOf<ProxyFilter>({ link: true, family: true })

const fields = {
  'attributes.dst': 'address',
  'attributes.protocol': 'protocol',
  'header.ifindex': 'link'
}

/** Lists the addresses that we answer for: `ip neighbour show proxy`. */
export const list = (filter: ProxyFilter = {}): ListRequest<Proxy> =>
  misspelt('neighbour.proxy.list', filter, filterKeys) ??
  listing({
    operation: 'neighbour.proxy.list',
    protocol: 'route',
    links: filter.link === undefined ? [] : [filter.link],
    messages: known =>
      pipe(
        input('neighbour.proxy.list').named('family', addressFamilies, filter.family),
        E.map((family = 0) => [
          message('RTM_GETNEIGH', NLM_F.REQUEST | NLM_F.DUMP, {
            header: { family, flags: NTF.PROXY },
            attributes: present({
              ifindex: filter.link === undefined ? undefined : known.indexOf(filter.link)
            })
          })
        ])
      ),
    entries: answer => (answer.type === 'RTM_NEWNEIGH' ? proxiesOf(answer) : []),
    fields
  })

/** Answers for an address on a link, or goes on doing so: `ip neighbour add proxy`. */
export const add = (proxy: NewProxy): Request<void> =>
  change('neighbour.proxy.add', 'RTM_NEWNEIGH', NLM_F.CREATE, proxy)

/** Answers for it no more: `ip neighbour delete proxy`. */
export const remove = (proxy: Pick<NewProxy, 'link' | 'address'>): Request<void> =>
  change('neighbour.proxy.remove', 'RTM_DELNEIGH', 0, proxy, {
    ENOENT: 'the link has no such proxy'
  })

const change = (
  operation: string,
  type: 'RTM_NEWNEIGH' | 'RTM_DELNEIGH',
  flags: number,
  given: NewProxy,
  hints: Request<void>['hints'] = {}
): Request<void> =>
  misspelt(operation, given, keys) ?? {
    operation,
    protocol: 'route',
    answering: 'acknowledged',
    links: [given.link],
    messages: known =>
      pipe(
        input(operation).address('address', given.address),
        E.map((dst = '') => [
          message(type, NLM_F.REQUEST | flags, {
            header: {
              family: addressFamilies[familyOf(dst) ?? 'ipv4'],
              ifindex: known.indexOf(given.link),
              flags: NTF.PROXY | (given.router === true ? NTF.ROUTER : 0)
            },
            attributes: present({ dst, protocol: given.protocol })
          })
        ])
      ),
    read: () => undefined,
    fields,
    hints
  }

const proxiesOf = ({ header, attributes }: NeighbourMessage): ReadonlyArray<Proxy> => {
  const family = header.family === 2 ? 'ipv4' : header.family === 10 ? 'ipv6' : undefined
  if (family === undefined || (header.flags & NTF.PROXY) === 0) return []
  return [
    present<Proxy>({
      link: header.ifindex === 0 ? undefined : header.ifindex,
      family,
      address: attributes.dst ?? '',
      router: (header.flags & NTF.ROUTER) !== 0 ? true : undefined,
      protocol: attributes.protocol
    })
  ]
}
