import type { Command } from 'commander'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { apply, type Isolation, status } from '../isolation'
import { isSame, nameTaken } from '../isolation/apply'
import type { IsolationError } from '../isolation/error'
import { inWorld } from '../isolation/execution'
import { thisMachine } from '../isolation/machine'
import { checkPremises, resolveUplink } from '../isolation/premise'
import type { Entry } from '../isolation/record'
import { isUp } from '../isolation/watchdog'
import { type Plan, planFrom } from '../recipe'
import { readData, typed } from './input'
import { type Answering, answer } from './outcome'
import { example, print, progress, tell } from './output'
import { durationOf } from './parameter'
import { interruptible } from './signal'
import { stepsOf } from './steps'

export const up = (command: Command): Command =>
  command
    .description('Applies a recipe, whole or not at all. The same recipe again changes nothing.')
    .argument('<recipe>', 'a file with parameters in JSON or YAML, or - for the standard input')
    .option('--dry-run', 'only look, and say what would be done')
    .option('--json', 'print JSON')
    .option(
      '--confirm-within <time>',
      'undo it unless isolink confirm follows in time: 30s, 5m; a bare number is of seconds',
      durationOf
    )
    .addHelpText('after', example(...typed('isolink up')))
    .action((path: string, { dryRun, confirmWithin, ...answering }: Options) => {
      const plan = pipe(readData(path), TE.chainEitherKW(planFrom))
      return dryRun === true
        ? answer(pipe(plan, TE.chainW(preview)), foretold, answering)
        : answer(
            pipe(
              plan,
              TE.chainW(
                made => () =>
                  interruptible(signal =>
                    apply(made, {
                      ...progress(answering),
                      signal,
                      ...(confirmWithin !== undefined && { confirmWithin })
                    })()
                  )
              )
            ),
            isolation => told(isolation, confirmWithin),
            answering
          )
    })

interface Options extends Answering {
  readonly dryRun?: boolean
  readonly confirmWithin?: number
}

const told = (
  { name, changed, repaired, confirmWithin }: Isolation,
  /** Milliseconds that were asked for. */
  asked: number | undefined
): void => {
  tell(
    repaired.length > 0
      ? `${name} is up again`
      : changed
        ? `${name} is up; isolink down ${name} takes it down`
        : `${name} is up already`
  )
  const wasUp = !changed || repaired.length > 0
  if (confirmWithin !== undefined)
    tell(
      `${asked !== undefined && wasUp ? 'the time that was given first stays: ' : ''}unless isolink confirm ${name} follows within ${Math.floor(confirmWithin / 1000)} s, it is undone`
    )
  else if (asked !== undefined) tell(`nobody has to confirm it: ${name} was up before, and stays`)
}

interface Preview {
  readonly name: string
  /** What would be done, in order; nothing if all of it holds already. */
  readonly steps: ReadonlyArray<string>
}

const foretold = ({ name, steps }: Preview): void =>
  print(
    steps.length === 0
      ? `${name} is up already: nothing would be changed`
      : steps.map(step => `would ${step}`).join('\n')
  )

/** What applying would do. Looks, and changes nothing. */
const preview = (plan: Plan): TE.TaskEither<IsolationError, Preview> =>
  pipe(
    TE.fromIOEither(() => thisMachine().journal.read(plan.name)),
    TE.chainW(earlier => stepsAfter(earlier, plan)),
    TE.map(steps => ({ name: plan.name, steps }))
  )

const stepsAfter = (
  earlier: Entry | undefined,
  plan: Plan
): TE.TaskEither<IsolationError, ReadonlyArray<string>> => {
  if (earlier === undefined)
    return () =>
      inWorld(thisMachine(), world =>
        pipe(
          resolveUplink(plan, world),
          TE.chainFirstW(resolved => checkPremises(resolved, world, thisMachine())),
          TE.map(stepsOf)
        )()
      )
  if (!isUp(earlier)) return TE.right([`undo what was left of ${plan.name}`, ...stepsOf(plan)])
  return isSame(earlier, plan)
    ? pipe(
        status(plan.name),
        TE.map(found => found.flatMap(({ drift }) => drift.map(({ step }) => `repair: ${step}`)))
      )
    : TE.left(nameTaken(plan.name, earlier, plan))
}
