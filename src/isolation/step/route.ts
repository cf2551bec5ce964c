import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { formatPrefix, networkOf, parseAddress, parsePrefix } from '../../ip/prefix'
import type { AddRoute } from '../../recipe/step'
import * as route from '../../route'
import type { LinkRef } from '../../socket/request'
import { placeName } from '../world'
import { ip, type StepKind, send, unlessGone, word } from './kind'

/** A route by a link that the same plan has made: `ip route add`. It goes when the link goes. */
export const routeStep: StepKind<AddRoute, null> = {
  describe: ({ route: { destination, gateway }, namespace }) =>
    `route ${destination} ${placeName(namespace)}${gateway === undefined ? '' : ` by ${gateway}`}`,
  before: () => TE.right(null),
  apply: ({ route: given, append, namespace }, _, { linkIn }) =>
    send(namespace, [
      (append === true ? route.append : route.add)({
        ...given,
        ...(given.link !== undefined && { link: linkIn(namespace, given.link) })
      })
    ]),
  undo: () => undefined,
  check: ({ route: given, namespace }, _, { world, linkIn }) => {
    const link = given.link === undefined ? undefined : linkIn(namespace, given.link)
    const filter = { table: given.table ?? route.RT_TABLE.MAIN, ...(link !== undefined && { link }) }
    return pipe(
      unlessGone(world.send(route.list(filter), namespace)),
      TE.map((found: ReadonlyArray<route.Route> = []) =>
        found.some(each => isSame(each, given, link))
          ? []
          : [
              `the route ${given.destination} ${placeName(namespace)}${given.gateway === undefined ? '' : ` by ${given.gateway}`} is missing`
            ]
      )
    )
  },
  script: ({ route: given, append, namespace }) => [
    [
      ip(namespace),
      // Nothing else tells the family of a default route without a gateway.
      ...(given.family === 'ipv6' ? ['-6'] : []),
      append === true ? 'route append' : 'route add',
      given.destination,
      ...(given.gateway === undefined ? [] : ['via', given.gateway]),
      ...(given.link === undefined ? [] : ['dev', word(given.link)]),
      'proto static'
    ].join(' ')
  ]
}

const normal = (destination: string): string => {
  const prefix = parsePrefix(destination)
  return E.isRight(prefix) ? formatPrefix(networkOf(prefix.right)) : destination
}

const normalAddress = (given: string | undefined): string | undefined =>
  given === undefined
    ? undefined
    : pipe(
        parseAddress(given),
        E.getOrElse(() => given)
      )

/** IPv6 gives a route that names no metric one of its own. */
const isSame = (found: route.Route, given: route.NewRoute, link: LinkRef | undefined): boolean =>
  found.destination === normal(given.destination) &&
  found.gateway === normalAddress(given.gateway) &&
  found.type === (given.type ?? 'unicast') &&
  (link === undefined || typeof link === 'string' || found.link === link) &&
  (given.metric === undefined || found.metric === given.metric)
