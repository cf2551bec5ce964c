import * as E from 'fp-ts/Either'
import { encodeMessages, littleEndian, type Message } from '../../../protocol'
import { nlmsghdr } from '../../../protocol/netlink/header'
import { broadcastOf, networkOf, type Prefix, parsePrefix } from '../../ip/prefix'
import {
  accept,
  addChain,
  addElements,
  addRule,
  addressBytes,
  addresses,
  addSet,
  addTable,
  anyOf,
  ctState,
  ctStatus,
  destinationType,
  dnatByMap,
  dport,
  drop,
  equal,
  type Hook,
  iifname,
  inNetwork,
  inSet,
  l4proto,
  leave,
  masquerade,
  type NewElement,
  nameBytes,
  oifname,
  portBytes,
  protocols,
  removeElements,
  type Selector,
  type SetShape,
  type Statement,
  type TableRef
} from '../../nftables'
import type { Entry } from '../../recipe/step'

/** Families that our table exists for, each when it is first needed. */
export type TableFamily = 'ip' | 'ip6'

/** What the rest of the kernel calls them. */
export const familyNames = { ip: 'ipv4', ip6: 'ipv6' } as const

/** The one table that we own in a family. Nothing outside it is ever written. */
export const tableOf = (family: TableFamily): TableRef => ({ family, table: 'isolink' })

/** The comment by which the table is known as ours. */
const tableComment = 'isolink 1'

interface Chain {
  readonly hook: Hook
  readonly rules: ReadonlyArray<ReadonlyArray<Statement>>
}

/** What our table consists of, beside its elements. */
export interface Layout {
  readonly sets: { readonly [name: string]: SetShape }
  readonly chains: { readonly [name: string]: Chain }
}

const any = (selectors: ReadonlyArray<Selector<never>>): ReadonlyArray<Selector<never>> => selectors

const loopbackNetwork = '127.0.0.0/8'
const RTN_LOCAL = 2
const IPS_DST_NAT = 32
const INVALID = 1
const ESTABLISHED_OR_RELATED = 6

/**
 * The table: rules that never change, and sets that say whom they are for, so that the ten thousandth published port
 * costs a packet as little as the first.
 */
const makeLayout = (family: TableFamily): Layout => {
  const { saddr, daddr } = addresses[family]
  const toUs = equal(destinationType, RTN_LOCAL, 'local')
  const published = any([l4proto, dport])
  const publishedAt = any([l4proto, daddr, dport])
  const toPublished = [
    [toUs, dnatByMap(family, publishedAt, 'published_at')],
    [toUs, dnatByMap(family, published, 'published')]
  ]
  const ipv4 = family === 'ip'
  return {
    sets: {
      masqueraded: { key: any([saddr, oifname]), interval: true },
      published: { key: published, data: any([daddr, dport]) },
      published_at: { key: publishedAt, data: any([daddr, dport]) },
      guarded: { key: any([oifname]) },
      inside: { key: any([saddr, iifname]), interval: true },
      confined: { key: any([iifname]) },
      allowed: { key: any([iifname, oifname]) },
      hairpin: { key: any([saddr, daddr]), interval: true },
      ...(ipv4 && { loopback: { key: any([oifname]) } })
    },
    chains: {
      ...(ipv4 && {
        // Behind a link that may route 127.0.0.0/8, nobody is to reach what listens there, nor to speak in its name.
        raw: {
          hook: { type: 'filter', hook: 'prerouting', priority: -300 },
          rules: [
            [inSet([iifname], 'loopback'), inNetwork(daddr, loopbackNetwork), drop],
            [inSet([iifname], 'loopback'), inNetwork(saddr, loopbackNetwork), drop]
          ]
        } as const
      }),
      prerouting: {
        hook: { type: 'nat', hook: 'prerouting', priority: -100 },
        rules: [...(ipv4 ? [[inNetwork(daddr, loopbackNetwork), leave]] : []), ...toPublished]
      },
      output: {
        hook: { type: 'nat', hook: 'output', priority: -100 },
        // The kernel never routes ::1 off the loopback interface: what listens there keeps what is sent to it.
        rules: [...(ipv4 ? [] : [[equal(daddr, '::1'), leave]]), ...toPublished]
      },
      forward: {
        hook: { type: 'filter', hook: 'forward', priority: 0 },
        rules: [
          [anyOf(ctState, ESTABLISHED_OR_RELATED, 'established,related'), accept],
          [inSet([iifname, oifname], 'allowed'), accept],
          [inSet([oifname, iifname], 'allowed'), accept],
          // What NAT cannot make sense of would leave with its private address.
          [inSet([iifname], 'guarded'), anyOf(ctState, INVALID, 'invalid'), drop],
          [inSet([iifname], 'guarded'), inSet([saddr, iifname], 'inside', true), drop],
          [inSet([oifname], 'guarded'), anyOf(ctStatus, IPS_DST_NAT, 'dnat'), accept],
          [inSet([oifname], 'guarded'), drop],
          // What somebody publishes by rules of his own passes.
          [inSet([iifname], 'confined'), anyOf(ctStatus, IPS_DST_NAT, 'dnat'), accept],
          [inSet([iifname], 'confined'), drop]
        ]
      },
      postrouting: {
        hook: { type: 'nat', hook: 'postrouting', priority: 100 },
        rules: [
          [inSet([saddr, oifname], 'masqueraded'), masquerade],
          [anyOf(ctStatus, IPS_DST_NAT, 'dnat'), inSet([saddr, daddr], 'hairpin'), masquerade],
          ...(ipv4 ? [[inNetwork(saddr, loopbackNetwork), inSet([oifname], 'loopback'), masquerade]] : [])
        ]
      }
    }
  }
}

