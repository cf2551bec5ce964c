import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Entry, Tuple } from '../../conntrack'
import { turned } from '../../conntrack/entry'
import { given, type Look } from './listing'

const endText = (address: string, port: number | undefined): string =>
  port === undefined ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

const tupleText = ({ source, sourcePort, destination, destinationPort, icmp }: Tuple): string =>
  [
    `${endText(source, sourcePort)} → ${endText(destination, destinationPort)}`,
    ...given(icmp, ({ type, id }) => `type ${type} id ${id}`)
  ].join(' ')

/** Whether replies do not come just the way back: there is translation. */
const isTranslated = (reply: Tuple, straight: Tuple): boolean => tupleText(reply) !== tupleText(straight)

/** As conntrack(8) calls them: that of both directions, or of one. */
const zoneText = ({ zone, original, reply }: Entry): string =>
  [
    ...(zone === 0 ? [] : [`zone ${zone}`]),
    ...given(original.zone, each => `zone-orig ${each}`),
    ...given(reply.zone, each => `zone-reply ${each}`)
  ].join(' ')

/** The reply's own addresses and ports are told where they are not the original's the other way round. */
export const connectionRow = (entry: Entry): ReadonlyArray<string> => {
  const { protocol, original, reply, status, timeout, tcpState } = entry
  return [
    String(protocol),
    tcpState ?? '',
    tupleText(original),
    isTranslated(reply, turned(original)) ? `back ${tupleText(reply)}` : '',
    zoneText(entry),
    status.includes('assured') ? 'assured' : status.includes('seenReply') ? '' : 'unreplied',
    given(timeout, seconds => `${seconds} s`).join('')
  ]
}

export const connections: Look = connection =>
  pipe(
    connection.conntrack.list(),
    TE.map(all => ({ values: all.map(({ message: _, ...entry }) => entry), rows: all.map(connectionRow) }))
  )
