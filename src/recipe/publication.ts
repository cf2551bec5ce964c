import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as v from 'valibot'
import { areOfTwoFamilies, ipAddress, type Publication, parse, publication, publishedAt } from './parameters'
import { type InvalidParameters, invalidParameters } from './plan'

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

const rangeText = ({ hostPort: first, count }: Port): string =>
  count === 1 ? String(first) : `${first}-${first + count - 1}`

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
