import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Entry, Tuple } from '../../conntrack'
import { given, type Look } from './listing'

const endText = (address: string, port: number | undefined): string =>
  port === undefined ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

const tupleText = ({ source, sourcePort, destination, destinationPort, icmp }: Tuple): string =>
  [
    `${endText(source, sourcePort)} → ${endText(destination, destinationPort)}`,
    ...given(icmp, ({ type, id }) => `type ${type} id ${id}`)
  ].join(' ')

/** The reply's own addresses are told where they are not the original's the other way round: there is translation. */
export const connectionRow = ({
  protocol,
  original,
  reply,
  status,
  timeout,
  tcpState
}: Entry): ReadonlyArray<string> => [
  String(protocol),
  tcpState ?? '',
  tupleText(original),
  reply.source === original.destination && reply.destination === original.source
    ? ''
    : `back ${tupleText(reply)}`,
  status.includes('assured') ? 'assured' : status.includes('seenReply') ? '' : 'unreplied',
  given(timeout, seconds => `${seconds} s`).join('')
]

export const connections: Look = connection =>
  pipe(
    connection.conntrack.list(),
    TE.map(all => ({ values: all.map(({ message: _, ...entry }) => entry), rows: all.map(connectionRow) }))
  )
