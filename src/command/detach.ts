import type { Command } from 'commander'
import { detach as detachFrom } from '../isolation'
import { type Answering, answer } from './outcome'
import { example, progress, tell } from './output'
import { nameIn } from './parameter'
import { interruptible } from './signal'

export const detach = (command: Command): Command =>
  command
    .description('Takes an endpoint off a bridge network. One that is not there is off already.')
    .argument('<network>', "the network's name", nameIn)
    .argument('<endpoint>', "the endpoint's name: that of the namespace, unless it was given another", nameIn)
    .option('--json', 'print JSON')
    .addHelpText('after', example('isolink detach web grey'))
    .action((network: string, name: string, answering: Answering) =>
      interruptible(signal =>
        answer(
          detachFrom(network, name, { ...progress(answering), signal }),
          ({ found }) => tell(found ? `${name} is off ${network}` : `${name} was not on ${network}`),
          answering
        )
      )
    )
