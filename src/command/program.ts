import { Command } from 'commander'
import { report, wrongUsage } from './outcome'
import { write } from './output'

interface Entry {
  readonly name: string
  readonly summary: string
  /** Loads the command's file: only the one that is asked for, as most of the time goes there. */
  readonly load: () => (command: Command) => Command
}

const entries: ReadonlyArray<Entry> = [
  {
    name: 'up',
    summary: 'apply a recipe, whole or not at all',
    load: () => (require('./up') as typeof import('./up')).up
  },
  {
    name: 'down',
    summary: 'take an isolation down: the host is as before',
    load: () => (require('./down') as typeof import('./down')).down
  },
  {
    name: 'confirm',
    summary: 'keep what was applied on trial',
    load: () => (require('./confirm') as typeof import('./confirm')).confirm
  },
  {
    name: 'status',
    summary: 'say what of the applied was lost or changed',
    load: () => (require('./status') as typeof import('./status')).status
  },
  {
    name: 'recover',
    summary: 'bring the host back after isolink was killed',
    load: () => (require('./recover') as typeof import('./recover')).recover
  },
  {
    name: 'gc',
    summary: 'remove what isolink made and nobody owns any more',
    load: () => (require('./gc') as typeof import('./gc')).gc
  },
  {
    name: 'plan',
    summary: 'say what a recipe would do, in sentences or as a shell script',
    load: () => (require('./plan') as typeof import('./plan')).plan
  },
  {
    name: 'attach',
    summary: 'put a namespace on a bridge network that is up',
    load: () => (require('./attach') as typeof import('./attach')).attach
  },
  {
    name: 'detach',
    summary: 'take a namespace off a bridge network',
    load: () => (require('./detach') as typeof import('./detach')).detach
  },
  {
    name: 'publish',
    summary: 'publish one more port of what is up',
    load: () => (require('./publish') as typeof import('./publish')).publish
  },
  {
    name: 'unpublish',
    summary: 'publish a port no more, and end its connections',
    load: () => (require('./unpublish') as typeof import('./unpublish')).unpublish
  },
  {
    name: 'exec',
    summary: 'run a command in a namespace',
    load: () => (require('./exec') as typeof import('./exec')).exec
  },
  {
    name: 'show',
    summary: 'list links, addresses, routes, rules, neighbours, nftables, conntrack',
    load: () => (require('./show') as typeof import('./show')).show
  },
  {
    name: 'monitor',
    summary: 'tell what becomes of links, addresses, routes, rules and neighbours',
    load: () => (require('./monitor') as typeof import('./monitor')).monitor
  },
  {
    name: 'diagram',
    summary: 'draw the network namespaces of this machine',
    load: () => (require('./diagram') as typeof import('./diagram')).diagram
  },
  {
    name: 'decode',
    summary: 'print the netlink messages that bytes hold',
    load: () => (require('./decode') as typeof import('./decode')).decode
  },
  {
    name: 'completion',
    summary: 'print what completes the words of a command line in a shell',
    load: () => (require('./completion') as typeof import('./completion')).completion
  },
  {
    name: 'demo',
    summary: 'try a recipe out in a sandbox, which leaves nothing',
    load: () => (require('./demo') as typeof import('./demo')).demo
  }
]

const { version } = require('isolink/package.json') as { readonly version: string }

/** What commander says of a wrong argument or option, which `parameter.ts` begins as the predicate of a sentence. */
const invalid =
  /^(?:command-argument value '(.*)' is invalid for argument '(.*?)'|option '(--[\w-]+).*?' argument '(.*)' is invalid)\. (.*)$/s

/** Commander's complaint as a sentence of ours: it may come with a suggestion on a line of its own. */
const sentence = (complaint: string): string =>
  complaint
    .trim()
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.*)\?\)$/, ': did you mean $1?')
    .replace(
      invalid,
      (_, value = '', argument, option, given = '', reason) =>
        `${argument ?? option}: ${value}${given} ${reason}`
    )

/** The program, with the options and arguments of those commands that are wanted. */
export const programWith = (isWanted: (name: string) => boolean): Command => {
  const program = new Command('isolink')
    .description('Gives a process a network of its own, by netlink: no ip, nft, iptables or sysctl is run.')
    .version(version)
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: command => command.name() })
    .configureOutput({
      writeOut: write,
      outputError: complaint => report(wrongUsage(sentence(complaint)))
    })
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  for (const { name, summary, load } of entries) {
    const command = program.command(name).summary(summary)
    if (isWanted(name)) load()(command)
  }
  return program
}
