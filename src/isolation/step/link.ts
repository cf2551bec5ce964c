import * as TE from 'fp-ts/TaskEither'
import type { LinkChange, NewLink, NewPeer } from '../../link'
import * as link from '../../link'
import type { AddLink, SetLink } from '../../recipe/step'
import { placeName } from '../world'
import { ip, type StepKind, send, word } from './kind'

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
  script: ({ link: given, namespace }) => [
    [ip(namespace), 'link add', ...nameAndOptions(given)].join(' '),
    ...(given.up === true ? [`${ip(namespace)} link set ${word(given.name)} up`] : [])
  ]
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
