/** What a template puts in between: never read as anything but a value or a name. */
export type Interpolated =
  | string
  | number
  | bigint
  | ReadonlyArray<string | number | bigint>
  /** A set by its name. */
  | { readonly set: string }

/** Whether a hole can have it: who does not check types may put anything there. */
export const isInterpolated = (value: unknown): value is Interpolated => {
  if (typeof value !== 'object' || value === null) return isPlain(value)
  return Array.isArray(value) ? value.every(isPlain) : 'set' in value && typeof value.set === 'string'
}

const isPlain = (value: unknown): value is string | number | bigint =>
  ['string', 'number', 'bigint'].includes(typeof value)

export type TokenKind =
  | 'word'
  | 'number'
  | 'address'
  | 'duration'
  | 'string'
  /** `@name` */
  | 'reference'
  /** `@th,16,32` */
  | 'raw'
  | 'sign'
  | 'newline'
  | 'interpolated'
  | 'stray'
  | 'end'

export interface Token {
  readonly kind: TokenKind
  /** Of a string, what is between the quotes; of a reference, the name. */
  readonly text: string
  /** Where it begins in the text. */
  readonly at: number
  /** A space stands before it. */
  readonly spaced: boolean
  readonly value?: Interpolated
}

/** In this order: the first that fits is it. */
const patterns: ReadonlyArray<readonly [kind: TokenKind, pattern: string]> = [
  ['newline', '[\\n;]'],
  ['string', '"[^"\\n]*"'],
  ['raw', '@(?:ll|nh|th|ih|\\d{1,3}),\\d{1,5},\\d{1,4}'],
  ['reference', '@[A-Za-z_][A-Za-z0-9_./-]*'],
  // A handle of traffic control: major and minor.
  ['word', '[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4}(?![0-9a-zA-Z_:.])'],
  // A MAC, an IPv6 or an IPv4 address.
  ['address', '[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5}(?![0-9a-fA-F:])'],
  ['address', '(?:[0-9a-fA-F]{0,4}:){2,7}(?:\\d{1,3}(?:\\.\\d{1,3}){3}|[0-9a-fA-F]{1,4})?(?![0-9a-zA-Z_])'],
  ['address', '\\d{1,3}(?:\\.\\d{1,3}){3}(?![0-9a-zA-Z_])'],
  ['duration', '(?:\\d+(?:ms|[dhms]))+(?![0-9a-zA-Z_])'],
  ['number', '0x[0-9a-fA-F]+|\\d+(?![0-9a-zA-Z_]*[a-zA-Z_])'],
  ['word', '[A-Za-z_0-9][A-Za-z0-9_.]*(?:-[A-Za-z0-9_.]+)*\\*?'],
  ['sign', '<<|>>|==|!=|<=|>=|[{}()\\[\\],.:=<>!&|^*/$+~-]'],
  ['stray', '[^]']
]

const blank = '(?:[^\\S\\n]|\\\\\\n|#[^\\n]*)*'

/** Blanks are taken whole or not at all: the end of a comment is no word. */
const scanner = new RegExp(
  `(?=(${blank}))\\1(?:${patterns.map(([, pattern]) => `(${pattern})`).join('|')})`,
  'y'
)

const withoutFrame = (kind: TokenKind, text: string): string =>
  kind === 'string' ? text.slice(1, -1) : kind === 'reference' ? text.slice(1) : text

const textTokens = (text: string, from: number): ReadonlyArray<Token> => {
  const tokens: Array<Token> = []
  scanner.lastIndex = 0
  for (;;) {
    const at = scanner.lastIndex
    const found = scanner.exec(text)
    // Nothing but blanks is left.
    if (found === null) return tokens
    const index = patterns.findIndex((_, n) => found[n + 2] !== undefined)
    const kind = patterns[index]?.[0] ?? 'stray'
    const before = found[1] ?? ''
    tokens.push({
      kind,
      text: withoutFrame(kind, found[index + 2] ?? ''),
      at: from + at + before.length,
      spaced: before.length > 0
    })
  }
}

/** The text of a template, as its errors show it. */
export const sourceOf = (strings: ReadonlyArray<string>): string => strings.join(hole)

const hole = `$${'{…}'}`

/** The tokens of the parts of a template, each with its part. A template in a loop is cut once. */
const cuts = new WeakMap<ReadonlyArray<string>, ReadonlyArray<ReadonlyArray<Token>>>()

const cut = (strings: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<Token>> => {
  const known = cuts.get(strings)
  if (known !== undefined) return known
  let at = 0
  const parts = strings.map(text => {
    const tokens = textTokens(text, at)
    at += text.length + hole.length
    return tokens
  })
  cuts.set(strings, parts)
  return parts
}

/** Cuts a text, or the text of a template with what stands in its holes, into tokens. */
export const tokensOf = (
  strings: ReadonlyArray<string>,
  values: ReadonlyArray<Interpolated> = []
): ReadonlyArray<Token> => {
  const tokens: Array<Token> = []
  let at = 0
  for (const [n, part] of cut(strings).entries()) {
    for (const token of part) tokens.push(token)
    at += strings[n]?.length ?? 0
    if (n < strings.length - 1) {
      tokens.push({ kind: 'interpolated', text: hole, at, spaced: true, value: values[n] as Interpolated })
      at += hole.length
    }
  }
  tokens.push({ kind: 'end', text: '', at, spaced: true })
  return tokens
}
