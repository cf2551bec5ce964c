import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Link, LinkChange, NewLink, NewPeer } from '../../link'
import * as link from '../../link'
import type { NamespaceRef } from '../../namespace/reference'
import type { AddLink, SetLink } from '../../recipe/step'
import type { LinkRef, Request } from '../../socket/request'
import { isGone, type StepError } from '../error'
import { removeOwnGroup } from '../group'
import { rename } from '../rename'
import { tagOf } from '../tag'
import { placeName } from '../world'
import { type Act, call, ip, type StepKind, type Surroundings, send, unlessGone, word } from './kind'

/** The indexes that the new links get: by them they are known from then on, whatever happens to their names. */
export interface LinkBefore {
  readonly index: number
  readonly peerIndex?: number
}

const peerOf = (given: NewLink): NewPeer | undefined => ('peer' in given ? given.peer : undefined)

/** Where a new link is: it can be made in another namespace than that of its parent. */
export const homeOf = ({ link: { namespace: home }, namespace }: AddLink): NamespaceRef | undefined =>
  home ?? namespace

/** A new link: `ip link add`. */
export const addLinkStep: StepKind<AddLink, LinkBefore> = {
  describe: step => `make the ${step.link.kind} ${step.link.name} ${placeName(homeOf(step))}`,
  before: ({ link: given }) =>
    TE.right({
      index: link.freeIndex(),
      ...(peerOf(given) !== undefined && { peerIndex: link.freeIndex() })
    }),
  apply: (step, { index, peerIndex }, { linkIn, owner, world }) => {
    const { link: given, namespace } = step
    const peer = peerOf(given)
    const numbered = {
      ...given,
      index,
      ...(given.master !== undefined && { master: linkIn(homeOf(step), given.master) }),
      ...(peer !== undefined && { peer: { ...peer, index: peerIndex } })
    }
    const make = link.add(numbered as NewLink)
    const mark = link.set(index, { alias: tagOf(owner) })
    if (given.namespace === undefined) return send(namespace, [make, mark])
    return call(
      pipe(
        world.send(make, namespace),
        TE.chainW(() => world.send(mark, given.namespace))
      )
    )
  },
  undo: (step, before, around) => removal(step, before, around),
  check: (step, { index, peerIndex }, { world, linkIn }) => {
    const { link: given } = step
    const peer = peerOf(given)
    const home = homeOf(step)
    return pipe(
      TE.Do,
      TE.bind('master', () => masterOf(world, home, given.master, linkIn)),
      TE.bind('own', ({ master }) => checkLink(world, home, index, given, master)),
      TE.bind('other', () =>
        peer === undefined || peerIndex === undefined
          ? TE.right([])
          : checkLink(world, peer.namespace ?? home, peerIndex, peer)
      ),
      TE.map(({ own, other }) => [...own, ...other])
    )
  },
  repair: (step, before, around) => repairing(step, before, around),
  script: step => {
    const { link: given, namespace } = step
    return [
      ...(given.namespace === undefined
        ? [`${ip(namespace)} link add ${words(given)}`]
        : // Kernels before 6.13 take the name for one that this side has already.
          [
            `${ip(namespace)} link add ${words({ ...given, name: `new-${given.kind}` } as NewLink)}`,
            `${ip(homeOf(step))} link set new-${given.kind} name ${word(given.name)}`
          ]),
      ...(given.up === true ? [`${ip(homeOf(step))} link set ${word(given.name)} up`] : [])
    ]
  }
}

/** A pair between namespaces is removed from the other end where this one's namespace is gone. */
const removal = (step: AddLink, { index, peerIndex }: LinkBefore, { world, owner }: Surroundings): Act => {
  const { link: given, namespace } = step
  const { group } = given
  const home = homeOf(step)
  const peer = peerOf(given)
  const across = home === undefined ? undefined : peer
  if (group === undefined && across === undefined) return send(home, [link.remove(index)])
  return call(
    pipe(
      group === undefined ? TE.right(false) : removeOwnGroup(world, home, group, owner),
      TE.chain(gone => (gone ? TE.right(undefined) : world.send(link.remove(index), home))),
      TE.orElse(error =>
        across !== undefined && peerIndex !== undefined && isGone(error)
          ? world.send(link.remove(peerIndex), across.namespace ?? namespace)
          : TE.left(error)
      )
    )
  )
}

