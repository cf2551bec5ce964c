import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Message } from '../../../protocol'
import { NLM_F } from '../../../protocol/netlink/header'
import type { NamespaceRef } from '../../namespace/reference'
import type { NetlinkError } from '../../socket/error'
import type { Request } from '../../socket/request'
import { isGone } from '../error'
import type { World } from '../world'
import { addresses } from './address'
import { type Belonging, type Owner, typeOf } from './belonging'
import { type Body, type Kept, keep, kept } from './kept'
import { forwardings, neighbours, proxies } from './neighbour'
import { nexthops, nexthopsBy } from './nexthop'
import { classes, qdiscs } from './queueing'
import { routes } from './route'
import { rules } from './rule'

const general = (belonging: unknown): Belonging => belonging as Belonging

/** What belongs to a link, in an order in which each finds what it needs. */
const kinds = {
  addresses: general(addresses),
  nexthops: general(nexthops),
  routes: general(routes),
  neighbours: general(neighbours),
  proxies: general(proxies),
  forwardings: general(forwardings),
  qdiscs: general(qdiscs),
  classes: general(classes)
} as const
type Kind = keyof typeof kinds

const names = Object.keys(kinds) as ReadonlyArray<Kind>

/** All that belongs to a link, as the kernel told it. */
export type Possessions = { readonly [K in Kind]: ReadonlyArray<Kept> }

/** A link in a namespace. */
export interface Place {
  readonly world: World
  readonly namespace: NamespaceRef | undefined
  readonly index: number
}

const request = (
  operation: string,
  answering: Request<unknown>['answering'],
  type: Message['type'],
  flags: number,
  body: Body
): Request<ReadonlyArray<Message>> => ({
  operation,
  protocol: 'route',
  answering,
  messages: () =>
    E.right([{ type, flags: NLM_F.REQUEST | flags, sequence: 0, port: 0, ...body } as unknown as Message]),
  read: answers => answers,
  fields: {}
})

const asking = (belonging: Belonging, index: number): Request<ReadonlyArray<Body>> => {
  const told = typeOf('RTM_NEW', belonging)
  return {
    ...request('nic.look', 'dump', typeOf('RTM_GET', belonging), NLM_F.DUMP, belonging.dump(index)),
    read: answers =>
      answers.flatMap(each => {
        if (each.type !== told) return []
        const { header, attributes } = each as unknown as Body
        return [{ header, attributes }]
      })
  }
}

const making = (belonging: Belonging, body: Body): Request<unknown> =>
  request(
    'nic.restore',
    'acknowledged',
    typeOf('RTM_NEW', belonging),
    NLM_F.CREATE | belonging.flags(body),
    body
  )

const removing = (belonging: Belonging, body: Body): Request<unknown> =>
  request('nic.restore', 'acknowledged', typeOf('RTM_DEL', belonging), 0, belonging.essence(body))

/** A kernel that knows no such objects has none. */
const isUnknown = (error: NetlinkError): boolean => error._tag === 'Rejected' && error.code === 'EOPNOTSUPP'

const everything = (
  belonging: Belonging,
  { world, namespace, index }: Place
): TE.TaskEither<NetlinkError, ReadonlyArray<Body>> =>
  pipe(
    world.send(asking(belonging, index), namespace),
    TE.orElse(error => (isUnknown(error) ? TE.right<NetlinkError, ReadonlyArray<Body>>([]) : TE.left(error)))
  )

const addressOf = ({ attributes }: Body): ReadonlyArray<string> => {
  const { local, address } = attributes as { readonly local?: string; readonly address?: string }
  return [local ?? address].filter(each => each !== undefined)
}

type Found = { readonly [K in Kind]: ReadonlyArray<Body> }

const ownerIn = (found: Pick<Found, 'addresses' | 'nexthops'>, index: number): Owner => {
  const plain: Owner = { index, addresses: new Set(), nexthops: new Set() }
  return {
    index,
    addresses: new Set(
      found.addresses.filter(each => kinds.addresses.belongs(each, plain)).flatMap(addressOf)
    ),
    nexthops: nexthopsBy(found.nexthops as never, index)
  }
}

