import type { Argument, Command, Option } from 'commander'
import * as E from 'fp-ts/Either'
import { print } from './output'

/** What may stand in a place of the command line, and what that is. */
type Candidate = readonly [word: string, description: string]

/** A file's name, which the shell completes by itself. */
const file: ReadonlyArray<Candidate> = [[':file', '']]

/** `complete -- up --dr`: what the last of the words can be, a line each. Shells ask, so it says nothing when it fails. */
export const complete = (program: Command): Command =>
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .passThroughOptions()
    .action(async (words: ReadonlyArray<string>) => {
      const typed = words[0] === '--' ? words.slice(1) : words
      const last = typed.at(-1) ?? ''
      for (const [word, description] of await candidates(program, typed.slice(0, -1), last))
        if (word === ':file' || word.startsWith(last))
          print(description === '' ? word : `${word}\t${description}`)
    })

/** What the last word of a command line can be, given those before it. */
export const candidates = async (
  program: Command,
  before: ReadonlyArray<string>,
  last: string
): Promise<ReadonlyArray<Candidate>> => {
  const { command, given, awaiting } = walk(program, before)
  const help = command.createHelp()
  if (awaiting !== undefined) return values(command, awaiting, given)
  if (last.startsWith('-'))
    return help
      .visibleOptions(command)
      .flatMap(({ long, description }) => (long ? [[long, description]] : []))
  if (command === program && given.length > 0) return []
  if (command === program)
    return help.visibleCommands(program).map(each => [each.name(), each.summary() || each.description()])
  if (command.name() === 'help') return candidates(program, [], last)
  const { registeredArguments: all } = command
  const argument = all[given.length] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined)
  return argument === undefined ? [] : values(command, argument, given)
}

interface Place {
  readonly command: Command
  /** The arguments before it. */
  readonly given: ReadonlyArray<string>
  /** The option that it is the value of. */
  readonly awaiting?: Option
}

/** Where a line has led to. A shell may make words of their own of the = between an option and its value. */
const walk = (program: Command, words: ReadonlyArray<string>): Place =>
  words
    .filter(word => word !== '=')
    .reduce<Place>(
      ({ command, given, awaiting }, word) => {
        if (awaiting !== undefined) return { command, given }
        if (word.startsWith('-')) {
          const option = command.options.find(({ long, short }) => word === long || word === short)
          return { command, given, ...(option?.required === true && { awaiting: option }) }
        }
        const next = command
          .createHelp()
          .visibleCommands(command)
          .find(each => each.name() === word)
        return next === undefined ? { command, given: [...given, word] } : { command: next, given: [] }
      },
      { command: program, given: [] }
    )

/** What an argument, or an option's value, can be: one of its choices, or what it is called after. */
const values = async (
  command: Command,
  parameter: Argument | Option,
  given: ReadonlyArray<string>
): Promise<ReadonlyArray<Candidate>> => {
  const { argChoices } = parameter
  if (argChoices !== undefined) return argChoices.map(word => [word, ''])
  const name = 'flags' in parameter ? (/[<[](\w+)/.exec(parameter.flags)?.[1] ?? '') : parameter.name()
  const kind = [`${command.name()} ${name}`, name].find(each => Object.hasOwn(kinds, each))
  return kind === undefined ? [] : kinds[kind as keyof typeof kinds](given)
}

const namespaces = async (): Promise<ReadonlyArray<Candidate>> => {
  const { list } = require('../namespace') as typeof import('../namespace')
  return candidatesOf('namespace', E.map(names)(await list()))
}

const names = (all: ReadonlyArray<{ readonly name: string }>): ReadonlyArray<string> =>
  all.map(({ name }) => name)

/** Those on record, or the endpoints of a network; whether they hold is not looked at. */
const isolations = async (network?: string): Promise<ReadonlyArray<Candidate>> => {
  const { thisMachine } = require('../isolation/machine') as typeof import('../isolation/machine')
  const { journal } = thisMachine()
  return network === undefined
    ? candidatesOf('isolation', journal.names())
    : candidatesOf(`endpoint of ${network}`, journal.members(network).names())
}

/** Whatever ports can lead to: of a bridge network each endpoint, and not the network. */
const publishers = async (): Promise<ReadonlyArray<Candidate>> => {
  const { thisMachine } = require('../isolation/machine') as typeof import('../isolation/machine')
  const { journal } = thisMachine()
  const all = journal.names()
  if (E.isLeft(all)) return []
  return all.right.flatMap(name => {
    const entry = journal.read(name)
    return E.isRight(entry) && entry.right?.plan.recipe === 'bridge-network'
      ? candidatesOf(
          `endpoint of ${name}`,
          E.map((members: ReadonlyArray<string>) => members.map(each => `${name}/${each}`))(
            journal.members(name).names()
          )
        )
      : candidatesOf('isolation', E.right([name]))
  })
}

const candidatesOf = (
  description: string,
  found: E.Either<unknown, ReadonlyArray<string>>
): ReadonlyArray<Candidate> => (E.isLeft(found) ? [] : found.right.map(name => [name, description]))

/** By what arguments are called in `--help`, of all commands or of one. */
const kinds = {
  recipe: async () => file,
  file: async () => file,
  command: async () => file,
  namespace: namespaces,
  ref: namespaces,
  'publish name': publishers,
  'unpublish name': publishers,
  name: () => isolations(),
  network: () => isolations(),
  endpoint: ([network]: ReadonlyArray<string>) => isolations(network)
}
