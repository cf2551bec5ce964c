export const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** To three digits: there is no more in it. */
export const rounded = (value: number): number => Number(value.toPrecision(3))
