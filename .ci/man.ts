/** The page that `man isolink` shows, made from what `--help` says of each command. man 7 groff_man */
import type { Command } from 'commander'
import { programWith } from '../src/command/program'

/** A line of text, in which nothing is a request or an escape. */
const plain = (text: string): string =>
  text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/, '\\&$&')

const tagged = (term: string, text: string): ReadonlyArray<string> => [
  '.TP',
  `.B ${plain(term)}`,
  plain(text)
]

const literal = (lines: ReadonlyArray<string>): ReadonlyArray<string> => [
  '.PP',
  '.RS 4',
  '.EX',
  ...lines.map(plain),
  '.EE',
  '.RE'
]

const sentence = (text: string): string =>
  `${text[0]?.toUpperCase()}${text.slice(1)}${/[.)]$/.test(text) ? '' : '.'}`

/** What `--help` says below the options, without its heading. */
const examplesOf = (command: Command): ReadonlyArray<string> => {
  let text = ''
  command
    .configureOutput({
      writeOut: written => {
        text += written
      }
    })
    .outputHelp()
  const [, example = ''] = text.split('\nExample:\n')
  return example
    .trimEnd()
    .split('\n')
    .map(line => line.replace(/^ {2}/, ''))
}

const commandSection = (command: Command): ReadonlyArray<string> => {
  const help = command.createHelp()
  return [
    `.SS "isolink ${plain(command.name())} ${plain(command.usage()).replaceAll('"', '\\(dq')}"`,
    plain(help.commandDescription(command)),
    ...help
      .visibleArguments(command)
      .flatMap(each => tagged(help.argumentTerm(each), sentence(help.argumentDescription(each)))),
    ...help
      .visibleOptions(command)
      .filter(({ long }) => long !== '--help')
      .flatMap(each => tagged(help.optionTerm(each), sentence(help.optionDescription(each)))),
    ...literal(examplesOf(command))
  ]
}

const statuses: ReadonlyArray<readonly [status: string, meaning: string]> = [
  ['0', 'Done.'],
  ['1', 'Refused by the kernel, or failed; what was begun has been undone.'],
  ['2', 'Wrong usage: an option, an argument or a recipe is wrong, and nothing has been done.'],
  ['3', 'Of isolink status: something does not hold any more.'],
  ['126', 'Of isolink exec: the command cannot be executed.'],
  ['127', 'Of isolink exec: there is no such command. Else it ends as the command does.']
]

export const manual = (version: string): string => {
  const program = programWith(() => true)
  return `${[
    `.TH ISOLINK 1 "" "isolink ${version}"`,
    '.SH NAME',
    'isolink \\- give a process a network of its own',
    '.SH SYNOPSIS',
    '.B isolink',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    plain(program.description()),
    '.SH COMMANDS',
    ...program.commands.flatMap(commandSection),
    '.SH EXIT STATUS',
    ...statuses.flatMap(([status, meaning]) => tagged(status, meaning)),
    '.SH ENVIRONMENT',
    ...tagged('ISOLINK_STATE_DIR', 'Where the records of what is applied are, instead of /run/isolink.'),
    '.SH FILES',
    ...tagged('/run/isolink', 'A record of each isolation: what it is, and what was there before.'),
    ...tagged('/run/netns', 'The names of network namespaces, which ip-netns(8) lists too.'),
    '.SH SEE ALSO',
    '.BR ip\\-netns (8),',
    '.BR nft (8),',
    '.BR network_namespaces (7)'
  ].join('\n')}\n`
}
