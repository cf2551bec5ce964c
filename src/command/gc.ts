import type { Command } from 'commander'
import { collectGarbage } from '../isolation'
import { type Answering, answer } from './outcome'
import { example, print } from './output'
import { interruptible } from './signal'

export const gc = (command: Command): Command =>
  command
    .description(
      'Removes what isolink made and no isolation on record owns any more; it needs no record of it.'
    )
    .option('--dry-run', 'only look, and say what would be removed')
    .option('--json', 'print JSON')
    .addHelpText('after', example('isolink gc --dry-run'))
    .action(({ dryRun = false, ...answering }: Answering & { readonly dryRun?: boolean }) =>
      interruptible(signal =>
        answer(
          collectGarbage({ dryRun, signal }),
          found => {
            for (const what of found.removed) print(`${dryRun ? 'would remove' : 'removed'} ${what}`)
            for (const what of found.left) print(`left ${what}`)
          },
          answering
        )
      )
    )
