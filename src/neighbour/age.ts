/** Seconds, of the hundredths in which the kernel counts how long ago something was. */
export const secondsOf = (hundredths: number | undefined): number | undefined =>
  hundredths === undefined ? undefined : hundredths / 100
