import type { Cursor } from './cursor'
import { formatDuration, parseDuration } from './duration'
import type { Connections, Counter, Element, Last, Limit, Quota, Stateful } from './syntax'

const sizes = { bytes: 1n, kbytes: 1024n, mbytes: 1_048_576n } as const

type Size = keyof typeof sizes

const sizeWords = Object.keys(sizes) as ReadonlyArray<Size>

const periods = ['second', 'minute', 'hour', 'day', 'week'] as const

const big = (cursor: Cursor, what: string): bigint => BigInt(cursor.number(what, Number.MAX_SAFE_INTEGER))

/** A number with its unit, with or without a space between: `5 mbytes`, `100packets`. */
const measured = <U extends string>(
  cursor: Cursor,
  what: string,
  units: ReadonlyArray<U>
): readonly [count: bigint, unit: U | undefined] => {
  const [, digits, word] = /^(\d{1,15})([a-z]+)$/.exec(cursor.peek().text) ?? []
  const unit = units.find(each => each === word)
  if (digits === undefined || unit === undefined) return [big(cursor, what), undefined]
  cursor.next()
  return [BigInt(digits), unit]
}

const amount = (cursor: Cursor): bigint => {
  const [count, unit] = measured(cursor, 'a number of bytes', sizeWords)
  return count * sizes[unit ?? cursor.oneOf('unit of size', sizeWords)]
}

/** 5 kbytes for 5120: in the largest unit that leaves no rest. */
export const amountText = (bytes: bigint): string => {
  const unit = bytes === 0n ? 'bytes' : sizeWords.findLast(word => bytes % sizes[word] === 0n)
  return `${bytes / sizes[unit ?? 'bytes']} ${unit}`
}

export const counter = (cursor: Cursor): Counter => {
  const packets = cursor.accept('packets') ? big(cursor, 'a number of packets') : undefined
  const bytes = cursor.accept('bytes') ? big(cursor, 'a number of bytes') : undefined
  return {
    statement: 'counter',
    ...(packets !== undefined && { packets }),
    ...(bytes !== undefined && { bytes })
  }
}

const overOrUntil = (cursor: Cursor): { readonly over?: true } => {
  if (cursor.accept('over')) return { over: true }
  cursor.accept('until')
  return {}
}

export const limit = (cursor: Cursor): Limit => {
  cursor.expect('rate')
  const over = overOrUntil(cursor)
  const [count, said] = measured(cursor, 'a rate', sizeWords)
  const unit = said ?? (cursor.is('/') ? undefined : cursor.oneOf('unit of size', sizeWords))
  cursor.expect('/')
  const per = cursor.oneOf('period', periods)
  const burst = cursor.accept('burst') ? burstOf(cursor) : undefined
  return {
    statement: 'limit',
    rate: unit === undefined ? count : count * sizes[unit],
    of: unit === undefined ? 'packets' : 'bytes',
    per,
    ...(burst !== undefined && { burst }),
    ...over
  }
}

const burstOf = (cursor: Cursor): number => {
  const token = cursor.peek()
  const units = ['packets', ...sizeWords] as const
  const [given, said] = measured(cursor, 'a burst', units)
  const unit = said ?? cursor.oneOf('unit of a burst', units)
  const count = Number(given)
  if (unit !== 'packets') return count * Number(sizes[unit])
  return count === 0 ? cursor.fail('a burst is of one packet at least', token) : count
}

export const quota = (cursor: Cursor): Quota => {
  const over = overOrUntil(cursor)
  const bytes = amount(cursor)
  const used = cursor.accept('used') ? amount(cursor) : undefined
  return { statement: 'quota', bytes, ...over, ...(used !== undefined && { used }) }
}

export const connections = (cursor: Cursor): Connections => ({
  statement: 'connections',
  ...overOrUntil(cursor),
  count: cursor.number('a number of connections')
})

export const last = (cursor: Cursor): Last => {
  if (!cursor.accept('used')) return { statement: 'last' }
  return cursor.accept('never')
    ? { statement: 'last' }
    : { statement: 'last', used: BigInt(milliseconds(cursor)) }
}

export const milliseconds = (cursor: Cursor): number => {
  const token = cursor.next()
  const given = token.kind === 'interpolated' ? String(token.value) : token.text
  const value = parseDuration(given) ?? (/^\d{1,9}$/.test(given) ? BigInt(given) * 1000n : undefined)
  return value === undefined
    ? cursor.fail(`${given} is no time: write 30s, 5m, 1h30m …`, token, 'a time')
    : Number(value)
}

/** What an element has of its own. */
export const elementDetails = (
  cursor: Cursor
): Pick<Element, 'comment' | 'timeout' | 'expires' | 'statements'> => {
  const statements: Array<Stateful> = []
  let found: Pick<Element, 'comment' | 'timeout' | 'expires'> = {}
  for (;;) {
    if (cursor.accept('comment')) found = { ...found, comment: cursor.string('a comment') }
    else if (cursor.accept('timeout')) found = { ...found, timeout: milliseconds(cursor) }
    else if (cursor.accept('expires')) found = { ...found, expires: milliseconds(cursor) }
    else {
      const statement = statefulAt(cursor)
      if (statement === undefined) return statements.length === 0 ? found : { ...found, statements }
      statements.push(statement)
    }
  }
}

/** The statement with a memory that begins here, if one does. */
export const statefulAt = (cursor: Cursor): Stateful | undefined => {
  if (cursor.accept('counter')) return counter(cursor)
  if (cursor.accept('limit')) return limit(cursor)
  if (cursor.accept('quota')) return quota(cursor)
  if (cursor.accept('last')) return last(cursor)
  if (!cursor.is('ct') || !cursor.is('count', 1)) return undefined
  cursor.next()
  cursor.next()
  return connections(cursor)
}

const words = (parts: ReadonlyArray<string | undefined>): string =>
  parts.filter(each => each !== undefined).join(' ')

/** nft leaves out the burst that there is without one. */
const defaultBurst = 5

export const statefulText = (statement: Stateful): string => {
  switch (statement.statement) {
    case 'counter':
      return words([
        'counter',
        statement.packets === undefined ? undefined : `packets ${statement.packets}`,
        statement.bytes === undefined ? undefined : `bytes ${statement.bytes}`
      ])
    case 'limit':
      return `limit ${limitText(statement)}`
    case 'quota':
      return `quota ${quotaText(statement)}`
    case 'connections':
      return words(['ct count', statement.over === true ? 'over' : undefined, String(statement.count)])
    case 'last':
      return words([
        'last',
        statement.used === undefined ? undefined : `used ${formatDuration(statement.used)}`
      ])
  }
}

export const limitText = ({ rate, of, per, burst, over }: Omit<Limit, 'statement'>): string =>
  words([
    'rate',
    over === true ? 'over' : undefined,
    `${of === 'packets' ? rate : amountText(rate)}/${per}`,
    burst === undefined || (of === 'packets' ? burst === defaultBurst : burst === 0)
      ? undefined
      : `burst ${of === 'packets' ? `${burst} packets` : amountText(BigInt(burst))}`
  ])

export const quotaText = ({ bytes, over, used }: Omit<Quota, 'statement'>): string =>
  words([
    over === true ? 'over' : undefined,
    amountText(bytes),
    used === undefined || used === 0n ? undefined : `used ${amountText(used)}`
  ])
