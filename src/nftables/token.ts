/** A word of a rule's text, or a sign. */
export interface Token {
  /** `value` is text that stood in quotes or was put into a template, and so is never a sign or a keyword. */
  readonly kind: 'word' | 'value' | 'sign' | 'end'
  readonly text: string
  /** Where it begins in the rule's text. */
  readonly at: number
}

const signs = ['==', '!=', '<=', '>=', '<<', '>>', '{', '}', '(', ')', ',', ';', '<', '>', '!', '&', '|', '^', '=']

const quotes = /"([^"]*)"/y
/** Bits of a packet or of an option have commas in their name. */
const places = /@(?:(?:ll|nh|th|ih)|\d+),\d+,\d+/y
const wordPattern = /[^\s{}(),;"!=<>&|^]+/y

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** Takes a text apart. A quote that is not closed is a word by itself. */
export const tokensOf = (text: string, offset = 0): ReadonlyArray<Token> => {
  const tokens: Array<Token> = []
  let at = 0
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) {
      at++
      continue
    }
    const quoted = matchAt(quotes, text, at)
    const sign = signs.find(each => text.startsWith(each, at))
    const word = matchAt(places, text, at) ?? matchAt(wordPattern, text, at)
    const [kind, content, length] =
      quoted !== null
        ? (['value', quoted[1] ?? '', quoted[0].length] as const)
        : sign !== undefined
          ? (['sign', sign, sign.length] as const)
          : word !== null
            ? (['word', word[0], word[0].length] as const)
            : (['word', text.charAt(at), 1] as const)
    tokens.push({ kind, text: content, at: offset + at })
    at += length
  }
  return tokens
}
