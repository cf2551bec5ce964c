import type { Command } from 'commander'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { type Isolation, apply } from '../isolation'
import { isSame, nameTaken } from '../isolation/apply'
import type { IsolationError } from '../isolation/error'
import { inWorld } from '../isolation/execution'
import { type Entry, read } from '../isolation/journal'
import { checkPremises, resolveUplink } from '../isolation/premise'
import { type InvalidParameters, type Plan, planFrom } from '../recipe'
import { readData } from './input'
import { conclude, type Failure } from './outcome'
import { example, print, progress, tell } from './output'
import { stepsOf } from './steps'

export const up = (command: Command): Command =>
  command
    .description('Applies a recipe, whole or not at all. The same recipe again changes nothing.')
    .argument('<recipe>', 'a file with parameters in JSON or YAML, or - for the standard input')
    .option('--dry-run', 'only look, and say what would be done')
    .addHelpText(
      'after',
      example(
        "isolink up - <<'.'",
        'recipe: veth-masquerade',
        'namespace: blue',
        'address: 192.168.45.3/24',
        'gateway: 192.168.45.2',
        '.'
      )
    )
    .action((path: string, { dryRun }: { readonly dryRun?: boolean }) =>
      conclude(
        pipe(
          readData(path),
          TE.map(planFrom),
          TE.chainW(
            (planned): TE.TaskEither<Failure, void> =>
              dryRun === true
                ? pipe(preview(planned), TE.map(print))
                : pipe(
                    apply(planned, progress),
                    TE.map(({ name, changed }: Isolation) =>
                      tell(changed ? `${name} is up; isolink down ${name} takes it down` : `${name} is up already`)
                    )
                  )
          )
        )
      )
    )

/** What applying would do. Looks, and changes nothing. */
const preview = (planned: E.Either<InvalidParameters, Plan>): TE.TaskEither<IsolationError, string> =>
  pipe(
    TE.fromEither(planned),
    TE.chain(plan =>
      pipe(
        TE.fromEither(read(plan.name)),
        TE.chainW(earlier => afresh(plan, earlier))
      )
    )
  )

const afresh = (plan: Plan, earlier: Entry | undefined): TE.TaskEither<IsolationError, string> => {
  if (earlier?.phase === 'applied')
    return isSame(earlier.plan, plan)
      ? TE.right(`${plan.name} is up already: nothing would be changed`)
      : TE.left(nameTaken(plan.name))
  const said = (resolved: Plan): string =>
    [...(earlier === undefined ? [] : [`undo what a run that was cut short left of ${plan.name}`]), ...stepsOf(resolved)]
      .map(step => `would ${step}`)
      .join('\n')
  return () =>
    inWorld(world =>
      pipe(
        resolveUplink(plan, world),
        // What a run that was cut short left is in the way now, and then it would be gone.
        TE.chainFirstW(resolved => (earlier === undefined ? checkPremises(resolved, world) : TE.right(undefined))),
        TE.map(said)
      )()
    )
}
