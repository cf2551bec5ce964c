import { setTimeout } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import * as address from '../../address'
import * as filter from '../../filter'
import type { Link, LinkChange, PortVlan } from '../../link'
import * as link from '../../link'
import type { NamespaceRef } from '../../namespace/reference'
import * as qdisc from '../../qdisc'
import type { NetlinkError } from '../../socket/error'
import type { Request } from '../../socket/request'
import { type LinkUnmovable, linkStuck, linkUnmovable, type StepError } from '../error'
import { rename } from '../rename'
import { placeKey, placeName, type World } from '../world'
import { type AddressBody, addresses } from './address'
import { type Kept, kept } from './kept'
import { bring, bringRules, dropRules, type Possessions, possessionsOf, rulesOf } from './possessions'
import { type Settings, setSettings, settingsOf } from './settings'
import { changesTo, type Traits, traitsOf } from './traits'
import { type Found, type Identity, identityOf, isVirtual, locate } from './whereabouts'

/** A link of the host and all that the host loses when it moves, as plain data. */
export interface Nic {
  /** Its index on the host. */
  readonly index: number
  /** The index that it gets in the namespace. */
  readonly inner: number
  readonly identity: Identity
  readonly traits: Traits
  /** The VLANs that it takes part in, as the port of a bridge. */
  readonly vlans?: ReadonlyArray<PortVlan>
  readonly settings: Settings
  readonly possessions: Possessions
  /** Seconds of the kernel's clock when this was told: lifetimes go on from there. */
  readonly told: number
}

/** CLOCK_MONOTONIC, by which the kernel counts lifetimes. */
const now = (): number => process.hrtime()[0]

/** A veth's other end says that it hangs on this one, and this one that it hangs on that. */
const isOn = (lower: Link, upper: Link): boolean =>
  upper.parent === lower.index &&
  upper.parentNamespace === undefined &&
  upper.index !== lower.index &&
  !(lower.parent === upper.index && lower.parentNamespace === undefined)

/** What would be lost with the link for good, if anything. */
const hindrance = (own: Link, world: World): TE.TaskEither<StepError, LinkUnmovable | undefined> =>
  pipe(
    TE.Do,
    TE.apS('links', world.send(link.list())),
    TE.apS('qdiscs', world.send(qdisc.list({ link: own.index }))),
    TE.bind('filters', ({ qdiscs }) =>
      pipe(
        qdiscs.filter(({ handle }) => handle !== ':').flatMap(({ kind, handle }) => placesOf(kind, handle)),
        TE.traverseArray(parent => world.send(filter.list({ link: own.index, parent })))
      )
    ),
    TE.map(({ links, filters }) => {
      const upper = links.find(each => isOn(own, each))
      if (upper !== undefined)
        return linkUnmovable(own.name, `${upper.name} is on top of it and would be lost; remove that first`)
      return filters.flat().length > 0
        ? linkUnmovable(
            own.name,
            'it has traffic filters (tc filter), which would be lost; remove them first'
          )
        : undefined
    })
  )

const placesOf = (kind: string, handle: qdisc.Handle): ReadonlyArray<filter.FilterPlace> =>
  kind === 'clsact' || kind === 'ingress' ? ['ingress', 'egress'] : [handle]

/** All that there is to know of a link of the host before it moves. Left if it cannot move without loss. */
export const takeStock = (name: string, world: World): TE.TaskEither<StepError, Nic> =>
  pipe(
    TE.Do,
    TE.bindW('own', () => world.send(link.get(name))),
    TE.chainFirstW(({ own }) =>
      pipe(
        hindrance(own, world),
        TE.chainW(reason =>
          reason === undefined ? TE.right(undefined) : TE.left<StepError, undefined>(reason)
        )
      )
    ),
    TE.bindW('possessions', ({ own }) => possessionsOf({ world, namespace: undefined, index: own.index })),
    TE.bindW('settings', ({ own }) => TE.fromEither(settingsOf(own.name, world))),
    TE.bindW('vlans', ({ own }) =>
      own.master === undefined
        ? TE.right<NetlinkError, ReadonlyArray<PortVlan>>([])
        : world.send(link.vlan.list({ link: own.index }))
    ),
    TE.map(({ own, possessions, settings, vlans }) => ({
      index: own.index,
      inner: link.freeIndex(),
      identity: identityOf(own),
      traits: traitsOf(own),
      vlans,
      settings,
      possessions,
      told: now()
    }))
  )

