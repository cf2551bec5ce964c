import type { Command } from 'commander'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { nearest } from '../../protocol/definition/nearest'
import { type Topology, toDot, toMermaid, topology, toSvg } from '../topology'
import { conclude, type Failure, wrongUsage } from './outcome'
import { example, json, print } from './output'

type Draw = (topology: Topology) => TE.TaskEither<Failure, string>

const formats: { readonly [name: string]: Draw } = {
  mermaid: drawn => TE.right(toMermaid(drawn)),
  dot: drawn => TE.right(toDot(drawn)),
  svg: toSvg,
  json: drawn => TE.right(json(drawn))
}

export const diagram = (command: Command): Command =>
  command
    .description('Draws the network namespaces of this machine, their links, and how those hang together.')
    .option('--format <name>', Object.keys(formats).join(', '), 'mermaid')
    .addHelpText('after', example('isolink diagram', 'isolink diagram --format svg'))
    .action(({ format }: { readonly format: string }) =>
      conclude(
        pipe(
          TE.fromEither(drawerOf(format)),
          TE.chainW(draw => pipe(topology(), TE.chainW(draw)))
        ),
        text => print(text.trimEnd())
      )
    )

const drawerOf = (format: string): E.Either<Failure, Draw> => {
  const names = Object.keys(formats)
  const draw = Object.hasOwn(formats, format) ? formats[format] : undefined
  return draw === undefined
    ? E.left(wrongUsage(`--format: ${format} is none of ${names.join(', ')}${nearest(format, names)}`))
    : E.right(draw)
}
