import type * as TE from 'fp-ts/TaskEither'
import type { Connection } from '../../connection'
import type { Link } from '../../link'
import { RT_TABLE } from '../../route'
import type { NetlinkError } from '../../socket/error'

/** What there is of an object, for people and for programs. */
export interface Listing {
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  readonly values: ReadonlyArray<object>
  /** In place of rows, if there is a text that everybody knows. */
  readonly text?: string
}

export type Look = (connection: Connection) => TE.TaskEither<NetlinkError, Listing>

/** The links that rows refer to by their indexes. */
export type Links = ReadonlyArray<Pick<Link, 'index' | 'name'>>

export const nameIn = (links: Links, index: number | string): string =>
  links.find(link => link.index === index)?.name ?? (typeof index === 'string' ? index : `if${index}`)

/** The kernel's own tables of routes have names. */
export const tableName = (table: number): string =>
  ({ [RT_TABLE.DEFAULT]: 'default', [RT_TABLE.MAIN]: 'main', [RT_TABLE.LOCAL]: 'local' })[table] ??
  String(table)

/** Words for what is there; nothing for what is not. */
export const given = <A>(value: A | undefined, text: (value: A) => string): ReadonlyArray<string> =>
  value === undefined ? [] : [text(value)]

/** One address and no network is written without the length of a prefix, as `ip` does. */
export const briefly = (prefix: string): string => prefix.replace(/(?<=\.\d+)\/32$|(?<=:.*)\/128$/, '')
