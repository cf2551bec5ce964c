import type { Command } from 'commander'
import * as TE from 'fp-ts/TaskEither'
import { open } from '../connection'
import type { NetlinkError } from '../socket/error'
import { objects } from './listing'
import type { Listing, Look } from './listing/listing'
import { conclude } from './outcome'
import { columns, example, json, print, write } from './output'
import { among } from './parameter'
import { referenceOf } from './reference'

interface Options {
  readonly namespace?: string
  readonly json?: boolean
}

export const show = (command: Command): Command =>
  command
    .description(
      'Lists what a namespace has, ours by default. In our own, only nftables and conntrack need root.'
    )
    .addArgument(among(command.createArgument('<object>', 'what to list'), Object.keys(objects)))
    .option(
      '--namespace <ref>',
      'the name of a namespace, the pid of a process in it, or a path that it is mounted on'
    )
    .option('--json', 'print JSON')
    .addHelpText('after', example('isolink show address', 'isolink show route --json'))
    .action((object: keyof typeof objects, options: Options) =>
      conclude(
        inNamespace(options.namespace, objects[object] as Look),
        ({ rows, values, text }) => {
          if (options.json === true) print(json(values))
          else if (text !== undefined) write(text)
          else if (rows.length > 0) print(columns(rows))
        },
        options
      )
    )

const inNamespace = (namespace: string | undefined, look: Look): TE.TaskEither<NetlinkError, Listing> =>
  TE.bracket(
    TE.fromIO(() => open(namespace === undefined ? {} : { namespace: referenceOf(namespace) })),
    look,
    ({ close }) => TE.fromIO(close)
  )
