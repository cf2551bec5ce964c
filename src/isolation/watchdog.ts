import { spawn } from 'node:child_process'
import { uptime } from 'node:os'
import { extname } from 'node:path'
import type { Readable } from 'node:stream'
import * as E from 'fp-ts/Either'
import type * as TE from 'fp-ts/TaskEither'
import { deadline } from '../namespace/turn'
import type { WatchdogFailed } from './error'
import type { Entry, Pending } from './record'

/** Somebody who waits in a process of its own. */
export interface Watchdog {
  readonly pending: Pending
  /** Tells it that we have come to an end, whichever; if we die before, it hears of that. */
  readonly release: () => void
}

/** Sets somebody to undo what is applied by a name unless it is confirmed in time; he is ready when this is done. */
export type Arm = (
  directory: string,
  name: string,
  token: string,
  milliseconds: number
) => TE.TaskEither<WatchdogFailed, Watchdog>

/** Seconds since the machine was started, by a clock that neither the date nor the machine's sleep sets back. */
export const now = uptime

/** Whether the time to confirm is over. */
export const isOverdue = ({ pending }: { readonly pending?: Pending }): boolean =>
  pending !== undefined && pending.deadline <= now()

/** Whether it is up, and not to be undone by whoever comes next. */
export const isUp = (entry: Pick<Entry, 'phase' | 'pending'>): boolean =>
  entry.phase === 'applied' && !isOverdue(entry)

/** Milliseconds that are left to confirm; nothing where nobody has to. */
export const leftOf = (pending: Pending | undefined): { readonly confirmWithin?: number } =>
  pending === undefined ? {} : { confirmWithin: Math.max(0, Math.round((pending.deadline - now()) * 1000)) }

/** How long it may take him to get ready, in milliseconds. */
const patience = 30_000

/**
 * Leads a session of its own, without a terminal, so that neither the end of ours nor that of our process group reaches
 * it. Its standard input ends when we do.
 */
export const arm: Arm = (directory, name, token, milliseconds) => () =>
  new Promise(resolve => {
    const child = spawn(
      process.execPath,
      [...interpreterOptions(), require.resolve('./watchdog-process'), name, token, String(milliseconds)],
      {
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
        env: { ...process.env, ISOLINK_STATE_DIR: directory }
      }
    )
    const report = child.stdio[3] as Readable
    const release = (): void => {
      child.stdin?.destroy()
      report.destroy()
    }
    const settle = (result: E.Either<WatchdogFailed, Watchdog>): void => {
      cancel()
      report.removeAllListeners()
      child.removeAllListeners()
      child.on('error', ignore)
      child.stdin?.on('error', ignore)
      report.on('error', ignore)
      if (E.isLeft(result)) {
        release()
        child.kill('SIGKILL')
      }
      child.unref()
      resolve(result)
    }
    const fail = (reason: string): void =>
      settle(
        E.left({
          _tag: 'WatchdogFailed',
          message: `nobody could be set to undo it unless it is confirmed: ${reason}; nothing has been changed`
        })
      )
    const cancel = deadline(patience, () => fail(`not ready after ${patience / 1000} s`))
    let said = ''
    report.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (!said.endsWith('\n')) return
      const until = deadlineIn(said)
      if (until === undefined) fail(said.trim())
      else settle(E.right({ pending: { token, deadline: until }, release }))
    })
    child.once('error', ({ message }) => fail(message))
    child.once('exit', (code, signal) =>
      fail(said.trim() || `its process ended with ${signal ?? `code ${code}`}`)
    )
  })

/** What the process says once it could undo: the time begins there. */
export const readyUntil = (deadline: number): string => `ready ${deadline}\n`

const deadlineIn = (said: string): number | undefined => {
  const deadline = Number(/^ready (\S+)\n$/.exec(said)?.[1])
  return Number.isFinite(deadline) ? deadline : undefined
}

const ignore = (): void => undefined

/** Options of Node that would have it run something else, or ask for what we have. */
const others =
  /^(-e|--eval|-p|-pe|--print|-i|--interactive|-c|--check|--test.*|--watch.*|--inspect.*|--debug.*)$/

/** Node's own options, such as those that let it run TypeScript. */
const interpreterOptions = (): ReadonlyArray<string> => {
  const options: Array<string> = []
  let skip = false
  for (const [n, option] of process.execArgv.entries()) {
    const [name = ''] = option.split('=')
    if (!skip && !others.test(name)) options.push(option)
    // The program itself follows.
    skip = !skip && /^(-e|--eval|-p|-pe|--print)$/.test(option) && n + 1 < process.execArgv.length
  }
  const typescript = extname(__filename) === '.ts' && !options.some(each => each.includes('ts-node'))
  return typescript ? [...options, '-r', require.resolve('ts-node/register')] : options
}
