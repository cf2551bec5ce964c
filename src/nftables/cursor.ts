import { nearest } from '../../protocol/definition/nearest'
import type { Token } from './token'

/** The text of a rule is not one of a rule. */
export interface RuleSyntax {
  readonly _tag: 'RuleSyntax'
  /** One line: the word, what is wrong with it, what could stand there. */
  readonly message: string
  /** Where in the text the word begins. */
  readonly at: number
  /** The text and, below, a mark at the word. */
  readonly excerpt: string
}

/** Leaves a parser from any depth; `parseRule` makes a value of it. */
export class Unexpected extends Error {
  readonly token: Token
  constructor(token: Token, reason: string) {
    super(reason)
    this.token = token
  }
}

export const shown = ({ kind, text }: Token): string => (kind === 'end' ? 'the end' : `"${text}"`)

/** A place in a text, which moves on as the text is read. */
export class Cursor {
  readonly #tokens: Array<Token>
  #at = 0

  constructor(tokens: ReadonlyArray<Token>, length: number) {
    this.#tokens = [...tokens, { kind: 'end', text: '', at: length }]
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token
  }

  next(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.#at++
    return token
  }

  /** Whether one of these words or signs comes next. */
  sees(...texts: ReadonlyArray<string>): boolean {
    const { kind, text } = this.peek()
    return (kind === 'word' || kind === 'sign') && texts.includes(text)
  }

  /** Takes it if it comes next. */
  takes(...texts: ReadonlyArray<string>): boolean {
    const found = this.sees(...texts)
    if (found) this.#at++
    return found
  }

  /** Takes it, or fails. */
  expect(text: string, where: string): void {
    if (!this.takes(text)) this.fail(`${shown(this.peek())} where ${where} has "${text}"`)
  }

  /** One of the keys of a table. */
  key<K extends string>(table: { readonly [N in K]: unknown }, what: string): K {
    const token = this.next()
    if (token.kind !== 'end' && Object.hasOwn(table, token.text)) return token.text as K
    const keys = Object.keys(table)
    throw new Unexpected(token, `${shown(token)} is no ${what}${nearest(token.text, keys)}; there are ${keys.join(', ')}`)
  }

  /** A whole number. */
  integer(what: string): bigint {
    const token = this.next()
    if (!/^\d+$|^0x[\da-f]+$/i.test(token.text)) throw new Unexpected(token, `${shown(token)} is no number: ${what}`)
    return BigInt(token.text)
  }

  number(what: string): number {
    return Number(this.integer(what))
  }

  /** A name: any word, or a text in quotes. */
  name(what: string): string {
    const token = this.next()
    if (token.kind !== 'word' && token.kind !== 'value') throw new Unexpected(token, `${shown(token)} where the name of ${what} is to stand`)
    return token.text
  }

  /** Cuts the next word in two or more, as if there had been spaces. */
  split(...parts: ReadonlyArray<string>): void {
    const { at } = this.peek()
    let offset = at
    const tokens = parts.flatMap(text => {
      const token: Token = { kind: 'word', text, at: offset }
      offset += text.length
      return text === '' ? [] : [token]
    })
    this.#tokens.splice(this.#at, 1, ...tokens)
  }

  fail(reason: string, token: Token = this.peek()): never {
    throw new Unexpected(token, reason)
  }
}

