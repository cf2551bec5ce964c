/** What came of a test file, or of several. */

export interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export interface Outcome extends Totals {
  readonly file: string
  readonly seconds: number
  readonly output: string
  /** Each skipped test with its reason. */
  readonly skips: ReadonlyArray<string>
  /** What is wrong beyond the failures that uvu counted. */
  readonly wrong?: string | undefined
}

export const total = (outcomes: ReadonlyArray<Totals>): Totals => {
  const sum = (key: keyof Totals): number => outcomes.reduce((all, outcome) => all + outcome[key], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}

export const sentence = ({ passed, failed, skipped }: Totals): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`

/** Prints a file's outcome; its output only if something failed. */
export const print = (outcome: Outcome, width: number): void => {
  const { file, seconds, output, skips, wrong, failed } = outcome
  const mark = failed > 0 ? '✘' : '✔'
  console.log(`${mark} ${file.padEnd(width)}  ${seconds.toFixed(1).padStart(5)} s  ${sentence(outcome)}`)
  for (const skip of skips) console.log(`    skipped: ${skip}`)
  if (failed > 0) console.log(`\n${output.trimEnd()}\n`)
  if (wrong !== undefined) console.log(`    ${file}: ${wrong}\n`)
}
