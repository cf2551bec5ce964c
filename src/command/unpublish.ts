import type { Command } from 'commander'
import { unpublish as unpublishAt } from '../isolation'
import type { PortMapping } from '../recipe'
import { type Answering, answer } from './outcome'
import { example, progress, tell } from './output'
import { mappingOf } from './publish'
import { interruptible } from './signal'

export const unpublish = (command: Command): Command =>
  command
    .description('Publishes a port no more, and ends the connections that came by it.')
    .argument('<name>', "the isolation's name; of an endpoint, the network's and its own: web/red")
    .argument('<port>', "the host's: 8080, 53/udp, 127.0.0.1:8080", mappingOf)
    .option('--json', 'print JSON')
    .addHelpText('after', example('isolink unpublish blue 8080'))
    .action((name: string, { port: _, ...port }: PortMapping, answering: Answering) =>
      answer(
        () => interruptible(signal => unpublishAt(name, port, { ...progress(answering), signal })()),
        ({ changed }) =>
          tell(
            changed
              ? `port ${port.hostPort} leads to ${name} no more`
              : `port ${port.hostPort} did not lead to ${name}`
          ),
        answering
      )
    )
