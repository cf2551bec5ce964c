import type { Plan } from '../recipe/plan'

/** A parameter that is another one in what is asked for than in what is applied. */
export interface ParameterDifference {
  /** `address`, `publish.0.hostPort`. */
  readonly field: string
  /** What is applied; none if it has no such parameter. */
  readonly applied?: unknown
  /** What is asked for; none if it has no such parameter. */
  readonly asked?: unknown
}

/** Where parameters differ, each told as deep inside as it can be. Of lists, what only one of the two has. */
export const parameterDifferences = (
  applied: Plan['parameters'],
  asked: Plan['parameters']
): ReadonlyArray<ParameterDifference> => {
  // The rest of another recipe means something else.
  const all = differencesIn([], plain(applied), plain(asked))
  return all.filter(({ field }) => field === 'recipe' || applied.recipe === asked.recipe)
}

/** As it would be on record. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown

/** The same for the same members in another order. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    isObject(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each
  )

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const differencesIn = (
  path: ReadonlyArray<string | number>,
  applied: unknown,
  asked: unknown
): ReadonlyArray<ParameterDifference> => {
  if (Array.isArray(applied) && Array.isArray(asked))
    return applied.length === asked.length
      ? applied.flatMap((each, n) => differencesIn([...path, n], each, asked[n]))
      : [
          ...beyond(applied, asked).map(([n, each]) => ({ field: [...path, n].join('.'), applied: each })),
          ...beyond(asked, applied).map(([n, each]) => ({ field: [...path, n].join('.'), asked: each }))
        ]
  if (isObject(applied) && isObject(asked))
    return [...new Set([...Object.keys(applied), ...Object.keys(asked)])].flatMap(key =>
      differencesIn([...path, key], applied[key], asked[key])
    )
  if (applied === asked) return []
  return [
    {
      field: path.join('.'),
      ...(applied !== undefined && { applied }),
      ...(asked !== undefined && { asked })
    }
  ]
}

/** What of a list the other one lacks, with its place. */
const beyond = (
  list: ReadonlyArray<unknown>,
  other: ReadonlyArray<unknown>
): ReadonlyArray<readonly [number, unknown]> => {
  const left = new Map<string, number>()
  for (const text of other.map(textOf)) left.set(text, (left.get(text) ?? 0) + 1)
  return list.flatMap((each, n) => {
    const text = textOf(each)
    const count = left.get(text) ?? 0
    left.set(text, count - 1)
    return count > 0 ? [] : [[n, each] as const]
  })
}

/** More than these nobody reads in a sentence. */
const most = 3
const longest = 60

const shortened = (value: unknown): string => {
  const text = value === undefined ? 'none' : textOf(value)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

/** `address: "10.0.0.2/24" → "10.0.0.3/24"`, and so on. */
export const differencesText = (all: ReadonlyArray<ParameterDifference>): string =>
  [
    ...all
      .slice(0, most)
      .map(({ field, applied, asked }) => `${field}: ${shortened(applied)} → ${shortened(asked)}`),
    ...(all.length > most ? [`and ${all.length - most} more`] : [])
  ].join('; ')