const layouts = new Map<TableFamily, Layout>()

/** The same each time, and not small. */
export const layoutOf = (family: TableFamily): Layout => {
  const layout = layouts.get(family) ?? makeLayout(family)
  layouts.set(family, layout)
  return layout
}

const makeTableChanges = (family: TableFamily): ReadonlyArray<Message> => {
  const ref = tableOf(family)
  const { sets, chains } = layoutOf(family)
  return [
    addTable(ref, tableComment),
    ...Object.entries(sets).map(([name, shape]) => addSet(ref, name, shape)),
    ...Object.entries(chains).flatMap(([name, { hook, rules }]) => [
      addChain(ref, name, hook),
      ...rules.map(statements => addRule(ref, name, statements))
    ])
  ]
}

/** The same message by its bytes, which need not be made again each time that it is sent. */
const encoded = (message: Message): Message => {
  const bytes = encodeMessages('netfilter', [message])
  if (E.isLeft(bytes)) return message
  const view = new DataView(bytes.right.buffer, bytes.right.byteOffset)
  return {
    type: 'UNKNOWN',
    number: view.getUint16(nlmsghdr.offsets.type, littleEndian),
    flags: message.flags,
    sequence: 0,
    port: 0,
    payload: bytes.right.subarray(nlmsghdr.size)
  }
}

const changes = new Map<TableFamily, ReadonlyArray<Message>>()

/** The changes that make the table: some forty, and the same each time. */
export const tableChanges = (family: TableFamily): ReadonlyArray<Message> => {
  const all = changes.get(family) ?? makeTableChanges(family).map(encoded)
  changes.set(family, all)
  return all
}

export const setNames = (family: TableFamily): ReadonlyArray<string> => Object.keys(layoutOf(family).sets)

/** An element of one of our sets, and the same as `nft` writes it. */
export interface Membership {
  readonly set: string
  readonly element: NewElement
  readonly text: string
}

interface Range {
  readonly first: Uint8Array
  readonly last: Uint8Array
  readonly text: string
}

const rangeOf = (network: string): Range => {
  const parsed = parsePrefix(network)
  const prefix: Prefix = E.isRight(parsed) ? parsed.right : { family: 'ipv4', address: '0.0.0.0', length: 32 }
  return {
    first: addressBytes(networkOf(prefix).address),
    last: addressBytes(broadcastOf(prefix)),
    text: network
  }
}

/** Where an entry stands in our sets. Each element says by its comment whose it is. */
export const membershipsOf = (entry: Entry, owner: string): ReadonlyArray<Membership> => {
  const comment = owner
  switch (entry._tag) {
    case 'Masquerade':
      return [networkAndLink('masqueraded', entry, comment)]
    case 'Hairpin': {
      const { first, last, text } = rangeOf(entry.network)
      return [
        {
          set: 'hairpin',
          element: { key: [first, first], keyEnd: [last, last], comment },
          text: `${text} . ${text}`
        }
      ]
    }
    case 'Guard':
      return [linksIn('guarded', [entry.link], comment), networkAndLink('inside', entry, comment)]
    case 'Confine':
      // It is nobody's own: whoever is the last to need it takes it away.
      return [linksIn('confined', [entry.link])]
    case 'Allow':
      return [linksIn('allowed', [entry.link, entry.other], comment)]
    case 'AllowNetwork':
      return [linksIn('allowed', [entry.link, entry.name], comment)]
    case 'Loopback':
      return [linksIn('loopback', [entry.link], comment)]
    case 'Publish':
      return portsOf(entry).map(offset => published(entry, offset, comment))
  }
}

type Publish = Extract<Entry, { readonly _tag: 'Publish' }>

const portsOf = ({ count = 1 }: Publish): ReadonlyArray<number> => Array.from({ length: count }, (_, n) => n)

const linksIn = (set: string, links: ReadonlyArray<string>, comment?: string): Membership => ({
  set,
  element: { key: links.map(nameBytes), ...(comment !== undefined && { comment }) },
  text: links.map(link => `"${link}"`).join(' . ')
})

const networkAndLink = (
  set: string,
  { network, link }: { readonly network: string; readonly link: string },
  comment: string
): Membership => {
  const { first, last, text } = rangeOf(network)
  const name = nameBytes(link)
  return {
    set,
    element: { key: [first, name], keyEnd: [last, name], comment },
    text: `${text} . "${link}"`
  }
}

