import * as E from 'fp-ts/Either'
import { type WrongUsage, wrongUsage } from './outcome'

const units: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** The milliseconds of `500ms`, `30s`, `5m` or `1h`, given to an option. */
export const durationOf = (option: string, text: string): E.Either<WrongUsage, number> => {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  const factor = units[unit]
  return factor === undefined
    ? E.left(wrongUsage(`${option}: ${text} is no duration such as 500ms, 30s, 5m or 1h`))
    : E.right(Number(number) * factor)
}
