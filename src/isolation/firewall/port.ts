import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import * as addresses from '../../address'
import * as conntrack from '../../conntrack'
import type { Entry } from '../../recipe/step'
import type { NetlinkError } from '../../socket/error'
import type { PortTaken, StepError } from '../error'
import { spotName } from './foreign'
import { familyNames, publishedKey } from './layout'
import { listenerAt } from './listener'
import { found, ownerOf, type Place } from './table'
import { type HostPort, translationOf } from './translation'

export type Publish = Extract<Entry, { readonly _tag: 'Publish' }>

const portTaken = (
  { protocol, hostAddress, hostPort }: HostPort,
  how: string,
  owner?: string
): PortTaken => ({
  _tag: 'PortTaken',
  message: `publish: ${protocol} port ${hostPort} of ${hostAddress ?? 'the host'} is ${how}; choose another hostPort`,
  field: 'publish',
  ...(owner !== undefined && { owner })
})

/** The same where nobody has it any more, with what there is to say of that. */
export const ifLeftOver = (error: PortTaken, leftover: string | undefined): PortTaken =>
  leftover === undefined ? error : { ...error, message: `${error.message}; it ${leftover}` }

/** Whether the ports can be published: nobody else has them. Looks, and changes nothing. */
export const checkPorts = (place: Place, entries: ReadonlyArray<Entry>): TE.TaskEither<StepError, void> => {
  const ports = entries.flatMap(entry => (entry._tag === 'Publish' ? portsOf(entry) : []))
  return ports.length === 0
    ? TE.right(undefined)
    : pipe(
        checkPublished(place, ports),
        TE.chainW(() => TE.fromEither(checkListeners(place, ports))),
        TE.chainW(() => checkTranslations(place, ports))
      )
}

const portsOf = ({ protocol, hostAddress, hostPort, count = 1 }: Publish): ReadonlyArray<HostPort> =>
  Array.from({ length: count }, (_, n) => ({
    protocol,
    ...(hostAddress !== undefined && { hostAddress }),
    hostPort: hostPort + n
  }))

/** Whether ours is a port that an isolation has: at one address, or at all. */
export const checkPublished = (
  place: Place,
  ports: ReadonlyArray<HostPort>
): TE.TaskEither<NetlinkError | PortTaken, void> =>
  pipe(
    hostAddresses(place),
    TE.chainW(own => {
      const rivals = ports.flatMap(port => rivalsOf(port, own).map(rival => ({ port, rival })))
      return pipe(
        found(
          place,
          rivals.map(({ rival: { protocol, hostAddress, hostPort } }) => ({
            set: hostAddress === undefined ? 'published' : 'published_at',
            element: { key: publishedKey(protocol, hostAddress, hostPort) }
          }))
        ),
        TE.chainW(answers => {
          const taken = answers.findIndex(each => each !== undefined)
          const port = rivals[taken]?.port
          const element = answers[taken]
          if (port === undefined || element === undefined)
            return TE.right<NetlinkError | PortTaken, void>(undefined)
          const owner = ownerOf(element)
          return TE.left(
            portTaken(port, `published already${owner === undefined ? '' : ` by ${owner}`}`, owner)
          )
        })
      )
    })
  )

/** A port at all addresses has rivals at each; one at an address has them there, and at all. */
const rivalsOf = (port: HostPort, own: ReadonlyArray<string>): ReadonlyArray<HostPort> => {
  const { protocol, hostPort, hostAddress } = port
  return hostAddress === undefined
    ? [port, ...own.map(each => ({ protocol, hostPort, hostAddress: each }))]
    : [port, { protocol, hostPort }]
}

const hostAddresses = ({
  world,
  namespace,
  family
}: Place): TE.TaskEither<NetlinkError, ReadonlyArray<string>> =>
  pipe(
    world.send(addresses.list({ family: familyNames[family] }), namespace),
    TE.map(all => [...new Set(all.map(({ address }) => address))])
  )

/** Other tools publish ports by rules of their own: whichever of the two comes first would take the packets. */
const checkTranslations = (
  place: Place,
  ports: ReadonlyArray<HostPort>
): TE.TaskEither<NetlinkError | PortTaken, void> =>
  pipe(
    translationOf(place, ports),
    TE.chainW(translation => {
      if (translation === undefined) return TE.right<NetlinkError | PortTaken, void>(undefined)
      const { port, spot, at } = translation
      const what = at === undefined ? 'it' : `what comes to ${at.address} of ${at.link}`
      return TE.left(portTaken(port, `taken by ${spotName(spot)}, which sends ${what} elsewhere`))
    })
  )

const checkListeners = (
  { namespace, family }: Place,
  ports: ReadonlyArray<HostPort>
): E.Either<StepError, void> => {
  for (const port of ports) {
    const { protocol, hostAddress, hostPort } = port
    if (protocol === 'sctp') continue
    const listener = listenerAt(
      { family: familyNames[family], protocol, address: hostAddress, port: hostPort },
      namespace
    )
    if (E.isLeft(listener)) return listener.left._tag === 'NamespaceNotFound' ? E.right(undefined) : listener
    if (listener.right !== undefined)
      return E.left(portTaken(port, `taken by ${listener.right.process ?? 'a process'}, which listens there`))
  }
  return E.right(undefined)
}

/**
 * Forgets the connections by ports that have been published, or no longer are. A client of UDP that goes on sending from
 * its port would reach the old server for as long as it does; and what was connected by a port that is published no
 * more, ends.
 */
export const forgetConnections = (
  place: Place,
  entries: ReadonlyArray<Entry>,
  what: 'published' | 'unpublished'
): TE.TaskEither<StepError, void> => {
  const doors = entries
    .flatMap(entry => (entry._tag === 'Publish' ? doorsOf(entry) : []))
    .filter(({ protocol }) => what === 'unpublished' || protocol === 'udp')
  const [only] = doors
  if (only === undefined) return TE.right(undefined)
  const protocols = new Set(doors.map(({ protocol }) => protocol))
  const filter: conntrack.Filter = {
    family: familyNames[place.family],
    ...(protocols.size === 1 && { protocol: only.protocol }),
    ...(doors.length === 1 && { original: { destinationPort: only.hostPort } })
  }
  const byPort = new Map(doors.map(door => [`${door.protocol} ${door.hostPort}`, door]))
  return pipe(
    TE.Do,
    TE.apS('session', TE.fromEither(place.world.session(place.namespace))),
    TE.apSW('own', hostAddresses(place)),
    TE.chainW(({ session: { send, batch }, own }) =>
      pipe(
        send(conntrack.list(filter)),
        TE.chainTaskK(found =>
          batch(
            found
              .filter(({ protocol, original, reply }) => {
                const door = byPort.get(`${protocol} ${original.destinationPort}`)
                return (
                  door !== undefined &&
                  // What only passes by, to the same port of another host, goes on.
                  (own.includes(original.destination ?? '') ||
                    (reply.source === door.address && reply.sourcePort === door.port))
                )
              })
              .map(conntrack.forget)
          )
        )
      )
    ),
    // One that has ended by itself need not be forgotten.
    TE.map(() => undefined)
  )
}

interface Door {
  readonly protocol: Publish['protocol']
  readonly hostPort: number
  readonly address: string
  readonly port: number
}

const doorsOf = ({ protocol, hostPort, address, port, count = 1 }: Publish): ReadonlyArray<Door> =>
  Array.from({ length: count }, (_, n) => ({ protocol, hostPort: hostPort + n, address, port: port + n }))
