import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Link, LinkChange, NewLink, NewPeer } from '../../link'
import * as link from '../../link'
import type { NamespaceRef } from '../../namespace/reference'
import type { AddLink, SetLink } from '../../recipe/step'
import type { LinkRef } from '../../socket/request'
import type { StepError } from '../error'
import { placeName } from '../world'
import { ip, type StepKind, type Surroundings, send, unlessGone, word } from './kind'

/** The indexes that the new links get: by them they are known from then on, whatever happens to their names. */
export interface LinkBefore {
  readonly index: number
  readonly peerIndex?: number
}

const peerOf = (given: NewLink): NewPeer | undefined => ('peer' in given ? given.peer : undefined)

/** A new link: `ip link add`. */
export const addLinkStep: StepKind<AddLink, LinkBefore> = {
  describe: ({ link: { kind, name }, namespace }) => `make the ${kind} ${name} ${placeName(namespace)}`,
  before: ({ link: given }) =>
    TE.right({
      index: link.freeIndex(),
      ...(peerOf(given) !== undefined && { peerIndex: link.freeIndex() })
    }),
  apply: ({ link: given, namespace }, { index, peerIndex }) => {
    const peer = peerOf(given)
    const numbered = { ...given, index, ...(peer !== undefined && { peer: { ...peer, index: peerIndex } }) }
    return send(namespace, [link.add(numbered as NewLink)])
  },
  undo: ({ namespace }, { index }) => send(namespace, [link.remove(index)]),
  check: ({ link: given, namespace }, { index, peerIndex }, { world }) => {
    const peer = peerOf(given)
    const place = given.namespace ?? namespace
    return pipe(
      TE.Do,
      TE.bind('own', () => checkLink(world, place, index, given)),
      TE.bind('other', () =>
        peer === undefined || peerIndex === undefined
          ? TE.right([])
          : checkLink(world, peer.namespace ?? place, peerIndex, peer)
      ),
      TE.map(({ own, other }) => [...own, ...other])
    )
  },
  script: ({ link: given, namespace }) => [
    [ip(namespace), 'link add', ...nameAndOptions(given)].join(' '),
    ...(given.up === true ? [`${ip(namespace)} link set ${word(given.name)} up`] : [])
  ]
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
  given: NewPeer
): TE.TaskEither<StepError, ReadonlyArray<string>> => {
  const called = `${given.name} ${placeName(namespace)}`
  return pipe(
    look(world, namespace, index),
    TE.map(found => (found === undefined ? [`${called} is gone`] : differences(found, given, called)))
  )
}

/** What of a link is not as it was set, in sentences. */
const differences = (
  found: Link,
  wanted: LinkChange,
  called: string,
  master?: number | null
): ReadonlyArray<string> => [
  ...(wanted.name === undefined || found.name === wanted.name ? [] : [`${called} is called ${found.name}`]),
  ...(wanted.up === undefined || found.up === wanted.up ? [] : [`${called} is ${found.up ? 'up' : 'down'}`]),
  ...(wanted.mtu === undefined || found.mtu === wanted.mtu
    ? []
    : [`the MTU of ${called} is ${found.mtu}, not ${wanted.mtu}`]),
  ...(wanted.address === undefined || found.address === wanted.address.toLowerCase()
    ? []
    : [`the hardware address of ${called} is ${found.address}, not ${wanted.address}`]),
  ...(master === undefined || (found.master ?? null) === master
    ? []
    : [`${called} ${master === null ? 'has a master' : 'is not in its bridge'}`])
]

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

const nameAndOptions = (given: NewLink): ReadonlyArray<string> => {
  const peer = peerOf(given)
  return [
    word(given.name),
    ...(given.parent === undefined ? [] : ['link', word(given.parent)]),
    ...common(given),
    'type',
    given.kind,
    ...(peer === undefined ? [] : ['peer name', word(peer.name), ...common(peer)])
  ]
}

const common = ({ mtu, address, namespace }: NewPeer): ReadonlyArray<string> => [
  ...(mtu === undefined ? [] : ['mtu', String(mtu)]),
  ...(address === undefined ? [] : ['address', address]),
  ...(typeof namespace === 'string' ? ['netns', word(namespace)] : []),
  ...(typeof namespace === 'object' && 'pid' in namespace ? ['netns', String(namespace.pid)] : [])
]

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
    [ip(namespace), 'link set', word(name), ...changes(change)].join(' ')
  ]
}

const changes = ({ up, mtu, address, master }: LinkChange): ReadonlyArray<string> => [
  ...(mtu === undefined ? [] : ['mtu', String(mtu)]),
  ...(address === undefined ? [] : ['address', address]),
  ...(master === undefined ? [] : master === null ? ['nomaster'] : ['master', word(master)]),
  ...(up === undefined ? [] : [up ? 'up' : 'down'])
]
