import type { Command } from 'commander'
import { teardown } from '../isolation'
import { type Answering, answer } from './outcome'
import { example, progress, tell } from './output'
import { nameIn } from './parameter'
import { interruptible } from './signal'

export const down = (command: Command): Command =>
  command
    .description('Takes an isolation down: the host is as before. One that is not up is down already.')
    .argument(
      '<name>',
      "the isolation's name: that of the namespace, unless the recipe gives another",
      nameIn
    )
    .option('--json', 'print JSON')
    .addHelpText('after', example('isolink down blue'))
    .action((given: string, answering: Answering) =>
      interruptible(signal =>
        answer(
          teardown(given, { ...progress(answering), signal }),
          ({ name, found }) => tell(found ? `${name} is down` : `${name} was not up`),
          answering
        )
      )
    )