type World = Surroundings['world']

const look = (
  world: World,
  namespace: NamespaceRef | undefined,
  ref: LinkRef
): TE.TaskEither<StepError, Link | undefined> => unlessGone(world.send(link.get(ref), namespace))

/** A new link is known by its index; it may have been renamed. */
const checkLink = (
  world: World,
  namespace: NamespaceRef | undefined,
  index: number,
  given: NewPeer,
  master?: number | null
): TE.TaskEither<StepError, ReadonlyArray<string>> => {
  const called = `${given.name} ${placeName(namespace)}`
  return pipe(
    look(world, namespace, index),
    TE.map(found => (found === undefined ? [`${called} is gone`] : differences(found, given, called, master)))
  )
}

/** Something of a link that is not as it was set, in a sentence, and what sets it. */
interface Deviation {
  readonly sentence: string
  readonly change: LinkChange
}

const deviations = (
  found: Link,
  { name, up, mtu, address }: LinkChange,
  called: string,
  master?: number | null
): ReadonlyArray<Deviation> => [
  ...(name === undefined || found.name === name
    ? []
    : [{ sentence: `${called} is called ${found.name}`, change: { name } }]),
  ...(up === undefined || found.up === up
    ? []
    : [{ sentence: `${called} is ${found.up ? 'up' : 'down'}`, change: { up } }]),
  ...(mtu === undefined || found.mtu === mtu
    ? []
    : [{ sentence: `the MTU of ${called} is ${found.mtu}, not ${mtu}`, change: { mtu } }]),
  ...(address === undefined || found.address === address.toLowerCase()
    ? []
    : [
        {
          sentence: `the hardware address of ${called} is ${found.address}, not ${address}`,
          change: { address }
        }
      ]),
  ...(master === undefined || (found.master ?? null) === master
    ? []
    : [
        {
          sentence: `${called} ${master === null ? 'has a master' : 'is not in its bridge'}`,
          change: { master }
        }
      ])
]

const differences = (...of: Parameters<typeof deviations>): ReadonlyArray<string> =>
  deviations(...of).map(({ sentence }) => sentence)

/** Makes a link again that is gone, or sets what of it is not as it was. */
const repairing = (step: AddLink, before: LinkBefore, around: Surroundings): Act => {
  const { index, peerIndex } = before
  const { world, linkIn } = around
  const home = homeOf(step)
  const peer = peerOf(step.link)
  return call(
    pipe(
      look(world, home, index),
      TE.chain(found =>
        found === undefined
          ? performed(addLinkStep.apply(step, before, around), world)
          : pipe(
              masterOf(world, home, step.link.master, linkIn),
              TE.chain(master => amend(world, home, found, step.link, master)),
              TE.chain(() =>
                peer === undefined || peerIndex === undefined
                  ? TE.right(undefined)
                  : look(world, peer.namespace ?? home, peerIndex)
              ),
              TE.chain(other =>
                peer === undefined || other === undefined
                  ? TE.right(undefined)
                  : amend(world, peer.namespace ?? home, other, peer)
              )
            )
      ),
      TE.map(() => undefined)
    )
  )
}

const performed = (act: Act, world: World): TE.TaskEither<StepError, unknown> =>
  act._tag === 'Call'
    ? act.run
    : TE.traverseSeqArray((request: Request<unknown>) => world.send(request, act.namespace))(act.requests)

const amend = (
  world: World,
  namespace: NamespaceRef | undefined,
  found: Link,
  wanted: NewPeer,
  master?: number | null
): TE.TaskEither<StepError, void> =>
  pipe(
    deviations(found, wanted, wanted.name, master),
    TE.traverseSeqArray(({ change }) =>
      change.name === undefined
        ? world.send(link.set(found.index, change), namespace)
        : pipe(
            rename(world, namespace, found.index, change.name),
            TE.chain(() => world.send(link.set(found.index, { up: found.up }), namespace))
          )
    ),
    TE.map(() => undefined)
  )

const masterOf = (
  world: World,
  namespace: NamespaceRef | undefined,
  master: LinkChange['master'],
  linkIn: Surroundings['linkIn']
): TE.TaskEither<StepError, number | null | undefined> => {
  if (master === undefined || master === null) return TE.right(master)
  return pipe(
    look(world, namespace, linkIn(namespace, master)),
    TE.map(found => found?.index ?? -1)
  )
}

