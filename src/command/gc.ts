import type { Command } from 'commander'
import { collectGarbage } from '../isolation'
import { conclude } from './outcome'
import { example, json, print } from './output'
import { interruptible } from './signal'

export const gc = (command: Command): Command =>
  command
    .description(
      'Removes what isolink made and no isolation on record owns any more; it needs no record of it.'
    )
    .option('--dry-run', 'only look, and say what would be removed')
    .option('--json', 'print JSON')
    .addHelpText('after', example('isolink gc --dry-run'))
    .action(({ dryRun = false, json: asJson }: { readonly dryRun?: boolean; readonly json?: boolean }) =>
      interruptible(signal =>
        conclude(collectGarbage({ dryRun, signal }), found => {
          if (asJson === true) return print(json(found))
          for (const what of found.removed) print(`${dryRun ? 'would remove' : 'removed'} ${what}`)
          for (const what of found.left) print(`left ${what}`)
        })
      )
    )
