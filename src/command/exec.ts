import { constants } from 'node:os'
import type { Command } from 'commander'
import { type ExitStatus, exec as run } from '../namespace'
import { conclude, report, wrongUsage } from './outcome'
import { example } from './output'
import { referenceOf } from './reference'

export const exec = (command: Command): Command =>
  command
    .description('Runs a command in a namespace, with our standard streams; its exit status is ours.')
    .usage('<namespace | pid> -- <command...>')
    .argument('<namespace>', 'its name, the pid of a process in it, or a path that it is mounted on')
    .argument('<command...>', 'the command with its arguments')
    .passThroughOptions()
    .addHelpText('after', example("isolink exec blue -- node -p 'os.networkInterfaces()'"))
    .action((namespace: string, words: ReadonlyArray<string>) => {
      // Commander leaves the dashes where a command's options are its own.
      const [file, ...args] = words[0] === '--' ? words.slice(1) : words
      return file === undefined
        ? report(wrongUsage("missing required argument 'command'"))
        : conclude(run(referenceOf(namespace), file, args), endLike)
    })

/** Ends this process as the command has ended. Where the same signal would not end us, the status says it. */
const endLike = ({ code, signal }: ExitStatus): void => {
  process.exitCode = signal === null ? code : 128 + constants.signals[signal]
  if (signal !== null) process.kill(process.pid, signal)
}