/** The addresses that it had on the host, those aside that the kernel gives each IPv6 link. */
export const addressesOf = ({ possessions }: Nic): ReadonlyArray<string> =>
  possessions.addresses
    .flatMap(each => kept<AddressBody>(each))
    .map(addresses.told)
    .filter(each => !each.startsWith('fe80:'))

/** Where the link is now. */
export const find = (
  { identity, index, inner }: Nic,
  namespace: NamespaceRef,
  world: World
): TE.TaskEither<StepError, Found | undefined> =>
  locate(
    identity,
    [
      { namespace, indexes: [inner] },
      { namespace: undefined, indexes: [index, inner] }
    ],
    world
  )

/** What could not be done, in sentences. */
type Shortfalls = ReadonlyArray<string>

const change = async (
  world: World,
  namespace: NamespaceRef | undefined,
  index: number,
  changes: ReadonlyArray<LinkChange>
): Promise<Shortfalls> =>
  sendAll(
    world,
    namespace,
    changes.map(each => link.set(index, each))
  )

const sendAll = async (
  world: World,
  namespace: NamespaceRef | undefined,
  requests: ReadonlyArray<Request<void>>
): Promise<Shortfalls> => {
  const session = world.session(namespace)
  if (E.isLeft(session)) return [session.left.message]
  const results = await session.right.batch(requests)()
  return results.flatMap(result => (E.isLeft(result) ? [result.left.message] : []))
}

/** For how long somebody at the other end is waited for, and how often we look, in milliseconds. */
const patience = 5_000
const pace = 2

const until = async (holds: () => Promise<boolean>, limit = patience): Promise<void> => {
  const deadline = performance.now() + limit
  while (!(await holds()) && performance.now() < deadline) await setTimeout(pace)
}

const isConnected =
  (world: World, namespace: NamespaceRef | undefined, index: number) => async (): Promise<boolean> => {
    const own = await world.send(link.get(index), namespace)()
    return E.isLeft(own) || traitsOf(own.right).connected
  }

/** Addresses are in use a moment after they are made, even where nobody is asked whether he has the same. */
const isSettled =
  (world: World, namespace: NamespaceRef | undefined, index: number) => async (): Promise<boolean> => {
    const all = await world.send(address.list({ link: index, family: 'ipv6' }), namespace)()
    return E.isLeft(all) || all.right.every(({ flags }) => (flags & address.IFA_F.TENTATIVE) === 0)
  }

/** Duplicates are not looked for: the addresses were in use here a moment ago. */
const askNobody = 'ipv6/conf/accept_dad'

interface Dressing {
  readonly namespace?: NamespaceRef
  readonly index: number
  readonly name: string
  readonly settings: Settings
  /** Whether the host's other links are not there. */
  readonly alone?: boolean
  readonly exact: boolean
}

/** Gives a link its parameters, sets it up, and gives it all that it had. */
const dress = async (
  { traits, possessions, index: from, told }: Nic,
  world: World,
  { namespace, index, name, settings, alone = false, exact }: Dressing
): Promise<Shortfalls> => {
  const shortfalls: Array<string> = []
  const asking = settings[askNobody] === undefined ? settings : { ...settings, [askNobody]: '0' }
  shortfalls.push(...setSettings(name, asking, world, namespace))
  shortfalls.push(...(await change(world, namespace, index, [{ up: traits.up }])))
  if (traits.up && traits.connected) await until(isConnected(world, namespace, index))
  shortfalls.push(
    ...(await bring(possessions, { world, namespace, index }, { from, elapsed: now() - told, alone, exact }))
  )
  if (traits.up && traits.connected) await until(isSettled(world, namespace, index))
  shortfalls.push(...setSettings(name, settings, world, namespace))
  if (traits.token !== undefined)
    shortfalls.push(...(await change(world, namespace, index, [{ token: traits.token }])))
  return shortfalls
}

/** Moves the link of the host into a namespace, unless it is there already; by this name in any case. */
export const move = (
  nic: Nic,
  namespace: NamespaceRef,
  name: string,
  world: World
): TE.TaskEither<StepError, void> =>
  pipe(
    find(nic, namespace, world),
    TE.chainW((found): TE.TaskEither<StepError, void> => {
      if (found === undefined)
        return TE.left(linkStuck(nic.traits.name, undefined, `${nic.traits.name} is gone`))
      const { index } = found.link
      if (placeKey(found.namespace) !== placeKey(namespace))
        return world.send(link.set(index, { namespace, name, index: nic.inner }), found.namespace)
      return found.link.name === name ? TE.right(undefined) : rename(world, namespace, index, name)
    })
  )

