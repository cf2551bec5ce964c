import * as E from 'fp-ts/Either'
import { nearest } from '../../protocol/definition/nearest'
import { parseNumber } from './datatype'
import { type Interpolated, isInterpolated, sourceOf, type Token, type TokenKind, tokensOf } from './lexer'

/** A text that is no rule. */
export interface SyntaxFault {
  readonly _tag: 'SyntaxFault'
  /** One sentence, with the place and what is there. */
  readonly message: string
  readonly line: number
  readonly column: number
  /** What could have stood there. */
  readonly expected?: string
  /** The line at fault, and a mark below the place. */
  readonly excerpt: string
}

/** How a fault leaves the parser: it is thrown in `fail` and caught in `parse`, and nowhere else. */
class Fault {
  constructor(readonly fault: SyntaxFault) {}
}

/** Goes through tokens; what it does not find, it says. */
export interface Cursor {
  readonly peek: (ahead?: number) => Token
  readonly next: () => Token
  /** The next token, if it is this sign or word, is taken. */
  readonly accept: (text: string) => boolean
  readonly expect: (text: string) => Token
  readonly is: (text: string, ahead?: number) => boolean
  /** A word that is one of these. */
  readonly oneOf: <T extends string>(what: string, words: ReadonlyArray<T>) => T
  /** A name of a table, chain, set … */
  readonly name: (what: string) => string
  /** Text in quotes. */
  readonly string: (what: string) => string
  /** A whole number. */
  readonly number: (what: string, most?: number) => number
  /** Takes what stands here, with braces all that is between them, for a parser that comes later. */
  readonly excerpt: () => Excerpt
  readonly fail: (reason: string, token?: Token, expected?: string) => never
}

/** A piece of a text or template: tokens, so that what stands in its holes remains what it is. */
export interface Excerpt {
  readonly tokens: ReadonlyArray<Token>
  readonly source: string
}

/** What `nft` takes for a name. */
const namePattern = /^[A-Za-z_][A-Za-z0-9_./\\-]*$/

/** Whether a table, chain, set … can be called so in a text. */
export const isName = (name: string): boolean => namePattern.test(name)

