import type { Command } from 'commander'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { explain } from '../isolation'
import { planFrom } from '../recipe'
import { readData, typed } from './input'
import { type Answering, conclude } from './outcome'
import { example, json, print } from './output'
import { stepsOf } from './steps'

export const plan = (command: Command): Command =>
  command
    .description('Says what a recipe would do, on any machine and without looking at it.')
    .argument('<recipe>', 'a file with parameters in JSON or YAML, or - for the standard input')
    .option('--script', 'print the shell script that a person would have typed')
    .addOption(command.createOption('--json', 'print the plan itself as JSON').conflicts('script'))
    .addHelpText('after', example(...typed('isolink plan --script')))
    .action((path: string, { script, ...answering }: Answering & { readonly script?: boolean }) =>
      conclude(
        pipe(
          readData(path),
          TE.chainEitherKW(planFrom),
          TE.chainEitherKW(made =>
            script === true
              ? explain(made)
              : E.right(answering.json === true ? json(made) : stepsOf(made).join('\n'))
          )
        ),
        text => print(text.trimEnd()),
        answering
      )
    )
