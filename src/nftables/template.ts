import type * as E from 'fp-ts/Either'
import { parse, type SyntaxFault } from './cursor'
import type { Interpolated } from './lexer'
import { wholeRule } from './parser'
import type { Rule } from './syntax'

/**
 * A rule in the syntax of `nft`: `` rule`ip saddr ${network} tcp dport { 80, 443 } accept` ``. What stands in the
 * holes is a value or a name, whatever is in it: it never becomes part of the syntax. A list stands for a set, and
 * `{ set: 'blocked' }` for one by its name.
 */
export const rule = (
  strings: ReadonlyArray<string>,
  ...values: ReadonlyArray<Interpolated>
): E.Either<SyntaxFault, Rule> => parse(wholeRule, strings, values)

/** The same from a text that somebody else wrote. */
export const parseRule = (text: string): E.Either<SyntaxFault, Rule> => parse(wholeRule, [text])