/** All that belongs to a link now. */
export const possessionsOf = (place: Place): TE.TaskEither<NetlinkError, Possessions> =>
  pipe(
    names,
    TE.traverseArray(name =>
      pipe(
        everything(kinds[name], place),
        TE.map(found => [name, found] as const)
      )
    ),
    TE.map(entries => {
      const found = Object.fromEntries(entries) as unknown as Found
      const owner = ownerIn(found, place.index)
      return Object.fromEntries(
        entries.map(([name, all]) => [
          name,
          all
            .filter(each => kinds[name].belongs(each, owner))
            .map(each => keep(typeOf('RTM_NEW', kinds[name]), each))
        ])
      ) as unknown as Possessions
    })
  )

/** The rules that somebody has made in a namespace. */
export const rulesOf = (
  world: World,
  namespace: NamespaceRef | undefined
): TE.TaskEither<NetlinkError, ReadonlyArray<Kept>> => {
  const belonging = general(rules)
  const nobody: Owner = { index: 0, addresses: new Set(), nexthops: new Set() }
  return pipe(
    everything(belonging, { world, namespace, index: 0 }),
    TE.map(all =>
      all
        .filter(each => belonging.belongs(each, nobody))
        .map(each => keep(typeOf('RTM_NEW', belonging), belonging.essence(each)))
    )
  )
}

export interface Bringing {
  /** The index that the link had when its possessions were told. */
  readonly from: number
  /** Seconds since then. */
  readonly elapsed: number
  /** Where the host's other links are not. */
  readonly alone?: boolean
  /** Whether what came by itself, and was not there then, has to go. */
  readonly exact: boolean
}

/** What could not be made again, in sentences. */
type Shortfalls = ReadonlyArray<string>

const keyOf = (belonging: Belonging, body: Body): Kept => {
  const essence = belonging.essence(body)
  return keep(typeOf('RTM_NEW', belonging), belonging.identity?.(essence) ?? essence)
}

const isThere = (error: NetlinkError): boolean => error._tag === 'Rejected' && error.code === 'EEXIST'

/** Sends requests that may need each other: as long as some succeed, those that failed are tried again. */
const persist = async (
  belonging: Belonging,
  bodies: ReadonlyArray<Body>,
  { world, namespace }: Place
): Promise<Shortfalls> => {
  const session = world.session(namespace)
  if (E.isLeft(session)) return [session.left.message]
  let left = bodies
  for (;;) {
    if (left.length === 0) return []
    const results = await session.right.batch(left.map(each => making(belonging, each)))()
    const failures = results.flatMap((result, n) =>
      E.isLeft(result) && (belonging.numbered === true || !isThere(result.left))
        ? [{ body: left[n] as Body, error: result.left }]
        : []
    )
    if (failures.length === left.length)
      return failures.map(({ body, error }) => `${belonging.noun} ${belonging.told(body)}: ${error.message}`)
    left = failures.map(({ body }) => body)
  }
}

/** Removes them, in this order; what is gone by itself need not go. */
const drop = async (
  belonging: Belonging,
  bodies: ReadonlyArray<Body>,
  { world, namespace }: Place
): Promise<Shortfalls> => {
  if (bodies.length === 0) return []
  const session = world.session(namespace)
  if (E.isLeft(session)) return isGone(session.left) ? [] : [session.left.message]
  const results = await session.right.batch(bodies.map(each => removing(belonging, each)))()
  return results.flatMap((result, n) =>
    E.isLeft(result) && !isGone(result.left)
      ? [`${belonging.noun} ${belonging.told(bodies[n] as Body)} is still there: ${result.left.message}`]
      : []
  )
}

