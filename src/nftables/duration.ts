const units = { d: 86_400_000n, h: 3_600_000n, m: 60_000n, s: 1000n, ms: 1n } as const

const pattern = /^(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?$/

/** Milliseconds of `1h30m`; undefined if it is none. */
export const parseDuration = (text: string): bigint | undefined => {
  if (text === '' || !pattern.test(text)) return undefined
  return [...text.matchAll(/(\d+)(ms|[dhms])/g)].reduce(
    (sum, [, count = '0', unit]) => sum + BigInt(count) * units[unit as keyof typeof units],
    0n
  )
}

/** `1h30m` for milliseconds, as `nft` writes it. */
export const formatDuration = (milliseconds: bigint): string => {
  let rest = milliseconds
  let text = ''
  for (const [unit, size] of Object.entries(units)) {
    const count = rest / size
    rest -= count * size
    if (count > 0n) text += `${count}${unit}`
  }
  return text === '' ? '0s' : text
}