/** A port of its own for each of a range: so one that is taken is refused, and none can stand in another's shadow. */
const published = (
  { protocol, hostAddress, hostPort, address, port }: Publish,
  offset: number,
  comment: string
): Membership => {
  const [from, to] = [hostPort + offset, port + offset]
  return {
    set: hostAddress === undefined ? 'published' : 'published_at',
    element: {
      key: publishedKey(protocol, hostAddress, from),
      data: [addressBytes(address), portBytes(to)],
      comment
    },
    text: `${protocol} . ${hostAddress === undefined ? '' : `${hostAddress} . `}${from} : ${address} . ${to}`
  }
}

/** The key of a port in `published`, or of one at an address in `published_at`. */
export const publishedKey = (
  protocol: Publish['protocol'],
  hostAddress: string | undefined,
  hostPort: number
): ReadonlyArray<Uint8Array> => [
  Uint8Array.of(protocols[protocol]),
  ...(hostAddress === undefined ? [] : [addressBytes(hostAddress)]),
  portBytes(hostPort)
]

/** The changes that put entries into the table. */
export const entryChanges = (
  family: TableFamily,
  entries: ReadonlyArray<Entry>,
  owner: string
): ReadonlyArray<Message> =>
  membershipChanges(
    family,
    entries.flatMap(entry => membershipsOf(entry, owner))
  )

export const membershipChanges = (
  family: TableFamily,
  memberships: ReadonlyArray<Membership>
): ReadonlyArray<Message> =>
  lists(memberships).map(([set, elements]) =>
    addElements(
      tableOf(family),
      set,
      elements,
      // What is nobody's own may be there already.
      elements.some(({ comment }) => comment !== undefined)
    )
  )

/** The changes that take them out of it. */
export const removalChanges = (
  family: TableFamily,
  memberships: ReadonlyArray<Membership>
): ReadonlyArray<Message> =>
  lists(memberships).map(([set, elements]) => removeElements(tableOf(family), set, elements))

/** Memberships set by set. */
const bySet = (memberships: ReadonlyArray<Membership>): ReadonlyMap<string, ReadonlyArray<Membership>> => {
  const sets = new Map<string, Array<Membership>>()
  for (const membership of memberships) {
    const members = sets.get(membership.set) ?? []
    members.push(membership)
    sets.set(membership.set, members)
  }
  return sets
}

/** A list of elements is one attribute, and 65535 bytes are the most that one can have. */
const mostAtOnce = 200

/** Elements set by set, in lists that a message has room for. */
const lists = (
  memberships: ReadonlyArray<Membership>
): ReadonlyArray<readonly [set: string, elements: ReadonlyArray<NewElement>]> =>
  [...bySet(memberships)].flatMap(([set, members]) =>
    Array.from(
      { length: Math.ceil(members.length / mostAtOnce) },
      (_, n) =>
        [set, members.slice(n * mostAtOnce, (n + 1) * mostAtOnce).map(({ element }) => element)] as const
    )
  )

const typeText = (selectors: ReadonlyArray<Selector<never>>): string =>
  selectors.map(({ type }) => type).join(' . ')

/** The table with its entries as a person would write it for `nft -f`. */
export const tableText = (family: TableFamily, entries: ReadonlyArray<Entry>, owner: string): string => {
  const { sets, chains } = layoutOf(family)
  const members = bySet(entries.flatMap(entry => membershipsOf(entry, owner)))
  const setText = ([name, { key, data, interval }]: readonly [string, SetShape]): string => {
    const elements = (members.get(name) ?? []).map(each => elementText(each))
    return [
      `  ${data === undefined ? 'set' : 'map'} ${name} {`,
      `    type ${typeText(key)}${data === undefined ? '' : ` : ${typeText(data)}`}`,
      ...(interval === true ? ['    flags interval'] : []),
      ...(elements.length > 0 ? [`    elements = { ${elements.join(', ')} }`] : []),
      '  }'
    ].join('\n')
  }
  const chainText = ([name, { hook, rules }]: readonly [string, Chain]): string =>
    [
      `  chain ${name} {`,
      `    type ${hook.type} hook ${hook.hook} priority ${hook.priority}; policy accept;`,
      ...rules.map(statements => `    ${statements.map(({ text }) => text).join(' ')}`),
      '  }'
    ].join('\n')
  return [
    `table ${family} isolink {`,
    `  comment "${tableComment}"`,
    ...Object.entries(sets).map(setText),
    ...Object.entries(chains).map(chainText),
    '}'
  ].join('\n')
}

/** The same entries, put into the table once it is there. */
export const elementsText = (family: TableFamily, entries: ReadonlyArray<Entry>, owner: string): string =>
  [...bySet(entries.flatMap(entry => membershipsOf(entry, owner)))]
    .map(
      ([set, members]) => `add element ${family} isolink ${set} { ${members.map(elementText).join(', ')} }`
    )
    .join('\n')

/** A map's element has its comment before the colon. */
const elementText = ({ text, element: { comment } }: Membership): string => {
  const [key, data] = text.split(' : ')
  return `${key}${comment === undefined ? '' : ` comment "${comment}"`}${data === undefined ? '' : ` : ${data}`}`
}
