import type { Command } from 'commander'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { teardown } from '../isolation'
import { conclude } from './outcome'
import { example, progress, tell } from './output'

export const down = (command: Command): Command =>
  command
    .description('Takes an isolation down: the host is as before. One that is not up is down already.')
    .argument('<name>', "the isolation's name: that of the namespace, unless the recipe gives another")
    .addHelpText('after', example('isolink down blue'))
    .action((given: string) =>
      conclude(
        pipe(
          teardown(given, progress),
          TE.map(({ name, found }) => tell(found ? `${name} is down` : `${name} was not up`))
        )
      )
    )
