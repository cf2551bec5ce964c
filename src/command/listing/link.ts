import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Link } from '../../link'
import { given, type Links, type Look, nameIn } from './listing'

/** `eth0@if7`: with what it stands on, or its other end. */
export const fullName = ({ name, parent, parentNamespace }: Link, links: Links): string => {
  if (parent === undefined || parent === 0) return name
  return `${name}@${parentNamespace === undefined ? nameIn(links, parent) : `if${parent}`}`
}

export const linkRow = (link: Link, links: Links): ReadonlyArray<string> => [
  fullName(link, links),
  link.state,
  link.address ?? '-',
  `mtu ${link.mtu}`,
  [link.kind ?? '', ...given(link.master, master => `in ${nameIn(links, master)}`)].join(' ')
]

export const links: Look = connection =>
  pipe(
    connection.link.list(),
    TE.map(all => ({
      values: all.map(({ message: _, ...link }) => link),
      rows: all.map(link => linkRow(link, all))
    }))
  )
