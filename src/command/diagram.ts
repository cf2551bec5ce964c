import type { Command } from 'commander'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { type Topology, toDot, toMermaid, topology, toSvg } from '../topology'
import { type Answering, conclude, type Failure } from './outcome'
import { example, json, print } from './output'
import { among } from './parameter'

type Draw = (topology: Topology) => TE.TaskEither<Failure, string>

const formats = {
  mermaid: drawn => TE.right(toMermaid(drawn)),
  dot: drawn => TE.right(toDot(drawn)),
  svg: toSvg,
  json: drawn => TE.right(json(drawn))
} satisfies { readonly [name: string]: Draw }

export const diagram = (command: Command): Command =>
  command
    .description('Draws the network namespaces of this machine, their links, and how those hang together.')
    .addOption(
      among(
        command.createOption('--format <name>', 'in which language').default('mermaid'),
        Object.keys(formats)
      )
    )
    .addOption(command.createOption('--json', 'the same as --format json').conflicts('format'))
    .addHelpText('after', example('isolink diagram', 'isolink diagram --format svg'))
    .action(({ format, ...answering }: Answering & { readonly format: keyof typeof formats }) =>
      conclude(
        pipe(topology(), TE.chainW(formats[answering.json === true ? 'json' : format] as Draw)),
        text => print(text.trimEnd()),
        answering
      )
    )
