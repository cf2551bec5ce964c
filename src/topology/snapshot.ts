import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type * as T from 'fp-ts/Task'
import * as TE from 'fp-ts/TaskEither'
import type { Address } from '../address'
import { type Connection, open } from '../connection'
import type { Link } from '../link'
import type { NamespaceError } from '../namespace'
import { type Route, RT_TABLE } from '../route'
import type { NetlinkError } from '../socket/error'
import type { DefaultRoute, LinkEnd, Topology, TopologyLink, TopologyNamespace } from './model'
import { type Found, namespaces } from './namespaces'
import { type Nat, natOf } from './nat'

/** What one namespace says of itself. */
interface Account extends Found {
  readonly closed?: string
  readonly links: ReadonlyArray<Link>
  readonly addresses: ReadonlyArray<Address>
  readonly routes: ReadonlyArray<Route>
  readonly nat: Nat
  /** The id that it has for another namespace. */
  readonly idOf: (other: Found) => Promise<number | undefined>
  readonly close: () => void
}

const silent = { links: [], addresses: [], routes: [], nat: { masquerades: [], published: [] } } as const

const look = (found: Found): T.Task<Account> => {
  const connection = open({ namespace: found.reference })
  const base = { ...found, idOf: idBy(connection), close: connection.close }
  return pipe(
    TE.Do,
    TE.bind('links', () => connection.link.list()),
    TE.bind('addresses', () => connection.address.list()),
    TE.bind('routes', () => connection.route.list({ table: RT_TABLE.MAIN })),
    TE.bind('nat', () => TE.fromTask(natOf(connection))),
    TE.match(
      (error): Account => ({ ...base, ...silent, closed: error.message }),
      account => ({ ...base, ...account })
    )
  )
}

const idBy =
  ({ nsid }: Connection): Account['idOf'] =>
  async ({ reference }) => {
    const answer = await nsid.get(reference)()
    return E.isRight(answer) ? answer.right?.id : undefined
  }

/**
 * The namespaces of this machine that have a name or a process, their links, and how those hang together across
 * namespaces. What happens meanwhile may be seen in part. Namespaces that we may not enter are told of, closed.
 */
export const topology = (): TE.TaskEither<NamespaceError | NetlinkError, Topology> =>
  pipe(
    namespaces,
    TE.chainTaskK(found => async () => {
      // One after the other: a machine with a thousand namespaces is not to need as many descriptors.
      const accounts: Array<Account> = []
      for (const each of found) accounts.push(await look(each)())
      const joined = await join(accounts)
      for (const each of accounts) each.close()
      return joined
    })
  )

const join = async (accounts: ReadonlyArray<Account>): Promise<Topology> => {
  const strangers = new Map<string, Array<TopologyLink>>()
  const known: Array<TopologyNamespace> = []
  for (const account of accounts) {
    const links: Array<TopologyLink> = []
    for (const link of account.links) {
      const end = await otherEnd(account, link, accounts)
      if (end?.namespace.startsWith('id ') === true) note(strangers, end)
      links.push(linkOf(account, link, end))
    }
    const { identity, here, names, processes, closed, routes, nat } = account
    known.push({
      identity,
      here,
      names,
      processes,
      ...(closed !== undefined && { closed }),
      links,
      defaultRoutes: routes.flatMap(defaultRoute),
      ...nat
    })
  }
  return { namespaces: [...known, ...[...strangers].map(stranger)] }
}

/** Kinds whose link is not below them but at the other end of a wire. */
const paired: ReadonlySet<string | undefined> = new Set(['veth', 'vxcan', 'netkit'])

/**
 * Where a link's other half is. The kernel tells its index and an id for its namespace, and ids are asked of few: of
 * a pair, those whose own half points back.
 */
const otherEnd = async (
  account: Account,
  link: Link,
  accounts: ReadonlyArray<Account>
): Promise<LinkEnd | undefined> => {
  const { index, kind, parent: half = 0, parentNamespace } = link
  // A tunnel that was made on no link tells a 0.
  if (half === 0) return undefined
  if (parentNamespace === undefined) return { namespace: account.identity, index: half }
  for (const other of accounts) {
    const there = other.links.find(each => each.index === half)
    if (there === undefined || (paired.has(kind) && there.parent !== index)) continue
    if ((await account.idOf(other)) === parentNamespace) return { namespace: other.identity, index: half }
  }
  return { namespace: `id ${parentNamespace} in ${account.identity}`, index: half }
}

const linkOf = (
  { addresses }: Account,
  { index, name, kind, up, alias, master }: Link,
  end: LinkEnd | undefined
): TopologyLink => ({
  index,
  name,
  ...(kind !== undefined && { kind }),
  up,
  ...(alias !== undefined && { alias }),
  addresses: addresses.filter(each => each.link === index).flatMap(addressText),
  ...(master !== undefined && { master }),
  ...(end !== undefined && (paired.has(kind) ? { peer: end } : { parent: end }))
})

/** Every link has a link-local address of its own, and every `lo` 127.0.0.1. */
const addressText = ({ address, prefixLength }: Address): ReadonlyArray<string> =>
  /^(fe80:|127\.0\.0\.1$|::1$)/.test(address) ? [] : [`${address}/${prefixLength}`]

const defaultRoute = ({ destination, family, gateway, link }: Route): ReadonlyArray<DefaultRoute> =>
  destination === 'default'
    ? [{ family, ...(gateway !== undefined && { gateway }), ...(link !== undefined && { link }) }]
    : []

const note = (strangers: Map<string, Array<TopologyLink>>, { namespace, index }: LinkEnd): void => {
  const links = strangers.get(namespace) ?? []
  strangers.set(namespace, [...links, { index, name: `link ${index}`, up: true, addresses: [] }])
}

const stranger = ([identity, links]: readonly [string, ReadonlyArray<TopologyLink>]): TopologyNamespace => ({
  identity,
  here: false,
  names: [],
  processes: [],
  closed: 'it has no name, and no process that we may see',
  links,
  defaultRoutes: [],
  masquerades: [],
  published: []
})
