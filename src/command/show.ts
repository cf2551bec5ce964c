import type { Command } from 'commander'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { nearest } from '../../protocol/definition/nearest'
import { type Connection, open } from '../connection'
import type { Link } from '../link'
import { type Nexthop, type Route, RT_TABLE } from '../route'
import type { NetlinkError } from '../socket/error'
import { conclude, type WrongUsage, wrongUsage } from './outcome'
import { columns, example, json, print } from './output'
import { referenceOf } from './reference'

interface Options {
  readonly namespace?: string
  readonly json?: boolean
}

/** What there is of an object, for people and for programs. */
interface Listing {
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  readonly values: ReadonlyArray<object>
}

type Look = (connection: Connection) => TE.TaskEither<NetlinkError, Listing>

export const show = (command: Command): Command =>
  command
    .description('Lists what a namespace has, ours by default. In our own, only nftables needs root.')
    .argument('<object>', Object.keys(objects).join(', '))
    .option(
      '--namespace <ref>',
      'the name of a namespace, the pid of a process in it, or a path that it is mounted on'
    )
    .option('--json', 'print JSON')
    .addHelpText('after', example('isolink show address', 'isolink show route --json'))
    .action((object: string, options: Options) =>
      conclude(
        pipe(
          TE.fromEither(lookAt(object)),
          TE.chainW(look => inNamespace(options.namespace, look))
        ),
        ({ rows, values }) => {
          if (options.json === true) print(json(values))
          else if (rows.length > 0) print(columns(rows))
        }
      )
    )

const lookAt = (object: string): E.Either<WrongUsage, Look> => {
  const names = Object.keys(objects)
  const look = Object.hasOwn(objects, object) ? objects[object] : undefined
  return look === undefined
    ? E.left(wrongUsage(`object: ${object} is none of ${names.join(', ')}${nearest(object, names)}`))
    : E.right(look)
}

const inNamespace = (namespace: string | undefined, look: Look): TE.TaskEither<NetlinkError, Listing> =>
  TE.bracket(
    TE.fromIO(() => open(namespace === undefined ? {} : { namespace: referenceOf(namespace) })),
    look,
    ({ close }) => TE.fromIO(close)
  )

const links: Look = connection =>
  pipe(
    connection.link.list(),
    TE.map(all => ({
      values: all.map(({ message: _, ...link }) => link),
      rows: all.map(link => [
        fullName(link, all),
        link.state,
        link.address ?? '-',
        `mtu ${link.mtu}`,
        [link.kind ?? '', ...(link.master === undefined ? [] : [`in ${nameIn(all, link.master)}`])].join(' ')
      ])
    }))
  )

const addresses: Look = connection =>
  pipe(
    TE.Do,
    TE.apSW('all', connection.link.list()),
    TE.apSW('addresses', connection.address.list()),
    TE.map(({ all, addresses }) => ({
      values: addresses.map(address => ({ interface: nameIn(all, address.link), ...address })),
      rows: all.map(link => [
        fullName(link, all),
        link.state,
        addresses
          .filter(address => address.link === link.index)
          .map(
            ({ address, prefixLength, peer }) =>
              `${address}${peer === undefined ? '' : ` peer ${peer}`}/${prefixLength}`
          )
          .join(' ')
      ])
    }))
  )

/** The kernel's own table of its addresses is left aside, as `ip route` does. */
const routes: Look = connection =>
  pipe(
    TE.Do,
    TE.apSW('all', connection.link.list()),
    TE.apSW('routes', connection.route.list()),
    TE.map(({ all, routes }) => {
      const shown = routes.filter(({ table }) => table !== RT_TABLE.LOCAL)
      return {
        values: shown.map(({ message: _, ...route }) => ({
          ...(route.link !== undefined && { interface: nameIn(all, route.link) }),
          ...route
        })),
        rows: shown.map(route => [destinationOf(route), ...waysOf(route, all), detailsOf(route)])
      }
    })
  )

const tables: Look = connection =>
  pipe(
    connection.nftables.tables(),
    TE.map(all => ({ values: all, rows: all.map(({ family, table }) => [family, table]) }))
  )

const objects: { readonly [name: string]: Look } = {
  link: links,
  address: addresses,
  route: routes,
  nftables: tables
}

const nameIn = (links: ReadonlyArray<Link>, index: number | string): string =>
  links.find(link => link.index === index)?.name ?? `if${index}`

/** `eth0@if7`: with what it stands on, or its other end. */
const fullName = ({ name, parent, parentNamespace }: Link, links: ReadonlyArray<Link>): string => {
  if (parent === undefined || parent === 0) return name
  return `${name}@${parentNamespace === undefined ? nameIn(links, parent) : `if${parent}`}`
}

const destinationOf = ({ type, destination }: Route): string =>
  type === 'unicast' ? destination : `${type} ${destination}`

const wayOf = ({ gateway, link }: Pick<Nexthop, 'gateway' | 'link'>, links: ReadonlyArray<Link>): string =>
  [
    ...(gateway === undefined ? [] : [`via ${gateway}`]),
    ...(link === undefined ? [] : [`dev ${nameIn(links, link)}`])
  ].join(' ')

const waysOf = (route: Route, links: ReadonlyArray<Link>): ReadonlyArray<string> => [
  route.nexthops === undefined
    ? wayOf(route, links)
    : route.nexthops.map(each => `${wayOf(each, links)} weight ${each.weight ?? 1}`).join(', ')
]

const detailsOf = ({ source, metric, table }: Route): string =>
  [
    ...(source === undefined ? [] : [`src ${source}`]),
    ...(metric === undefined ? [] : [`metric ${metric}`]),
    ...(table === RT_TABLE.MAIN ? [] : [`table ${table}`])
  ].join(' ')
