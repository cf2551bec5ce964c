import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Neighbour } from '../../neighbour'
import { type Links, type Look, nameIn } from './listing'

export const neighbourRow = (neighbour: Neighbour, links: Links): ReadonlyArray<string> => [
  neighbour.address,
  `dev ${nameIn(links, neighbour.link)}`,
  neighbour.linkAddress ?? '-',
  [neighbour.state, ...(neighbour.router === true ? ['router'] : [])].join(' ')
]

/** What needs no asking, as multicast, is left aside, as `ip neighbour` does. */
export const neighbours: Look = connection =>
  pipe(
    TE.Do,
    TE.apSW('all', connection.link.list()),
    TE.apSW('neighbours', connection.neighbour.list()),
    TE.map(({ all, neighbours: found }) => {
      const shown = found.filter(({ state }) => state !== 'noarp')
      return {
        values: shown.map(neighbour => ({ interface: nameIn(all, neighbour.link), ...neighbour })),
        rows: shown.map(neighbour => neighbourRow(neighbour, all))
      }
    })
  )
