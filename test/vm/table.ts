/** What docs/kernels.md says of a run: features and results, kernel by kernel. */
import type { KernelFeature } from '../../src/feature'
import { type Outcome, total } from '../outcome'

/** A run of the tests on a kernel. */
export interface Run {
  /** As `--kernel` takes it. */
  readonly kernel: string
  readonly release: string
  readonly features: ReadonlyArray<KernelFeature>
  readonly outcomes: ReadonlyArray<Outcome>
  readonly minutes: number
}

const row = (cells: ReadonlyArray<string | number>): string => `| ${cells.join(' | ')} |`

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string | number>>): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

/** A skipped test as `file: title`, and why. */
const skipsOf = (outcomes: ReadonlyArray<Outcome>): ReadonlyMap<string, string> =>
  new Map(
    outcomes.flatMap(({ file, skips }) =>
      skips.map(skip => {
        const [title = '', ...reason] = skip.split(' — ')
        return [`${file}: ${title}`, reason.join(' — ')] as const
      })
    )
  )

/** The tests that ran in none of the runs. */
export const ranNowhere = (runs: ReadonlyArray<ReadonlyArray<Outcome>>): ReadonlyArray<string> => {
  const [first, ...others] = runs.map(skipsOf)
  return [...(first ?? new Map<string, string>()).keys()].filter(test =>
    others.every(skips => skips.has(test))
  )
}

const reasonsOf = ({ outcomes }: Run): string => {
  const counts = new Map<string, number>()
  for (const reason of skipsOf(outcomes).values()) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].map(([reason, count]) => `${reason} (${count})`).join('; ')
}

const results = (runs: ReadonlyArray<Run>): string =>
  table(
    ['kernel', 'release', 'passed', 'failed', 'skipped', 'minutes', 'why skipped'],
    runs.map(run => {
      const { passed, failed, skipped } = total(run.outcomes)
      return [run.kernel, run.release, passed, failed, skipped, run.minutes.toFixed(1), reasonsOf(run)]
    })
  )

const features = (runs: ReadonlyArray<Run>): string =>
  table(
    ['feature', 'since Linux', 'module', ...runs.map(({ kernel }) => kernel)],
    (runs[0]?.features ?? []).map(({ name, since = '', module = '' }) => [
      name,
      since,
      module,
      ...runs.map(run =>
        run.features.find(feature => feature.name === name)?.present === true ? 'yes' : 'no'
      )
    ])
  )

/** What ran, and how. */
export interface Manner {
  readonly words: ReadonlyArray<string>
  readonly commit: string
  readonly acceleration: string
}

/** The page, whole. */
export const page = (runs: ReadonlyArray<Run>, { words, commit, acceleration }: Manner): string => `# Kernels

${words.length === 0 ? 'All tests' : 'The tests of what the project’s own machines lack'} on stock kernels of Debian, and what each kernel has. Written by \`.ci/release\`, which runs \`${['npm run test:vm -- --kernel all --record', ...words].join(' ')}\`, at commit ${commit}, in virtual machines${acceleration === 'tcg' ? ' that are emulated' : ''}. \`npm run test:vm -- --kernel trixie link\` runs the files on link on the kernel of trixie.

## Results

${results(runs)}

## Features

Each was tried out on the running kernel, as \`kernelFeatures()\` does it. Where it says no, the error is [\`UnsupportedByKernel\`](errors.md#what-a-kernel-lacks).

${features(runs)}
`
