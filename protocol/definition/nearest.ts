/** `: did you mean mtu?` for a key that is not there, or nothing when no key is near. */
export const nearest = (key: string, keys: ReadonlyArray<string>): string => {
  const ranked = keys
    .map(each => ({ each, distance: distance(key.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best !== undefined && best.distance <= Math.max(1, Math.floor(key.length / 3))
    ? `: did you mean ${best.each}?`
    : ''
}

/** Levenshtein's: how many letters to add, drop or change. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (next[j - 1] as number) + 1,
        (row[j] as number) + 1,
        (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      )
    row = next
  }
  return row[b.length] as number
}
