import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import * as E from 'fp-ts/Either'
import { type ExitStatus, exec as run } from '../namespace'
import { report, wrongUsage } from './outcome'
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
    .action(async (namespace: string, words: ReadonlyArray<string>) => {
      // Commander leaves the dashes where a command's options are its own.
      const [file, ...args] = words[0] === '--' ? words.slice(1) : words
      if (file === undefined) return report(wrongUsage("missing required argument 'command'"))
      const ended = await run(referenceOf(namespace), file, args)()
      if (E.isRight(ended)) return endLike(ended.right)
      report(ended.left)
      if (ended.left._tag === 'NotExecutable') process.exitCode = isThere(file) ? 126 : 127
    })

/** Whether there is a file to run, where a shell would look for it. */
const isThere = (file: string): boolean =>
  file.includes('/')
    ? existsSync(file)
    : (process.env.PATH ?? '/bin:/usr/bin').split(':').some(folder => existsSync(join(folder, file)))

/** Ends this process as the command has ended. Where the same signal would not end us, the status says it. */
const endLike = ({ code, signal }: ExitStatus): void => {
  process.exitCode = signal === null ? code : 128 + constants.signals[signal]
  if (signal !== null) process.kill(process.pid, signal)
}