const placeIn = (source: string, at: number): { readonly line: number; readonly column: number } => {
  const before = source.slice(0, at).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

const shown = ({ kind, text, value }: Token): string => {
  if (kind === 'end') return 'the end'
  if (kind === 'newline') return text === '\n' ? 'the end of the line' : ';'
  if (kind === 'interpolated')
    return `the value ${JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each))}`
  return kind === 'string' ? `"${text}"` : kind === 'reference' ? `@${text}` : text
}

const cursorOf = (tokens: ReadonlyArray<Token>, source: string): Cursor => {
  let position = 0
  const last = tokens.length - 1
  const peek = (ahead = 0): Token => tokens[Math.min(position + ahead, last)] as Token
  const next = (): Token => {
    const token = peek()
    if (position < last) position++
    return token
  }
  const fail: Cursor['fail'] = (reason, token = peek(), expected) => {
    const { line, column } = placeIn(source, token.at)
    const text = (source.split('\n')[line - 1] ?? '').replaceAll('\t', ' ')
    throw new Fault({
      _tag: 'SyntaxFault',
      message: `line ${line}, column ${column}: ${reason}`,
      line,
      column,
      ...(expected !== undefined && { expected }),
      excerpt: `${text}\n${' '.repeat(column - 1)}^`
    })
  }
  const is = (text: string, ahead = 0): boolean => {
    const token = peek(ahead)
    return token.text === text && (token.kind === 'word' || token.kind === 'sign')
  }
  const accept = (text: string): boolean => {
    if (!is(text)) return false
    next()
    return true
  }
  const expect: Cursor['expect'] = text =>
    is(text) ? next() : fail(`expected ${text}, not ${shown(peek())}`, peek(), text)
  const excerpt: Cursor['excerpt'] = () => {
    const from = position
    let depth = 0
    do {
      if (peek().kind === 'end') fail('a brace is not closed', peek(), '}')
      depth += is('{') ? 1 : is('}') ? -1 : 0
      next()
    } while (depth > 0)
    const { at } = peek()
    return { tokens: [...tokens.slice(from, position), { kind: 'end', text: '', at, spaced: true }], source }
  }
  return {
    peek,
    next,
    excerpt,
    is,
    accept,
    expect,
    fail,
    oneOf: (what, words) => {
      const token = peek()
      const found = token.kind === 'word' ? words.find(word => word === token.text) : undefined
      if (found === undefined) {
        const near = token.kind === 'word' ? nearest(token.text, words) : ''
        return fail(
          `${shown(token)} is no ${what}${near === '' ? `: ${words.join(', ')}` : near}`,
          token,
          words.join(' | ')
        )
      }
      next()
      return found
    },
    name: what => {
      const token = peek()
      const text = token.kind === 'interpolated' ? token.value : token.text
      if (
        typeof text !== 'string' ||
        !namePattern.test(text) ||
        !(['word', 'string', 'interpolated'] as ReadonlyArray<TokenKind>).includes(token.kind)
      )
        return fail(`expected the name of a ${what}, not ${shown(token)}`, token, 'a name')
      next()
      return text
    },
    string: what => {
      const token = peek()
      const text =
        token.kind === 'interpolated' ? token.value : token.kind === 'string' ? token.text : undefined
      if (typeof text !== 'string' || text.includes('"'))
        return fail(`expected ${what} in quotes, not ${shown(token)}`, token, '"…"')
      next()
      return text
    },
    number: (what, most = 0xffffffff) => {
      const token = peek()
      const value =
        token.kind === 'interpolated' ? token.value : token.kind === 'number' ? token.text : undefined
      const number = typeof value === 'string' ? Number(parseNumber(value) ?? -1) : Number(value)
      if (
        value === undefined ||
        typeof value === 'object' ||
        !Number.isInteger(number) ||
        number < 0 ||
        number > most
      )
        return fail(`expected ${what}, a number up to ${most}, not ${shown(token)}`, token, 'a number')
      next()
      return number
    }
  }
}

export const describeToken = shown

const caught = <A>(work: () => A): E.Either<SyntaxFault, A> => {
  try {
    return E.right(work())
  } catch (error) {
    if (error instanceof Fault) return E.left(error.fault)
    throw error
  }
}

/** Runs a parser on a text, or on a template with what stands in its holes. */
export const parse = <A>(
  run: (cursor: Cursor) => A,
  strings: ReadonlyArray<string>,
  values: ReadonlyArray<Interpolated> = []
): E.Either<SyntaxFault, A> =>
  caught(() => {
    const tokens = tokensOf(strings, values)
    const cursor = cursorOf(tokens, sourceOf(strings))
    const stray = tokens.find(({ kind, value }) => kind === 'interpolated' && !isInterpolated(value))
    if (stray !== undefined)
      cursor.fail(
        `${shown(stray)} stands for nothing: a hole takes text, a number, a list of them, or { set: 'name' }`,
        stray
      )
    return run(cursor)
  })

/** Runs a parser on an excerpt; a fault has its place in the whole text. */
export const parseExcerpt = <A>(
  run: (cursor: Cursor) => A,
  { tokens, source }: Excerpt
): E.Either<SyntaxFault, A> => caught(() => run(cursorOf(tokens, source)))

const plainWord = /^[\w./:*-]+$/

const plainText = ({ kind, text, value }: Token): string => {
  if (kind === 'string') return `"${text}"`
  if (kind === 'reference') return `@${text}`
  if (kind !== 'interpolated') return text
  const each = (one: unknown): string =>
    plainWord.test(String(one)) ? String(one) : JSON.stringify(String(one))
  return Array.isArray(value) ? `{ ${value.map(each).join(', ')} }` : each(value)
}

/** An excerpt for somebody to read, up to so many tokens. */
export const excerptText = ({ tokens }: Excerpt, most: number): string => {
  const shownTokens = tokens.filter(({ kind }) => kind !== 'end' && kind !== 'newline')
  const some = shownTokens.slice(0, most)
  const words = some.map((token, n) => `${token.spaced && n > 0 ? ' ' : ''}${plainText(token)}`)
  return `${words.join('')}${some.length < shownTokens.length ? ' …' : ''}`
}
