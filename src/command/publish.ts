import { type Command, InvalidArgumentError } from 'commander'
import { publish as publishAt } from '../isolation'
import type { PortMapping } from '../recipe'
import { type Answering, answer } from './outcome'
import { example, progress, tell } from './output'
import { interruptible } from './signal'

const number = String.raw`\d+(?:-\d+)?`
const mapping = new RegExp(
  `^(?:(?:\\[(?<ipv6>[^\\]]+)\\]|(?<ipv4>\\d+(?:\\.\\d+)+)):)?(?<hostPort>${number})(?::(?<port>${number}))?(?:/(?<protocol>\\w+))?$`
)

const portOf = (text: string): number | string => (text.includes('-') ? text : Number(text))

/** `8080:80`, `127.0.0.1:8080:80/tcp`, `[fd00::1]:53:53/udp`, `8000-8010`: the port inside is the same unless it is told. */
export const mappingOf = (text: string): PortMapping => {
  const { ipv4, ipv6, hostPort, port = hostPort, protocol } = mapping.exec(text)?.groups ?? {}
  if (hostPort === undefined || port === undefined)
    throw new InvalidArgumentError('is no port such as 8080:80, 53:53/udp or 127.0.0.1:8080:80')
  const hostAddress = ipv4 ?? ipv6
  return {
    ...(protocol !== undefined && { protocol: protocol as NonNullable<PortMapping['protocol']> }),
    hostPort: portOf(hostPort),
    port: portOf(port),
    ...(hostAddress !== undefined && { hostAddress })
  }
}

export const publish = (command: Command): Command =>
  command
    .description('Publishes one more port of an isolation that is up; nothing else of it is touched.')
    .argument('<name>', "the isolation's name; of an endpoint, the network's and its own: web/red")
    .argument(
      '<port>',
      "the host's and that inside: 8080:80, 53:53/udp, 127.0.0.1:8080:80; 8080 is 8080:8080",
      mappingOf
    )
    .option('--json', 'print JSON')
    .addHelpText('after', example('isolink publish blue 8080:80'))
    .action((name: string, port: PortMapping, answering: Answering) =>
      answer(
        () => interruptible(signal => publishAt(name, port, { ...progress(answering), signal })()),
        ({ changed }) =>
          tell(
            changed
              ? `port ${port.hostPort} leads to ${name}`
              : `port ${port.hostPort} leads to ${name} already`
          ),
        answering
      )
    )
