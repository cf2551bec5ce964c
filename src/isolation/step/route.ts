import * as TE from 'fp-ts/TaskEither'
import type { AddRoute } from '../../recipe/step'
import * as route from '../../route'
import { placeName } from '../world'
import { ip, type StepKind, send, word } from './kind'

/** A route by a link that the same plan has made: `ip route add`. It goes when the link goes. */
export const routeStep: StepKind<AddRoute, null> = {
  describe: ({ route: { destination, gateway }, namespace }) =>
    `route ${destination} ${placeName(namespace)}${gateway === undefined ? '' : ` by ${gateway}`}`,
  before: () => TE.right(null),
  apply: ({ route: given, namespace }, _, { linkIn }) =>
    send(namespace, [
      route.add({ ...given, ...(given.link !== undefined && { link: linkIn(namespace, given.link) }) })
    ]),
  undo: () => undefined,
  script: ({ route: given, namespace }) => [
    [
      ip(namespace),
      'route add',
      given.destination,
      ...(given.gateway === undefined ? [] : ['via', given.gateway]),
      ...(given.link === undefined ? [] : ['dev', word(given.link)]),
      'proto static'
    ].join(' ')
  ]
}
