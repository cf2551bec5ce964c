import { type Argument, InvalidArgumentError, type Option } from 'commander'
import { nearest } from '../../protocol/definition/nearest'

/** Has an argument, or an option's value, be one of these words; help and completion list them. */
export const among = <P extends Argument | Option>(parameter: P, words: ReadonlyArray<string>): P => {
  const chosen = (word: string): string => {
    if (words.includes(word)) return word
    throw new InvalidArgumentError(`is none of ${words.join(', ')}${nearest(word, words)}`)
  }
  parameter
    .choices(words)
    .argParser<string | ReadonlyArray<string>>((word, before = []) =>
      parameter.variadic ? [...before, chosen(word)] : chosen(word)
    )
  return parameter
}

/** An isolation's name. */
export const nameIn = (text: string): string => {
  const { isolationName, nameRule } = require('../recipe/parameters') as typeof import('../recipe/parameters')
  const { is } = require('valibot') as typeof import('valibot')
  if (!is(isolationName, text)) throw new InvalidArgumentError(`is no name: ${nameRule}`)
  return text
}

const units: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** The milliseconds of `500ms`, `30s`, `5m` or `1h`; a number without a unit is of seconds. */
export const durationOf = (text: string): number => {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? []
  const milliseconds = Math.ceil(Number(number) * (units[unit] ?? 1))
  if (!(milliseconds > 0 && Number.isSafeInteger(milliseconds)))
    throw new InvalidArgumentError('is no duration such as 500ms, 30s, 5m or 1h')
  return milliseconds
}