/** A router heeds what other routers tell only if that is said. */
const asRouter = (settings: Settings): Settings =>
  settings['ipv6/conf/accept_ra'] === '1' ? { ...settings, 'ipv6/conf/accept_ra': '2' } : settings

/** Gives the link, which is in a namespace now, all that it had on the host, and the namespace the host's rules. */
export const furnish =
  (
    nic: Nic,
    rules: ReadonlyArray<Kept>,
    namespace: NamespaceRef,
    name: string,
    world: World
  ): TE.TaskEither<StepError, void> =>
  async () => {
    const shortfalls = [
      ...(await bringRules(rules, world, namespace)),
      ...(await dress(nic, world, {
        namespace,
        index: nic.inner,
        name,
        settings: asRouter(nic.settings),
        alone: true,
        exact: true
      }))
    ]
    return shortfalls.length === 0
      ? E.right(undefined)
      : E.left(linkStuck(name, namespace, `not all of ${name} could be moved: ${shortfalls.join('; ')}`))
  }

/** The host's rules that a namespace lacks. */
export const missingRules = (
  namespace: NamespaceRef,
  world: World
): TE.TaskEither<StepError, ReadonlyArray<Kept>> =>
  pipe(
    TE.Do,
    TE.apS('ours', rulesOf(world, undefined)),
    TE.apS('theirs', rulesOf(world, namespace)),
    TE.map(({ ours, theirs }) => ours.filter(each => !theirs.includes(each)))
  )

/** Takes the host's rules out of the namespace again. */
export const withdrawRules =
  (
    { traits: { name } }: Nic,
    rules: ReadonlyArray<Kept>,
    namespace: NamespaceRef,
    world: World
  ): TE.TaskEither<StepError, void> =>
  async () => {
    const shortfalls = await dropRules(rules, world, namespace)
    return shortfalls.length === 0
      ? E.right(undefined)
      : E.left(
          linkStuck(
            name,
            undefined,
            `${name} is back, but not all that came with it has gone ${placeName(namespace)}: ${shortfalls.join('; ')}`
          )
        )
  }

const namesOf = ({ name, alternativeNames }: Link): ReadonlyArray<string> => [name, ...alternativeNames]

/** A name that no link has, for one whose own is taken. */
const substitute = (index: number, taken: ReadonlySet<string>): string => {
  for (let n = 0; ; n++) {
    const name = `dev${index}${n === 0 ? '' : `_${n}`}`.slice(-15)
    if (!taken.has(name)) return name
  }
}

/** Brings the link back to the host; by another name and index if its own are taken. */
const fetch = (nic: Nic, found: Found, world: World): TE.TaskEither<StepError, Link> =>
  pipe(
    world.send(link.list()),
    TE.chainW(links => {
      const taken = new Set(links.flatMap(namesOf))
      const index = links.some(each => each.index === nic.index) ? {} : { index: nic.index }
      const name = taken.has(nic.traits.name) ? substitute(nic.index, taken) : nic.traits.name
      const rivals = found.link.alternativeNames.filter(each => taken.has(each))
      return pipe(
        rivals.length === 0
          ? TE.right(undefined)
          : world.send(link.removeNames(found.link.index, rivals), found.namespace),
        TE.chainW(() => TE.fromEither(world.at(undefined))),
        TE.chainW(home =>
          world.send(link.set(found.link.index, { namespace: home, name, ...index }), found.namespace)
        ),
        TE.chainW(() => world.send(link.get(name)))
      )
    }),
    TE.orElse(error =>
      pipe(
        // It may have come, and only its new name been refused.
        find(nic, found.namespace as NamespaceRef, world),
        TE.chain(again =>
          again !== undefined && again.namespace === undefined
            ? TE.right<StepError, Link>(again.link)
            : TE.left<StepError, Link>(
                linkStuck(
                  nic.traits.name,
                  found.namespace,
                  `${nic.traits.name} is still ${placeName(found.namespace)}, as ${found.link.name}: ${error.message}`
                )
              )
        )
      )
    )
  )

