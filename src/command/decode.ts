import type { Command } from 'commander'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { decodeMessages, type Message, type Protocol, parseHex, print as printed } from '../../protocol'
import { nlmsghdr } from '../../protocol/netlink/header'
import { readText } from './input'
import { conclude, type Failure, wrongUsage } from './outcome'
import { example, json, print } from './output'
import { among } from './parameter'

const protocols: ReadonlyArray<Protocol> = ['route', 'netfilter', 'generic']

interface Options {
  readonly protocol: Protocol
  readonly json?: boolean
}

export const decode = (command: Command): Command =>
  command
    .description("Prints the netlink messages that bytes hold, under the kernel's names.")
    .argument(
      '<hex...>',
      'hexadecimal digits, or - for the standard input, which may be a dump by xxd, hexdump -C, or strace with -e read=all -e write=all'
    )
    .addOption(
      among(command.createOption('--protocol <name>', 'what the socket speaks').default('route'), protocols)
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      example(
        'isolink decode 30000000140005060100000000000000021800000700000008000200c0a82d0308000100c0a82d0308000400c0a82dff'
      )
    )
    .action((hex: ReadonlyArray<string>, options: Options) =>
      conclude(
        pipe(
          hex.join() === '-' ? readText('-') : TE.right(hex.join(' ')),
          TE.chainEitherKW(text => messagesIn(options.protocol, text))
        ),
        messages => print(options.json === true ? json(messages) : printed(messages)),
        options
      )
    )

const messagesIn = (protocol: Protocol, text: string): E.Either<Failure, ReadonlyArray<Message>> =>
  pipe(
    parseHex(text),
    E.mapLeft(({ line, reason }): Failure => wrongUsage(`hex: line ${line}: ${reason}`)),
    E.chain(E.traverseArray(datagram => decoded(protocol, datagram))),
    E.map(datagrams => datagrams.flat())
  )

const decoded = (protocol: Protocol, datagram: Uint8Array): E.Either<Failure, ReadonlyArray<Message>> => {
  const none = wrongUsage(
    `hex: ${datagram.length} bytes hold no message: its header alone has ${nlmsghdr.size}`
  )
  if (datagram.length < nlmsghdr.size) return E.left(none)
  const messages = decodeMessages(protocol, datagram)
  if (E.isLeft(messages)) {
    const { path, offset, reason } = messages.left
    return E.left({ ...messages.left, message: `hex: ${path}, at byte ${offset}: ${reason}` })
  }
  return messages.right.length > 0 ? messages : E.left(none)
}
