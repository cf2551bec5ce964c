import type { Command } from 'commander'
import { confirm as keep } from '../isolation'
import { typed } from './input'
import { type Answering, answer } from './outcome'
import { example, tell } from './output'
import { nameIn } from './parameter'
import { interruptible } from './signal'

export const confirm = (command: Command): Command =>
  command
    .description('Keeps what was applied with --confirm-within; otherwise it is undone.')
    .argument('<name>', "the isolation's name", nameIn)
    .option('--json', 'print JSON')
    .addHelpText('after', example(...typed('isolink up --confirm-within 30s'), 'isolink confirm blue'))
    .action((given: string, answering: Answering) =>
      answer(
        () => interruptible(signal => keep(given, { signal })()),
        ({ name, changed }) => tell(changed ? `${name} is confirmed` : `${name} needs no confirmation`),
        answering
      )
    )
