import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { type Nexthop, type Route, RT_TABLE, RTPROT } from '../../route'
import { briefly, given, type Links, type Look, nameIn, tableName } from './listing'

const destinationOf = ({ type, destination }: Route): string =>
  `${type === 'unicast' ? '' : `${type} `}${briefly(destination)}`

const wayOf = ({ gateway, link }: Pick<Nexthop, 'gateway' | 'link'>, links: Links): string =>
  [...given(gateway, each => `via ${each}`), ...given(link, each => `dev ${nameIn(links, each)}`)].join(' ')

const waysOf = (route: Route, links: Links): string =>
  route.nexthops === undefined
    ? wayOf(route, links)
    : route.nexthops.map(each => `${wayOf(each, links)} weight ${each.weight ?? 1}`).join(', ')

/** Who made it, unless a person did. */
const makers: { readonly [protocol: number]: string } = {
  [RTPROT.REDIRECT]: 'redirect',
  [RTPROT.KERNEL]: 'kernel',
  [RTPROT.RA]: 'ra',
  [RTPROT.DHCP]: 'dhcp'
}

const detailsOf = ({ protocol, source, metric, table }: Route): string =>
  [
    ...(protocol in makers ? [`proto ${makers[protocol]}`] : []),
    ...given(source, each => `src ${each}`),
    ...given(metric, each => `metric ${each}`),
    ...(table === RT_TABLE.MAIN ? [] : [`table ${tableName(table)}`])
  ].join(' ')

export const routeRow = (route: Route, links: Links): ReadonlyArray<string> => [
  destinationOf(route),
  waysOf(route, links),
  detailsOf(route)
]

/** The kernel's own table of its addresses is left aside, as `ip route` does. */
export const routes: Look = connection =>
  pipe(
    TE.Do,
    TE.apSW('all', connection.link.list()),
    TE.apSW('routes', connection.route.list()),
    TE.map(({ all, routes: found }) => {
      const shown = found.filter(({ table }) => table !== RT_TABLE.LOCAL)
      return {
        values: shown.map(route => ({
          ...(route.link !== undefined && { interface: nameIn(all, route.link) }),
          ...route
        })),
        rows: shown.map(route => routeRow(route, all))
      }
    })
  )
