import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { NF_INET } from '../../../protocol/nftables/chain'
import * as addresses from '../../address'
import * as link from '../../link'
import type { NetlinkError } from '../../socket/error'
import { type Base, basesOf, type ForeignError, type ForeignSpot, fates } from './foreign'
import { familyNames } from './layout'
import type { Packet } from './packet'
import type { Place } from './table'

/** A port of the host: at one of its addresses, or at all. */
export interface HostPort {
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly hostAddress?: string
  readonly hostPort: number
}

/** What sends a port's packets elsewhere, and which of them. */
export interface Translation {
  readonly port: HostPort
  readonly spot: ForeignSpot
  /** Not all that come to the port, but those to this address. */
  readonly at?: { readonly address: string; readonly link: string }
}

const translates = ({ ref, chain: { attributes } }: Base): boolean =>
  attributes.type === 'nat' &&
  ['ip', 'ip6', 'inet'].includes(ref.family) &&
  (attributes.hook?.hooknum === NF_INET.PRE_ROUTING || attributes.hook?.hooknum === NF_INET.LOCAL_OUT)

interface Door {
  readonly address: string
  readonly link: string
}

/** The host's addresses, each with the interface that has it. */
const doorsOf = ({ world, namespace, family }: Place): TE.TaskEither<NetlinkError, ReadonlyArray<Door>> =>
  pipe(
    TE.Do,
    TE.apS('own', world.send(addresses.list({ family: familyNames[family] }), namespace)),
    TE.apS('links', world.send(link.list(), namespace)),
    TE.map(({ own, links }) => {
      const names = new Map(links.map(({ index, name }) => [index, name]))
      return own.map(each => ({ address: each.address, link: names.get(each.link) ?? '' }))
    })
  )

/**
 * The first of the ports that a rule of somebody else's sends elsewhere for certain: whatever comes to it, or what comes
 * to one of the host's addresses by the interface that has it, or what the host itself sends there. A rule that is about
 * some senders only, or about an interface without one of the addresses, takes a port from nobody else.
 */
export const translationOf = (
  place: Place,
  ports: ReadonlyArray<HostPort>
): TE.TaskEither<ForeignError, Translation | undefined> =>
  pipe(
    basesOf(place.world, place.namespace, translates),
    TE.chain(bases =>
      bases.length === 0
        ? TE.right(undefined)
        : pipe(
            doorsOf(place),
            TE.chain(doors => firstOf(place, bases, packetsOf(place, ports, doors)))
          )
    )
  )

interface Asked extends Packet {
  readonly of: HostPort
  readonly at?: Door
  /** NF_INET.* */
  readonly hook?: number
}

const packetsOf = (
  { family }: Place,
  ports: ReadonlyArray<HostPort>,
  doors: ReadonlyArray<Door>
): ReadonlyArray<Asked> =>
  ports.flatMap(port => {
    const { protocol, hostPort, hostAddress } = port
    const any = { family, protocol, port: hostPort, local: true, state: 'new', of: port } as const
    return [
      { ...any, ...(hostAddress !== undefined && { destination: hostAddress }) },
      ...doors
        .filter(({ address }) => hostAddress === undefined || address === hostAddress)
        .flatMap(
          (at): ReadonlyArray<Asked> => [
            ...(at.link === 'lo'
              ? []
              : [
                  {
                    ...any,
                    destination: at.address,
                    iifname: at.link,
                    oifname: '',
                    at,
                    hook: NF_INET.PRE_ROUTING
                  }
                ]),
            { ...any, destination: at.address, iifname: '', oifname: 'lo', at, hook: NF_INET.LOCAL_OUT }
          ]
        )
    ]
  })

const firstOf = (
  { world, namespace }: Place,
  bases: ReadonlyArray<Base>,
  packets: ReadonlyArray<Asked>
): TE.TaskEither<ForeignError, Translation | undefined> =>
  pipe(
    fates(world, namespace, bases, packets, (ending, { ref, chain }, { of: port, at, hook }) => {
      if (hook !== undefined && hook !== chain.attributes.hook?.hooknum) return undefined
      if (ending.verdict !== 'translate') return undefined
      const { verdict: _, ...spot } = ending
      return { port, spot: { ref, ...spot }, ...(at !== undefined && { at }) }
    }),
    TE.map(found => found.flat()[0])
  )
