import * as E from 'fp-ts/Either'
import type { Message } from '../../protocol'
import { broadcastOf, networkOf, type Prefix, parsePrefix } from '../ip/prefix'
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
  type Selector,
  type SetShape,
  type Statement,
  type TableRef
} from '../nftables'
import type { Entry } from '../recipe/step'

/** Families that our table exists for, each when it is first needed. */
export type TableFamily = 'ip' | 'ip6'

/** The one table that we own in a family. Nothing outside it is ever written. */
export const tableOf = (family: TableFamily): TableRef => ({ family, table: 'isolink' })

/** The comment by which the table is known as ours. */
const tableComment = 'isolink 1'

interface Chain {
  readonly hook: Hook
  readonly rules: ReadonlyArray<ReadonlyArray<Statement>>
}

interface Table {
  readonly sets: { readonly [name: string]: SetShape }
  readonly chains: { readonly [name: string]: Chain }
}

const any = (selectors: ReadonlyArray<Selector<never>>): ReadonlyArray<Selector<never>> => selectors

const loopbackNetwork = '127.0.0.0/8'
const RTN_LOCAL = 2
const IPS_DST_NAT = 32
const ESTABLISHED_OR_RELATED = 6

/**
 * The table: rules that never change, and sets that say whom they are for, so that the ten thousandth published port
 * costs a packet as little as the first.
 */
const layoutOf = (family: TableFamily): Table => {
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
      output: { hook: { type: 'nat', hook: 'output', priority: -100 }, rules: toPublished },
      forward: {
        hook: { type: 'filter', hook: 'forward', priority: 0 },
        rules: [
          [
            inSet([oifname], 'guarded'),
            anyOf(ctState, ESTABLISHED_OR_RELATED, 'established,related'),
            accept
          ],
          [inSet([oifname], 'guarded'), anyOf(ctStatus, IPS_DST_NAT, 'dnat'), accept],
          [inSet([oifname], 'guarded'), drop]
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

/** The changes that make the table. */
export const tableChanges = (family: TableFamily): ReadonlyArray<Message> => {
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
export const membershipOf = (entry: Entry, owner: string): Membership => {
  const comment = owner
  switch (entry._tag) {
    case 'Masquerade': {
      const { first, last, text } = rangeOf(entry.network)
      const name = nameBytes(entry.link)
      return {
        set: 'masqueraded',
        element: { key: [first, name], keyEnd: [last, name], comment },
        text: `${text} . "${entry.link}"`
      }
    }
    case 'Hairpin': {
      const { first, last, text } = rangeOf(entry.network)
      return {
        set: 'hairpin',
        element: { key: [first, first], keyEnd: [last, last], comment },
        text: `${text} . ${text}`
      }
    }
    case 'Guard':
      return { set: 'guarded', element: { key: [nameBytes(entry.link)], comment }, text: `"${entry.link}"` }
    case 'Loopback':
      return { set: 'loopback', element: { key: [nameBytes(entry.link)], comment }, text: `"${entry.link}"` }
    case 'Publish': {
      const { protocol, hostAddress, hostPort, address, port } = entry
      const data = [addressBytes(address), portBytes(port)]
      const key = [
        Uint8Array.of(protocols[protocol]),
        ...(hostAddress === undefined ? [] : [addressBytes(hostAddress)]),
        portBytes(hostPort)
      ]
      return {
        set: hostAddress === undefined ? 'published' : 'published_at',
        element: { key, data, comment },
        text: `${protocol} . ${hostAddress === undefined ? '' : `${hostAddress} . `}${hostPort} : ${address} . ${port}`
      }
    }
  }
}

/** The changes that put entries into the table. */
export const entryChanges = (
  family: TableFamily,
  entries: ReadonlyArray<Entry>,
  owner: string
): ReadonlyArray<Message> =>
  bySet(entries.map(entry => membershipOf(entry, owner))).map(([set, members]) =>
    addElements(
      tableOf(family),
      set,
      members.map(({ element }) => element)
    )
  )

export const bySet = (
  memberships: ReadonlyArray<Membership>
): ReadonlyArray<readonly [string, ReadonlyArray<Membership>]> => {
  const sets = new Map<string, Array<Membership>>()
  for (const membership of memberships) {
    const members = sets.get(membership.set) ?? []
    members.push(membership)
    sets.set(membership.set, members)
  }
  return [...sets]
}

const typeText = (selectors: ReadonlyArray<Selector<never>>): string =>
  selectors.map(({ type }) => type).join(' . ')

/** The table with its entries as a person would write it for `nft -f`. */
export const tableText = (family: TableFamily, entries: ReadonlyArray<Entry>, owner: string): string => {
  const { sets, chains } = layoutOf(family)
  const members = new Map(bySet(entries.map(entry => membershipOf(entry, owner))))
  const setText = ([name, { key, data, interval }]: readonly [string, SetShape]): string => {
    const elements = (members.get(name) ?? []).map(({ text }) => commented(text, owner))
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

/** A map's element has its comment before the colon. */
const commented = (text: string, owner: string): string => {
  const [key, data] = text.split(' : ')
  return `${key} comment "${owner}"${data === undefined ? '' : ` : ${data}`}`
}