/** The link's names as they were; other links keep theirs. */
const rechristen = async (nic: Nic, here: Link, world: World): Promise<Shortfalls> => {
  const shortfalls: Array<string> = []
  const others = await world.send(link.list())()
  if (E.isLeft(others)) return [others.left.message]
  const taken = new Set(others.right.filter(({ index }) => index !== here.index).flatMap(namesOf))
  const { name, alternativeNames } = nic.traits
  if (here.name !== name) {
    if (taken.has(name))
      shortfalls.push(`it is called ${here.name}, as another link has its name ${name} now; rename that one`)
    else {
      const renamed = await rename(world, undefined, here.index, name)()
      if (E.isLeft(renamed)) shortfalls.push(renamed.left.message)
    }
  }
  if (isDeepStrictEqual(here.alternativeNames, alternativeNames)) return shortfalls
  // They are told in the order in which they were given.
  if (here.alternativeNames.length > 0)
    await world.send(link.removeNames(here.index, here.alternativeNames))()
  for (const each of alternativeNames) {
    const added = await world.send(link.addNames(here.index, [each]))()
    if (E.isLeft(added))
      shortfalls.push(taken.has(each) ? `another link has its name ${each} now` : added.left.message)
  }
  return shortfalls
}

const rejoin = async (nic: Nic, here: Link, world: World): Promise<Shortfalls> => {
  const { master, port } = nic.traits
  if (master === here.master) return []
  const shortfalls = await change(world, undefined, here.index, [
    { master: master ?? null },
    ...(port === undefined ? [] : [{ port: { kind: 'bridge', options: port } } as const])
  ])
  return port === undefined || nic.vlans === undefined
    ? shortfalls
    : [...shortfalls, ...(await retag(nic.vlans, here, world))]
}

/** The port's VLANs as they were, where its bridge has taken it into the one that is everybody's. */
const retag = async (vlans: ReadonlyArray<PortVlan>, { index }: Link, world: World): Promise<Shortfalls> => {
  const there = await world.send(link.vlan.list({ link: index }))()
  if (E.isLeft(there)) return [there.left.message]
  return sendAll(world, undefined, [
    ...there.right.map(({ id, last }) =>
      link.vlan.remove({ link: index, id, ...(last !== undefined && { last }) })
    ),
    ...vlans.map(vlan => link.vlan.add({ ...vlan, link: index }))
  ])
}

/** What a link has become that could not be given back. */
const lost = (nic: Nic, namespace: NamespaceRef): string =>
  isVirtual(nic.identity)
    ? `${nic.traits.name} is gone: a ${nic.identity.kind} ends with its namespace, and nothing of it can be given back`
    : `${nic.traits.name} is neither ${placeName(namespace)} nor on the host, and cannot be given back; was it unplugged, or moved elsewhere?`

/**
 * Gives the host its link back with all that it had. It may still be in the namespace, or have come back alone when
 * that ended, or never have gone. Answers what had to be left, if the link is nowhere to be found.
 */
export const giveBack = (
  nic: Nic,
  namespace: NamespaceRef,
  world: World
): TE.TaskEither<StepError, ReadonlyArray<string>> =>
  pipe(
    find(nic, namespace, world),
    TE.chainW((found): TE.TaskEither<StepError, ReadonlyArray<string>> => {
      if (found === undefined) return TE.right([lost(nic, namespace)])
      if (found.namespace === undefined)
        // It has been away if it came back as another, and the labels of its addresses go with its name.
        return restore(
          nic,
          found.link,
          found.link.index !== nic.index || found.link.name !== nic.traits.name,
          world
        )
      return pipe(
        fetch(nic, found, world),
        TE.chainW(here => restore(nic, here, true, world))
      )
    })
  )

const restore =
  (nic: Nic, here: Link, exact: boolean, world: World): TE.TaskEither<StepError, ReadonlyArray<string>> =>
  async () => {
    const { index } = here
    const shortfalls = [...(await rechristen(nic, here, world))]
    shortfalls.push(...(await change(world, undefined, index, changesTo(nic.traits, traitsOf(here)))))
    shortfalls.push(...(await rejoin(nic, here, world)))
    const named = await world.send(link.get(index))()
    if (E.isLeft(named)) return named
    shortfalls.push(
      ...(await dress(nic, world, { index, name: named.right.name, settings: nic.settings, exact }))
    )
    return shortfalls.length === 0
      ? E.right([])
      : E.left(
          linkStuck(
            nic.traits.name,
            undefined,
            `${nic.traits.name} is back, but not as it was: ${shortfalls.join('; ')}`
          )
        )
  }
