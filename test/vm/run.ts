/**
 * Runs the tests on stock kernels of Debian, in virtual machines that boot.sh starts: `npm run test:vm`, or
 * `npm run test:vm -- --kernel trixie link route` for the files whose path has one of these words. `--kernel` may be
 * given several times; `all` stands for each of them, and then a test that was skipped on each counts as failed, unless it
 * runs on this machine's own kernel, as what needs one that lacks something may.
 * `--record` writes what came of it to docs/kernels.md. A machine that runs for longer than `--limit` seconds is stopped,
 * and that counts as a failure.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { compileInto } from '../compile'
import { strayWords } from '../files'
import { type Outcome, print, sentence, total } from '../outcome'
import { page, type Run, ranNowhere } from './table'

/** The suites of Debian by the names that we give their kernels. */
const suites: { readonly [kernel: string]: string } = {
  bookworm: 'bookworm',
  trixie: 'trixie',
  backports: 'trixie-backports'
}

const root = resolve(__dirname, '../..')
const { values, positionals: words } = parseArgs({
  options: {
    kernel: { type: 'string', multiple: true, default: ['bookworm'] },
    record: { type: 'boolean', default: false },
    limit: { type: 'string', default: '5000' }
  },
  allowPositionals: true
})
const kernels = values.kernel.flatMap(kernel => (kernel === 'all' ? Object.keys(suites) : [kernel]))
const compiled = mkdtempSync(join(tmpdir(), 'isolink-vm-compiled-'))
// Some tests run as a user who is not root.
chmodSync(compiled, 0o755)

const machines = new Set<ChildProcess>()

/** The compiler gives way to its output; then the tests run as they do on the host. */
const inside = `
ln -s "$ISOLINK_COMPILED" /compiled
mount --bind test/compiled.js node_modules/ts-node/register/index.js
if [ -n "$FEATURES" ]; then node -r ts-node/register test/vm/features.ts; fi
exec node -r ts-node/register test/run.ts "$@"`

type Part = Pick<Run, 'outcomes'> & Partial<Pick<Run, 'release' | 'features'>>

/** Runs a part of the test files in a machine of its own. */
const boot = (kernel: string, suite: string, part: number, parts: number): Promise<Part> =>
  new Promise((done, reject) => {
    const outcomes: Array<Outcome> = []
    let known: Omit<Part, 'outcomes'> = {}
    const child = spawn(
      join(__dirname, 'boot.sh'),
      ['--suite', suite, '--limit', values.limit, 'sh', '-ec', inside, 'sh', ...words],
      {
        cwd: root,
        env: {
          ...process.env,
          ISOLINK_COMPILED: compiled,
          ISOLINK_TEST_FORMAT: 'json',
          ISOLINK_TEST_TIMEOUT: process.env.ISOLINK_TEST_TIMEOUT ?? '300',
          ISOLINK_TEST_PART: `${part}/${parts}`,
          FEATURES: values.record && part === 1 ? 'yes' : ''
        },
        stdio: ['ignore', 'pipe', 'inherit']
      }
    )
    machines.add(child)
    child.once('error', reject)
    createInterface(child.stdout).on('line', line => {
      const told = JSON.parse(line) as Outcome | Required<typeof known>
      if ('features' in told) {
        known = told
        return
      }
      const outcome = told
      outcomes.push(outcome)
      print({ ...outcome, file: `${kernel}: ${outcome.file}` }, 60)
    })
    child.once('close', code => {
      machines.delete(child)
      const failed = outcomes.filter(outcome => outcome.failed > 0)
      if (code === 0 || (code === 1 && failed.length > 0)) return done({ outcomes, ...known })
      const wrong =
        code === 124
          ? `the virtual machine was stopped after ${values.limit} s`
          : `the virtual machine ended with status ${code}`
      const file = `part ${part} of ${parts}`
      const died = { file, seconds: 0, output: '', skips: [], wrong, passed: 0, failed: 1, skipped: 0 }
      print({ ...died, file: `${kernel}: ${file}` }, 60)
      done({ outcomes: [...outcomes, died], ...known })
    })
  })

/** What a command says. */
const told = (command: string, ...words: ReadonlyArray<string>): string =>
  execFileSync(command, words, { cwd: root, encoding: 'utf8' }).trim()

/** What comes of these tests' files on the machine's own kernel. */
const runHere = (tests: ReadonlyArray<string>): ReadonlyArray<Outcome> => {
  if (tests.length === 0) return []
  const files = new Set(tests.map(test => test.split(': ')[0] ?? ''))
  const { stdout } = spawnSync(process.execPath, ['-r', 'ts-node/register', 'test/run.ts', ...files], {
    cwd: root,
    env: { ...process.env, ISOLINK_TEST_FORMAT: 'json' },
    encoding: 'utf8'
  })
  const outcomes = stdout
    .split('\n')
    .flatMap(line => (line.startsWith('{') ? [JSON.parse(line) as Outcome] : []))
  if (outcomes.length !== files.size)
    throw new Error(`${[...files]} did not all run on this machine: ${stdout}`)
  return outcomes
}

const main = async (): Promise<void> => {
  const unknown = kernels.find(kernel => !Object.hasOwn(suites, kernel))
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${Object.keys(suites).join(', ')}, all`)
  const strays = strayWords(words)
  if (strays.length > 0) throw new Error(`no test file has ${strays.join(' or ')} in its path`)
  // In there it would take ten times as long, again for each test.
  compileInto(compiled, ['protocol', 'src', 'test', 'docs', 'fixtures'])
  const runs: Array<Run> = []
  const acceleration = told(join(__dirname, 'boot.sh'), '--acceleration')
  // An emulated machine has one processor, any other all of them.
  const parts = acceleration === 'tcg' ? availableParallelism() : 1
  for (const kernel of kernels) {
    const start = performance.now()
    const answers = await Promise.all(
      Array.from({ length: parts }, (_, n) => boot(kernel, suites[kernel] ?? '', n + 1, parts))
    )
    const outcomes = answers.flatMap(answer => answer.outcomes)
    const minutes = (performance.now() - start) / 60_000
    runs.push({ kernel, release: '', features: [], ...answers[0], outcomes, minutes })
    for (const { file, failed } of outcomes) if (failed > 0) console.log(`failed: ${kernel}: ${file}`)
    console.log(`${kernel}: ${sentence(total(outcomes))}, in ${minutes.toFixed(1)} minutes`)
  }
  const all = runs.map(each => each.outcomes)
  const isWhole = Object.keys(suites).every(kernel => kernels.includes(kernel))
  const nowhere = isWhole ? ranNowhere([...all, runHere(ranNowhere(all))]) : []
  for (const test of nowhere) console.log(`skipped on each kernel: ${test}`)
  if (values.record) {
    const commit = told('git', 'log', '-1', '--format=%h')
    writeFileSync(join(root, 'docs/kernels.md'), page(runs, { words, commit, acceleration }))
  }
  const { passed, failed, skipped } = total(runs.flatMap(({ outcomes }) => outcomes))
  console.log(sentence({ passed, failed: failed + nowhere.length, skipped }))
  process.exitCode = failed + nowhere.length > 0 ? 1 : 0
}

process.once('exit', () => {
  for (const machine of machines) machine.kill()
  rmSync(compiled, { recursive: true, force: true })
})
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))
main().catch(error => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
})
