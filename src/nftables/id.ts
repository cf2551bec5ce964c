let last = 0

/** A name for something within a batch, which nothing else of this process has. */
export const freshId = (): number => {
  last = (last % 0x7fffffff) + 1
  return last
}
