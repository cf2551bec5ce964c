import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { NLM_F } from '../../protocol/netlink/header'
import type { Address as AddressMessage } from '../../protocol/rtnetlink/address'
import { RTNLGRP } from '../../protocol/rtnetlink/group'
import { addressFamilies, broadcastOf, familyOf, type Prefix, parseAddress, parsePrefix } from '../ip/prefix'
import { type InvalidInput, invalidInput } from '../socket/error'
import { input } from '../socket/input'
import { keysOf, misspelt } from '../socket/key'
import { message, present } from '../socket/message'
import { longestName } from '../socket/name'
import { type LinkRef, type ListRequest, listing, type Request } from '../socket/request'
import { routeChanges } from '../socket/subscription'

export { IFA_F } from '../../protocol/rtnetlink/address'

/** An address of a link: `ip address`. <linux/if_addr.h> */
export interface Address {
  /** Index of the link. */
  readonly link: number
  readonly family: 'ipv4' | 'ipv6'
  /** The link's own address. */
  readonly address: string
  readonly prefixLength: number
  /** The other end's address on a point-to-point link. */
  readonly peer?: string
  readonly broadcast?: string
  readonly label?: string
  /** RT_SCOPE_*: 0 everywhere, 253 this link only, 254 this host only. */
  readonly scope: number
  /** IFA_F_* bits. */
  readonly flags: number
  /** Seconds left; undefined is for ever. */
  readonly validLifetime?: number
  readonly preferredLifetime?: number
  /** Metric of the route to the prefix. */
  readonly metric?: number
  /** IFAPROT_*. */
  readonly protocol?: number
}

export interface NewAddress {
  readonly link: LinkRef
  /** `10.0.0.1/24`, `fd00::1/64`. */
  readonly address: string
  /** In place of the slash in `address`, as a listed address has it. Default: all bits, 32 or 128. */
  readonly prefixLength?: number
  readonly peer?: string
  /** IPv4 only. Default: the last address of the network, for prefixes up to 30 bits; null for none. */
  readonly broadcast?: string | null
  /** IPv4 only: the link's name, then perhaps a colon and more. */
  readonly label?: string
  readonly scope?: number
  /** IFA_F_* bits. */
  readonly flags?: number
  /** Seconds; for ever by default. */
  readonly validLifetime?: number
  readonly preferredLifetime?: number
  readonly metric?: number
  readonly protocol?: number
}

const keys = keysOf<NewAddress, Address>({
  link: true,
  address: true,
  prefixLength: true,
  peer: true,
  broadcast: true,
  label: true,
  scope: true,
  flags: true,
  validLifetime: true,
  preferredLifetime: true,
  metric: true,
  protocol: true,
  family: false
})

export interface AddressFilter {
  readonly link?: LinkRef
  readonly family?: 'ipv4' | 'ipv6'
}

const filterKeys = keysOf<AddressFilter>({ link: true, family: true })

const forever = 0xffffffff

const fields = {
  'attributes.local': 'address',
  'attributes.address': 'address',
  'attributes.broadcast': 'broadcast',
  'attributes.label': 'label',
  'attributes.flags': 'flags',
  'attributes.rtPriority': 'metric',
  'attributes.proto': 'protocol',
  'attributes.cacheinfo': 'validLifetime',
  'header.index': 'link',
  'header.prefixlen': 'address',
  'header.scope': 'scope'
}

/** Lists addresses, of all links or of one: `ip address show`. */
export const list = (filter: AddressFilter = {}): ListRequest<Address> =>
  misspelt('address.list', filter, filterKeys) ??
  listing({
    operation: 'address.list',
    protocol: 'route',
    links: filter.link === undefined ? [] : [filter.link],
    messages: known =>
      pipe(
        input('address.list').named('family', addressFamilies, filter.family),
        E.map((family = 0) => [
          message('RTM_GETADDR', NLM_F.REQUEST | NLM_F.DUMP, {
            header: { family, index: filter.link === undefined ? 0 : known.indexOf(filter.link) }
          })
        ])
      ),
    entries: answer => (answer.type === 'RTM_NEWADDR' ? [addressOf(answer)] : []),
    fields
  })

/** Gives a link an address: `ip address add`. */
export const add = (address: NewAddress): Request<void> =>
  change('address.add', 'RTM_NEWADDR', NLM_F.CREATE | NLM_F.EXCL, address, {
    EEXIST: 'the link has this address already',
    EADDRNOTAVAIL: 'the link is gone, or IPv6 is disabled on it'
  })

/** Gives a link an address or changes the one that it has: `ip address replace`. */
export const replace = (address: NewAddress): Request<void> =>
  change('address.replace', 'RTM_NEWADDR', NLM_F.CREATE | NLM_F.REPLACE, address)

/** Takes an address from a link: `ip address delete`. */
export const remove = (address: NewAddress): Request<void> =>
  change(
    'address.remove',
    'RTM_DELADDR',
    0,
    { ...address, broadcast: null },
    { EADDRNOTAVAIL: 'the link has no such address' }
  )