/** What of a kind has to be made, and what has to go first. */
const difference = (
  belonging: Belonging,
  wanted: ReadonlyArray<Body>,
  present: ReadonlyArray<Body>,
  own: ReadonlyArray<Body>,
  exact: boolean
): { readonly made: ReadonlyArray<Body>; readonly dropped: ReadonlyArray<Body> } => {
  const key = (body: Body): Kept => keyOf(belonging, body)
  const there = new Set(present.map(key))
  const made = wanted.filter(each => !there.has(key(each)) && belonging.granted?.(each) !== true)
  if (!exact || belonging.spontaneous !== true) return { made, dropped: [] }
  if (belonging.ordered === true) {
    const first = belonging.order(own).map(key)
    return first.every((each, n) => wanted[n] !== undefined && key(wanted[n]) === each)
      ? { made, dropped: [] }
      : { made: wanted, dropped: own }
  }
  const asked = new Set(wanted.map(key))
  return { made, dropped: own.filter(each => !asked.has(key(each)) && belonging.granted?.(each) !== true) }
}

const bringKind = async (
  name: Kind,
  texts: ReadonlyArray<Kept>,
  place: Place,
  { from, elapsed, alone = false, exact, nexthops }: Bringing & Pick<Owner, 'nexthops'>
): Promise<Shortfalls> => {
  const belonging = kinds[name]
  const { index } = place
  const own = { index, nexthops }
  const wanted = belonging.order(
    texts
      .flatMap(text => kept<Body>(text))
      .flatMap(each => belonging.aged?.(each, elapsed) ?? (belonging.aged ? [] : [belonging.essence(each)]))
      .map(each => belonging.moved(each, from, index))
      .flatMap(each => (alone && belonging.alone ? (belonging.alone(each, own) ?? []) : [each]))
  )
  const look = pipe(
    TE.Do,
    TE.apS('present', everything(belonging, place)),
    TE.apS('addresses', everything(kinds.addresses, place)),
    TE.apS('nexthops', everything(kinds.nexthops, place))
  )
  if (wanted.length === 0 && !(exact && belonging.spontaneous)) return []
  const found = await look()
  if (E.isLeft(found)) return [found.left.message]
  const { present } = found.right
  const owner = ownerIn(found.right, index)
  const { made, dropped } = difference(
    belonging,
    wanted,
    present,
    present.filter(each => belonging.belongs(each, owner)),
    exact
  )
  return [...(await drop(belonging, dropped, place)), ...(await persist(belonging, made, place))]
}

/** Gives a link again what belonged to it, as far as it lacks that. */
export const bring = async (
  possessions: Partial<Possessions>,
  place: Place,
  bringing: Bringing
): Promise<Shortfalls> => {
  const nexthops = nexthopsBy(
    (possessions.nexthops ?? []).flatMap(text => kept<never>(text)),
    bringing.from
  )
  let before = Number.POSITIVE_INFINITY
  for (;;) {
    const shortfalls: Array<string> = []
    for (const name of names)
      shortfalls.push(...(await bringKind(name, possessions[name] ?? [], place, { ...bringing, nexthops })))
    // A qdisc may hang on a class, and that on a qdisc: as long as there is progress, it is tried again.
    if (shortfalls.length === 0 || shortfalls.length >= before) return shortfalls
    before = shortfalls.length
  }
}

/** Makes rules in a namespace. */
export const bringRules = (
  texts: ReadonlyArray<Kept>,
  world: World,
  namespace: NamespaceRef
): Promise<Shortfalls> =>
  persist(
    general(rules),
    texts.flatMap(text => kept<Body>(text)),
    { world, namespace, index: 0 }
  )

/** Takes rules out of a namespace again: those that could not be, in sentences. */
export const dropRules = (
  texts: ReadonlyArray<Kept>,
  world: World,
  namespace: NamespaceRef
): Promise<Shortfalls> =>
  drop(
    general(rules),
    texts.flatMap(text => kept<Body>(text)),
    { world, namespace, index: 0 }
  )
