/** The process that undoes what nobody confirms. Its arguments: name, token, milliseconds. */
import { writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import * as link from '../link'
import { checkCapabilities } from './capability'
import type { IsolationError } from './error'
import { inWorld } from './execution'
import { thisMachine } from './machine'
import type { Entry } from './record'
import { takeDown } from './teardown'
import { now, readyUntil } from './watchdog'

const [name = '', token = '', milliseconds = ''] = process.argv.slice(2)
const machine = thisMachine()
const { journal } = machine
const report = 3

/** Longest sleep, in milliseconds: the timers of Node stand still while the machine sleeps, and the deadline does not. */
const nap = 1000

/** How often undoing is tried, each time after a pause, in milliseconds. */
const attempts = 10
const pause = 1000

/** The terminal may go, and whoever started us; only a kill -9 of ourselves ends us. */
const deaf = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGPIPE', 'SIGUSR1', 'SIGUSR2'] as const

const isOurs = (entry: Entry | undefined): entry is Entry => entry?.pending?.token === token

/** Undoes it if it is still there, and still not confirmed, and if it is in one of these phases. */
const undoUnlessConfirmed = (
  phases: ReadonlyArray<Entry['phase']>
): TE.TaskEither<IsolationError, 'undone' | 'settled' | 'applied'> =>
  journal.locked(
    pipe(
      TE.fromIOEither(() => journal.read(name)),
      TE.chainW((entry): TE.TaskEither<IsolationError, 'undone' | 'settled' | 'applied'> => {
        if (!isOurs(entry)) return TE.right('settled')
        if (!phases.includes(entry.phase)) return TE.right('applied')
        return pipe(
          takeDown(machine, entry),
          TE.map(() => 'undone')
        )
      })
    )
  )

const persistently = async (
  phases: ReadonlyArray<Entry['phase']>
): Promise<'undone' | 'settled' | 'applied' | 'failed'> => {
  for (let left = attempts; left > 0; left--) {
    const result = await undoUnlessConfirmed(phases)()
    if (E.isRight(result)) return result.right
    await setTimeout(pause)
  }
  return 'failed'
}

/** Whoever started us has come to an end, or has died. */
const released = (): Promise<void> =>
  new Promise(resolve => {
    process.stdin.once('end', resolve).once('close', resolve).once('error', resolve).resume()
  })

/** Sleeps until the deadline, or until the record is no longer ours. */
const waitFor = async (deadline: number): Promise<void> => {
  for (;;) {
    const left = (deadline - now()) * 1000
    const entry = journal.read(name)
    if (left <= 0 || (E.isRight(entry) && !isOurs(entry.right))) return
    await setTimeout(Math.min(nap, left))
  }
}

/** Has all that undoing takes loaded and tried, so that nothing is missing once the network is. */
const rehearse = (): TE.TaskEither<IsolationError, unknown> =>
  pipe(
    TE.fromEither(checkCapabilities()),
    TE.chainW(() => TE.fromIOEither(journal.names)),
    TE.chainW(() => () => inWorld(machine, world => world.send(link.get(loopback))()))
  )

const loopback = 1

const main = async (): Promise<void> => {
  for (const signal of deaf) process.on(signal, () => undefined)
  const rehearsed = await rehearse()()
  process.chdir('/')
  if (E.isLeft(rehearsed)) {
    writeSync(report, `${rehearsed.left.message}\n`)
    process.exit(1)
  }
  const deadline = now() + Number(milliseconds) / 1000
  writeSync(report, readyUntil(deadline))
  await released()
  // If it died while applying, nobody has to wait.
  if ((await persistently(['applying'])) !== 'applied') process.exit(0)
  await waitFor(deadline)
  process.exit((await persistently(['applying', 'applied', 'removing'])) === 'failed' ? 1 : 0)
}

void main()