const change = (
  operation: string,
  type: 'RTM_NEWADDR' | 'RTM_DELADDR',
  flags: number,
  given: NewAddress,
  hints: Request<void>['hints'] = {}
): Request<void> =>
  misspelt(operation, given, keys) ?? {
    operation,
    protocol: 'route',
    answering: 'acknowledged',
    links: [given.link],
    messages: known =>
      pipe(
        bodyOf(operation, given),
        E.map(body => [
          message(type, NLM_F.REQUEST | flags, {
            ...body,
            header: { ...body.header, index: known.indexOf(given.link) }
          })
        ])
      ),
    read: () => undefined,
    fields,
    hints
  }

/** Another address that goes with one: the kernel takes the first bytes of any. */
const companion = (
  operation: string,
  field: 'peer' | 'broadcast',
  text: string | undefined,
  { family }: Prefix
): E.Either<InvalidInput, string | undefined> => {
  if (text === undefined) return E.right(undefined)
  if (field === 'broadcast' && family === 'ipv6')
    return E.left(invalidInput(operation, field, `${text} is none: IPv6 has no broadcast addresses`))
  return pipe(
    parseAddress(text),
    E.filterOrElse(
      () => familyOf(text) === family,
      () => `${text} is not of the address's family, ${family}`
    ),
    E.mapLeft(reason => invalidInput(operation, field, reason))
  )
}

const prefixOf = (operation: string, { address, prefixLength }: NewAddress): E.Either<InvalidInput, Prefix> =>
  pipe(
    parsePrefix(address),
    E.mapLeft(reason => invalidInput(operation, 'address', reason)),
    E.chain(prefix => {
      if (prefixLength === undefined) return E.right(prefix)
      const said = address.includes('/')
      const most = prefix.family === 'ipv4' ? 32 : 128
      if (said && prefix.length !== prefixLength)
        return E.left(invalidInput(operation, 'prefixLength', `${prefixLength} is not that of ${address}`))
      return Number.isInteger(prefixLength) && prefixLength >= 0 && prefixLength <= most
        ? E.right({ ...prefix, length: prefixLength })
        : E.left(invalidInput(operation, 'prefixLength', `${prefixLength} is not from 0 to ${most}`))
    })
  )

const bodyOf = (
  operation: string,
  given: NewAddress
): E.Either<InvalidInput, { header: object; attributes: object }> =>
  pipe(
    E.Do,
    E.bind('prefix', () => prefixOf(operation, given)),
    E.bind('peer', ({ prefix }) => companion(operation, 'peer', given.peer, prefix)),
    E.chainFirst(({ prefix }) => companion(operation, 'broadcast', given.broadcast ?? undefined, prefix)),
    E.filterOrElse(
      () => given.label === undefined || Buffer.byteLength(given.label) <= longestName,
      () => invalidInput(operation, 'label', `is longer than ${longestName} bytes`)
    ),
    E.map(({ prefix, peer }) => {
      const ipv4 = prefix.family === 'ipv4'
      const broadcast =
        given.broadcast === undefined && ipv4 && peer === undefined && prefix.length <= 30
          ? broadcastOf(prefix)
          : (given.broadcast ?? undefined)
      const lifetime = given.validLifetime !== undefined || given.preferredLifetime !== undefined
      return {
        header: {
          family: addressFamilies[prefix.family],
          prefixlen: prefix.length,
          flags: (given.flags ?? 0) & 0xff,
          ...(given.scope !== undefined && { scope: given.scope })
        },
        attributes: {
          local: prefix.address,
          address: peer ?? prefix.address,
          broadcast,
          label: given.label,
          flags: given.flags,
          rtPriority: given.metric,
          proto: given.protocol,
          ...(lifetime && {
            cacheinfo: {
              prefered: given.preferredLifetime ?? given.validLifetime ?? forever,
              valid: given.validLifetime ?? forever,
              cstamp: 0,
              tstamp: 0
            }
          })
        }
      }
    })
  )

const addressOf = ({ header, attributes }: AddressMessage): Address => {
  const { local, address, broadcast, label, cacheinfo, rtPriority, proto, flags } = attributes
  const own = local ?? address ?? ''
  return present<Address>({
    link: header.index,
    family: header.family === addressFamilies.ipv6 ? 'ipv6' : 'ipv4',
    address: own,
    prefixLength: header.prefixlen,
    peer: address !== own ? address : undefined,
    broadcast,
    label,
    scope: header.scope,
    flags: flags ?? header.flags,
    validLifetime: lifetimeOf(cacheinfo?.valid),
    preferredLifetime: lifetimeOf(cacheinfo?.prefered),
    metric: rtPriority,
    protocol: proto
  })
}

const lifetimeOf = (seconds: number | undefined): number | undefined =>
  seconds === forever ? undefined : seconds

/** Addresses as they come, change and go. */
export const changes = routeChanges(
  [RTNLGRP.IPV4_IFADDR, RTNLGRP.IPV6_IFADDR],
  { added: 'RTM_NEWADDR', removed: 'RTM_DELADDR' },
  told => [addressOf(told as unknown as AddressMessage)],
  list()
)
