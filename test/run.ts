/**
 * Runs each test file as a program of its own: `npm test`, or `npm test -- link route` for the files whose path
 * has one of these words. The folders left aside run only when a word names them.
 *
 * ISOLINK_TEST_TIMEOUT: seconds that a file may take, 120 by default.
 * ISOLINK_TEST_PART: 2/3 for the second of three parts of the files, which may run elsewhere at the same time.
 * ISOLINK_TEST_FORMAT: json for one line of JSON about each file.
 * ISOLINK_REQUIRE_ORACLES: when set, a test skipped for want of a command counts as failed.
 */
import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { filesWith, strayWords } from './files'
import { type Outcome, print, sentence, type Totals, total } from './outcome'

const root = resolve(__dirname, '..')
/** In a virtual machine, also what looks at sources and bytes and not at the kernel. */
const aside = process.env.ISOLINK_VM
  ? /^test\/(bench|vm|package|protocol|recipe)\/|^test\/(?!feature\.)[^/]+$/
  : /^test\/(bench|vm)\//
const words = process.argv.slice(2)
const limit = Number(process.env.ISOLINK_TEST_TIMEOUT ?? 120)
const [part = 1, parts = 1] = (process.env.ISOLINK_TEST_PART ?? '1/1').split('/').map(Number)
const json = process.env.ISOLINK_TEST_FORMAT === 'json'
const requireOracles = Boolean(process.env.ISOLINK_REQUIRE_ORACLES)
/** Plain output, and the commands that only root has on its path. */
const environment = {
  ...process.env,
  NO_COLOR: '1',
  FORCE_COLOR: undefined,
  PATH: `${process.env.PATH}:/usr/sbin:/sbin`
}
const outputs = mkdtempSync(join(tmpdir(), 'isolink-test-'))
const running = new Set<number>()

const files = filesWith(words, aside).filter((_, n) => n % parts === part - 1)

const totalsOf = (output: string): Totals | undefined => {
  const found = [...output.matchAll(/^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)$/gm)].at(-1)
  if (found === undefined) return undefined
  const [total = 0, passed = 0, skipped = 0] = found.slice(1).map(Number)
  return { passed, failed: total - passed, skipped }
}

const skipsOf = (output: string): ReadonlyArray<string> =>
  [...output.matchAll(/skip: (.+ — .+)$/gm)].map(([, skip = '']) => skip)

const judge = (
  totals: Totals | undefined,
  skips: ReadonlyArray<string>,
  late: boolean,
  code: number | null,
  signal: NodeJS.Signals | null
): string | undefined => {
  if (late) return `not ended after ${limit} s`
  if (signal !== null) return `killed by ${signal}`
  if (totals === undefined && code !== 0) return `ended with code ${code} before uvu could count`
  if (totals === undefined || totals.passed + totals.failed + totals.skipped === 0)
    return 'ran no test; does it end with test.run()?'
  if (totals.failed === 0 && code !== 0) return `ended with code ${code} though no test failed`
  if (totals.failed > 0 && code === 0) return 'a before hook threw, and uvu hides what'
  if (totals.skipped !== skips.length) return `${totals.skipped} skipped, ${skips.length} gave a reason`
  const unmet = skips.filter(skip => skip.endsWith(' is not installed'))
  if (requireOracles && unmet.length > 0) return `skipped for want of a command: ${unmet.length}`
  return undefined
}

/** Ends a process with all that it started: each file leads its own process group. */
const end = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group has ended by itself.
  }
}

/** The output goes through a file: a pipe would stay open as long as any process that the test left behind. */
const run = (file: string): Promise<Outcome> =>
  new Promise((done, reject) => {
    const path = join(outputs, file.replaceAll('/', '.'))
    const descriptor = openSync(path, 'w')
    const start = performance.now()
    const child = spawn(process.execPath, ['-r', 'ts-node/register', file], {
      cwd: root,
      env: environment,
      detached: true,
      stdio: ['ignore', descriptor, descriptor]
    })
    closeSync(descriptor)
    child.once('error', reject)
    const { pid } = child
    if (pid === undefined) return
    running.add(pid)
    let late = false
    const timer = setTimeout(() => {
      late = true
      end(pid)
    }, limit * 1000)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      end(pid)
      running.delete(pid)
      const output = readFileSync(path, 'utf8')
      const totals = totalsOf(output)
      const skips = skipsOf(output)
      const wrong = judge(totals, skips, late, code, signal)
      const { passed, failed, skipped } = totals ?? { passed: 0, failed: 0, skipped: 0 }
      done({
        file,
        seconds: (performance.now() - start) / 1000,
        output,
        skips,
        wrong,
        passed,
        failed: wrong === undefined ? failed : Math.max(1, failed),
        skipped
      })
    })
  })

const width = Math.max(...files.map(file => file.length))

const main = async (): Promise<void> => {
  const strays = strayWords(words)
  if (strays.length > 0) {
    console.error(`no test file has ${strays.join(' or ')} in its path`)
    process.exitCode = 2
    return
  }
  const waiting = [...files]
  const outcomes: Array<Outcome> = []
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const outcome = await run(file)
      outcomes.push(outcome)
      if (json) console.log(JSON.stringify(outcome))
      else print(outcome, width)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  const totals = total(outcomes)
  if (!json) {
    for (const { file, failed } of outcomes) if (failed > 0) console.log(`failed: ${file}`)
    console.log(sentence(totals))
  }
  process.exitCode = totals.failed > 0 ? 1 : 0
}

process.once('exit', () => {
  for (const pid of running) end(pid)
  rmSync(outputs, { recursive: true, force: true })
})
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))
void main()
