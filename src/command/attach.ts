import type { Command } from 'commander'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { attach as attachTo } from '../isolation'
import type { Endpoint } from '../recipe/bridge-network'
import { readParameters } from './input'
import { type Answering, answer } from './outcome'
import { example, progress, tell } from './output'
import { nameIn } from './parameter'
import { interruptible } from './signal'

export const attach = (command: Command): Command =>
  command
    .description('Attaches a namespace to a bridge network that is up.')
    .argument('<network>', "the network's name: that of the bridge, unless the recipe gives another", nameIn)
    .argument('<file>', "a file with the endpoint's parameters in JSON or YAML, or - for the standard input")
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      example("isolink attach web - <<'.'", 'namespace: grey', 'address: 10.100.0.4/24', '.')
    )
    .action((network: string, path: string, answering: Answering) =>
      answer(
        pipe(
          readParameters(path),
          TE.chainW(
            endpoint => () =>
              interruptible(signal =>
                attachTo(network, endpoint as Endpoint, { ...progress(answering), signal })()
              )
          )
        ),
        ({ name, changed }) =>
          tell(
            changed
              ? `${name} is on ${network}; isolink detach ${network} ${name} takes it off`
              : `${name} is on ${network} already`
          ),
        answering
      )
    )