/** What follows `ip link add`. */
const words = (given: NewLink): string => {
  const peer = peerOf(given)
  return [
    word(given.name),
    ...(given.parent === undefined ? [] : ['link', word(given.parent)]),
    ...common(given),
    ...(given.master === undefined ? [] : ['master', word(given.master)]),
    'type',
    given.kind,
    ...(peer === undefined ? [] : ['peer name', word(peer.name), ...common(peer)]),
    ...optionWords(given)
  ].join(' ')
}

const common = ({ mtu, address, group, namespace }: NewPeer): ReadonlyArray<string> => [
  ...(mtu === undefined ? [] : ['mtu', String(mtu)]),
  ...(address === undefined ? [] : ['address', address]),
  ...(group === undefined ? [] : ['group', String(group)]),
  ...netns(namespace)
]

const netns = (namespace: NamespaceRef | undefined): ReadonlyArray<string> => {
  if (namespace === undefined) return []
  if (typeof namespace === 'string') return ['netns', word(namespace)]
  if ('pid' in namespace) return ['netns', String(namespace.pid)]
  return ['netns', 'path' in namespace ? word(namespace.path) : `/proc/self/fd/${namespace.fd}`]
}

/** Options that ip(8) takes by a word for each number. */
const named: { readonly [kindAndKey: string]: { readonly [word: string]: number } } = {
  'ipvlan mode': link.IPVLAN_MODE,
  'ipvlan flags': link.IPVLAN_F,
  'macvlan mode': link.MACVLAN_MODE
}

/** The others go by the kernel's names, with underscores. */
const optionWords = (given: NewLink): ReadonlyArray<string> =>
  Object.entries<unknown>('options' in given ? (given.options ?? {}) : {}).flatMap(([key, value]) => {
    const names = named[`${given.kind} ${key}`]
    const name = Object.entries(names ?? {})
      .find(([, number]) => number === value)?.[0]
      .toLowerCase()
    return name === undefined
      ? [key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`), String(value)]
      : [...(key === 'flags' ? [] : [key]), name]
  })

/** A change of a link that the same plan has made: it goes when the link goes. */
export const setLinkStep: StepKind<SetLink, null> = {
  describe: ({ link: name, change, namespace }) =>
    `set ${name} ${placeName(namespace)}${change.up === true ? ' up' : ''}`,
  before: () => TE.right(null),
  apply: ({ link: name, change, namespace }, _, { linkIn }) =>
    send(namespace, [link.set(linkIn(namespace, name), change)]),
  undo: () => undefined,
  check: ({ link: name, change, namespace }, _, { world, linkIn }) =>
    pipe(
      look(world, change.namespace ?? namespace, linkIn(namespace, name)),
      TE.chain(found =>
        found === undefined
          ? TE.right([`${name} ${placeName(namespace)} is gone`])
          : pipe(
              masterOf(world, namespace, change.master, linkIn),
              TE.map(master => differences(found, change, `${name} ${placeName(namespace)}`, master))
            )
      )
    ),
  script: ({ link: name, change, namespace }) => [
    [ip(namespace), 'link set', word(name), ...changes(change)].join(' '),
    ...(change.port?.kind === 'bridge'
      ? [
          [
            ip(namespace),
            'link set',
            word(name),
            'type bridge_slave',
            ...portWords(change.port.options)
          ].join(' ')
        ]
      : [])
  ]
}

/** A bridge's port by ip(8)'s words. */
const portWords = ({ mode }: link.PortOptions): ReadonlyArray<string> =>
  mode === undefined ? [] : ['hairpin', mode === 1 ? 'on' : 'off']

const changes = ({ up, mtu, address, master, group }: LinkChange): ReadonlyArray<string> => [
  ...(mtu === undefined ? [] : ['mtu', String(mtu)]),
  ...(address === undefined ? [] : ['address', address]),
  ...(master === undefined ? [] : master === null ? ['nomaster'] : ['master', word(master)]),
  ...(group === undefined ? [] : ['group', String(group)]),
  ...(up === undefined ? [] : [up ? 'up' : 'down'])
]
