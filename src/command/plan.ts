import type { Command } from 'commander'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { explain } from '../isolation'
import { planFrom } from '../recipe'
import { readData, typed } from './input'
import { conclude } from './outcome'
import { example, print } from './output'
import { stepsOf } from './steps'

export const plan = (command: Command): Command =>
  command
    .description('Says what a recipe would do, on any machine and without looking at it.')
    .argument('<recipe>', 'a file with parameters in JSON or YAML, or - for the standard input')
    .option('--script', 'print the shell script that a person would have typed')
    .addHelpText('after', example(...typed('isolink plan --script')))
    .action((path: string, { script }: { readonly script?: boolean }) =>
      conclude(
        pipe(
          readData(path),
          TE.chainEitherKW(planFrom),
          TE.chainEitherKW(made => (script === true ? explain(made) : E.right(stepsOf(made).join('\n'))))
        ),
        text => print(text.trimEnd())
      )
    )
