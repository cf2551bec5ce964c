/** `: did you mean mtu?` for a key that is not there, or nothing when no key is near. */
export const nearest = (key: string, keys: ReadonlyArray<string>): string => {
  const farthest = Math.max(1, Math.floor(key.length / 3))
  const [best] = keys
    // Letters that one has more than the other must all be added.
    .filter(({ length }) => Math.abs(length - key.length) <= farthest)
    .map(each => ({ each, distance: distance(key.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  if (best !== undefined && best.distance <= farthest) return `: did you mean ${best.each}?`
  const [only, other] = keys.filter(each => abbreviates(key.toLowerCase(), each.toLowerCase()))
  return only !== undefined && other === undefined ? `: did you mean ${only}?` : ''
}

/** Whether one is the beginning of the other, or has more than half of its letters in the same order: `iface`. */
const abbreviates = (short: string, long: string): boolean => {
  if (short.length > 2 && long.startsWith(short)) return true
  if (short.length * 2 <= long.length || short[0] !== long[0]) return false
  let at = 0
  for (const letter of long) if (letter === short[at]) at++
  return at === short.length
}

/** Damerau's and Levenshtein's: how many letters to add, drop or change, or to exchange with the next. */
const distance = (a: string, b: string): number => {
  let before: ReadonlyArray<number> = []
  let row: ReadonlyArray<number> = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const exchanged = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] : undefined
      next[j] = Math.min(
        (next[j - 1] as number) + 1,
        (row[j] as number) + 1,
        (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        (exchanged ?? Number.POSITIVE_INFINITY) + 1
      )
    }
    before = row
    row = next
  }
  return row[b.length] as number
}
