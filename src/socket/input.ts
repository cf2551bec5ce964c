import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { type Prefix, parseAddress, parsePrefix } from '../ip/prefix'
import { type InvalidInput, invalidInput, noneOf } from './error'
import type { LinkRef } from './request'

/** Reads members of what a caller passed; what is left out stays out. Left names the member. */
export interface Input {
  readonly address: (field: string, text: string | undefined) => E.Either<InvalidInput, string | undefined>
  readonly prefix: (field: string, text: string | undefined) => E.Either<InvalidInput, Prefix | undefined>
  /** The number that a table has for a name. */
  readonly named: <T extends { readonly [name: string]: number }>(
    field: string,
    table: T,
    name: keyof T | undefined
  ) => E.Either<InvalidInput, number | undefined>
}

export const input = (operation: string): Input => ({
  address: (field, text) => parsed(operation, field, text, parseAddress),
  prefix: (field, text) => parsed(operation, field, text, parsePrefix),
  named: (field, table, name) =>
    name === undefined || Object.hasOwn(table, name)
      ? E.right(name === undefined ? undefined : table[name])
      : E.left(invalidInput(operation, field, noneOf(name, Object.keys(table))))
})

/** Where a link is named, if not by the member `link` itself but in a list of what names one each: `nexthops.1.link`. */
export const linkPlace = (
  named: LinkRef,
  link: LinkRef | undefined,
  field: string,
  all: ReadonlyArray<{ readonly link?: LinkRef | undefined }>
): string | undefined => {
  const at = named === link ? -1 : all.findIndex(each => each.link === named)
  return at < 0 ? undefined : `${field}.${at}.link`
}

/** A member that needs parsing. */
export const parsed = <A>(
  operation: string,
  field: string,
  text: string | undefined,
  parse: (text: string) => E.Either<string, A>
): E.Either<InvalidInput, A | undefined> =>
  text === undefined
    ? E.right(undefined)
    : pipe(
        parse(text),
        E.mapLeft(reason => invalidInput(operation, field, reason))
      )
