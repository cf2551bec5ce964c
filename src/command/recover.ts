import type { Command } from 'commander'
import { recover as bringBack, type Recovery } from '../isolation'
import { type Answering, answer } from './outcome'
import { example, print, progress } from './output'
import { interruptible } from './signal'

export const recover = (command: Command): Command =>
  command
    .description(
      'Brings the host back after isolink was killed: what was being applied is undone, what was being taken down is ' +
        'taken down. What is up stays up.'
    )
    .option('--json', 'print JSON')
    .addHelpText('after', example('isolink recover'))
    .action((answering: Answering) =>
      interruptible(signal =>
        answer(
          bringBack({ ...progress(answering), signal }),
          found => {
            for (const { name, done } of found) print(`${name} ${sentences[done]}`)
          },
          answering
        )
      )
    )

const sentences: { readonly [D in Recovery['done']]: string } = {
  undone: 'was being applied: undone',
  finished: 'was being taken down: finished',
  expired: 'was not confirmed in time: undone',
  left: 'has no record, so nothing was done; isolink gc --dry-run says what is left of it, and what can be removed',
  forgotten: 'was from before the last start of the machine: forgotten'
}
