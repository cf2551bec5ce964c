import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as v from 'valibot'
import { areOfTwoFamilies, ipAddress, type Publication, parse, publication, publishedAt } from './parameters'
import { type InvalidParameters, invalidParameters } from './plan'
import type { Entry } from './step'

/** A port of the host that leads inside, or a range of them, as recipes have it in `publish`. */
export type PortMapping = v.InferInput<typeof publication>

/** Which one is meant: where it leads need not be told. */
export type PortOfHost = Omit<PortMapping, 'port'>

type Parameters = { readonly [key: string]: unknown }

const hostPort = v.strictObject(
  {
    ...v.omit(v.looseObject(publication.pipe[0].entries), ['port']).entries,
    hostAddress: v.optional(ipAddress)
  },
  'must be an object'
)

const givenIn = ({ publish = [] }: Parameters): ReadonlyArray<PortMapping> =>
  publish as ReadonlyArray<PortMapping>

/** The port that a mapping publishes, and where it leads. */
export const portIn = (given: PortMapping): E.Either<InvalidParameters, Publication> =>
  parse('publish', publication, given)

export interface Port extends Pick<Publication, 'protocol' | 'hostPort' | 'count' | 'hostAddress'> {}

const rangeFrom = (first: number, count: number): number | string =>
  count === 1 ? first : `${first}-${first + count - 1}`

/** A port as recipes have it: one of all addresses of a family has no `hostAddress`. */
export const mappingOf = ({ protocol, hostPort, port, count, hostAddress }: Publication): PortMapping => ({
  protocol,
  hostPort: rangeFrom(hostPort, count),
  port: rangeFrom(port, count),
  ...(hostAddress !== undefined && { hostAddress })
})

/** What a firewall's entries publish, by the address that it leads to. */
export const publishedBy = (
  entries: ReadonlyArray<Entry>
): ReadonlyMap<string, ReadonlyArray<Publication>> => {
  const found = new Map<string, Array<Publication>>()
  for (const entry of entries)
    if (entry._tag === 'Publish') {
      const { _tag, address, count = 1, ...port } = entry
      const known = found.get(address)
      if (known === undefined) found.set(address, [{ ...port, count }])
      else known.push({ ...port, count })
    }
  return found
}

/** In an order in which those that follow each other, and lead to such that do, are one. */
export const joined = (publish: ReadonlyArray<Publication>): ReadonlyArray<Publication> => {
  const group = ({ protocol, hostAddress = '' }: Publication): string => `${hostAddress} ${protocol}`
  const all: Array<Publication> = []
  for (const each of publish.toSorted(
    (a, b) => group(a).localeCompare(group(b)) || a.hostPort - b.hostPort
  )) {
    const last = all.at(-1)
    if (
      last !== undefined &&
      group(last) === group(each) &&
      last.hostPort + last.count === each.hostPort &&
      last.port + last.count === each.port
    )
      all[all.length - 1] = { ...last, count: last.count + each.count }
    else all.push(each)
  }
  return all
}

const withPortText = (address: string, port: number | string): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`

/** `127.0.0.1:8080 → 80/tcp`, or with the address inside, `*:8080 → 10.0.0.2:80/tcp`. */
export const publicationText = (publication: Publication, address?: string): string => {
  const { protocol, hostPort, port, hostAddress = '*' } = mappingOf(publication)
  const inside = address === undefined ? port : withPortText(address, port)
  return `${withPortText(hostAddress, hostPort)} → ${inside}/${protocol}`
}

/** A port by what tells it from others. */
export const portOf = (given: PortOfHost): E.Either<InvalidParameters, Port> =>
  pipe(
    parse('unpublish', hostPort, given),
    E.map(({ protocol, hostPort: { first, count }, hostAddress }) => ({
      protocol,
      hostPort: first,
      count,
      ...(hostAddress !== undefined && { hostAddress })
    }))
  )

const isSame = (a: Port, b: Port): boolean =>
  a.protocol === b.protocol &&
  a.hostPort === b.hostPort &&
  a.count === b.count &&
  publishedAt(a) === publishedAt(b) &&
  !areOfTwoFamilies(a, b)

const rangeText = ({ hostPort, count }: Port): string => String(rangeFrom(hostPort, count))

const mappingKeys = ['protocol', 'hostPort', 'port', 'hostAddress'] as const

/** What is read of a mapping, in an object of its own: that is what comes on record. */
export const copyOf = (port: PortMapping): PortMapping =>
  Object.fromEntries(
    mappingKeys.flatMap(key => (port[key] === undefined ? [] : [[key, port[key]]]))
  ) as unknown as PortMapping

/** The parameters with one port more; undefined if they have it already. */
export const withPort = (
  parameters: Parameters,
  port: PortMapping
): E.Either<InvalidParameters, Parameters | undefined> =>
  pipe(
    E.Do,
    E.apS('wanted', portIn(port)),
    E.apS('all', E.traverseArray(portIn)(givenIn(parameters))),
    E.map(({ wanted, all }) =>
      all.some(each => isSame(each, wanted) && each.port === wanted.port)
        ? undefined
        : { ...parameters, publish: [...givenIn(parameters), copyOf(port)] }
    )
  )

/** The parameters with one port less; undefined if they do not have it. */
export const withoutPort = (
  parameters: Parameters,
  port: PortOfHost
): E.Either<InvalidParameters, Parameters | undefined> =>
  pipe(
    E.Do,
    E.apS('wanted', portOf(port)),
    E.apS('all', E.traverseArray(portIn)(givenIn(parameters))),
    E.chain(({ wanted, all }) => {
      if (all.some(each => isSame(each, wanted)))
        return E.right({
          ...parameters,
          publish: givenIn(parameters).filter((_, n) => !isSame(all[n] ?? wanted, wanted))
        })
      const around = all.find(
        each =>
          isSame({ ...each, hostPort: wanted.hostPort, count: wanted.count }, wanted) &&
          each.hostPort < wanted.hostPort + wanted.count &&
          wanted.hostPort < each.hostPort + each.count
      )
      if (around !== undefined)
        return E.left(
          invalidParameters(
            'unpublish',
            'hostPort',
            `${rangeText(wanted)} is not published by itself; unpublish ${rangeText(around)}`
          )
        )
      const elsewhere = all.find(
        ({ protocol, hostPort: first, count }) =>
          protocol === wanted.protocol && first === wanted.hostPort && count === wanted.count
      )
      return elsewhere === undefined
        ? E.right(undefined)
        : E.left(
            invalidParameters(
              'unpublish',
              'hostAddress',
              elsewhere.hostAddress === undefined
                ? `${rangeText(wanted)} is published at all addresses of the host; leave it out`
                : `${rangeText(wanted)} is published at ${elsewhere.hostAddress}; name that`
            )
          )
    })
  )
