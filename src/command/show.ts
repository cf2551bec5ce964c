import type { Command } from 'commander'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { nearest } from '../../protocol/definition/nearest'
import { open } from '../connection'
import type { NetlinkError } from '../socket/error'
import { objects } from './listing'
import type { Listing, Look } from './listing/listing'
import { conclude, type WrongUsage, wrongUsage } from './outcome'
import { columns, example, json, print } from './output'
import { referenceOf } from './reference'

interface Options {
  readonly namespace?: string
  readonly json?: boolean
}

export const show = (command: Command): Command =>
  command
    .description('Lists what a namespace has, ours by default. In our own, only nftables needs root.')
    .argument('<object>', Object.keys(objects).join(', '))
    .option(
      '--namespace <ref>',
      'the name of a namespace, the pid of a process in it, or a path that it is mounted on'
    )
    .option('--json', 'print JSON')
    .addHelpText('after', example('isolink show address', 'isolink show route --json'))
    .action((object: string, options: Options) =>
      conclude(
        pipe(
          TE.fromEither(lookAt(object)),
          TE.chainW(look => inNamespace(options.namespace, look))
        ),
        ({ rows, values, text }) => {
          if (options.json === true) print(json(values))
          else if (text !== undefined) process.stdout.write(text)
          else if (rows.length > 0) print(columns(rows))
        }
      )
    )

const lookAt = (object: string): E.Either<WrongUsage, Look> => {
  const names = Object.keys(objects)
  const look = Object.hasOwn(objects, object) ? objects[object] : undefined
  return look === undefined
    ? E.left(wrongUsage(`object: ${object} is none of ${names.join(', ')}${nearest(object, names)}`))
    : E.right(look)
}

const inNamespace = (namespace: string | undefined, look: Look): TE.TaskEither<NetlinkError, Listing> =>
  TE.bracket(
    TE.fromIO(() => open(namespace === undefined ? {} : { namespace: referenceOf(namespace) })),
    look,
    ({ close }) => TE.fromIO(close)
  )
