import type { Command } from 'commander'
import * as E from 'fp-ts/Either'
import * as TE from 'fp-ts/TaskEither'
import { type Connection, open } from '../connection'
import type { Link } from '../link'
import type { Event } from '../monitor'
import type { NetlinkError } from '../socket/error'
import { addressRow } from './listing/address'
import { linkRow } from './listing/link'
import type { Links } from './listing/listing'
import { neighbourRow } from './listing/neighbour'
import { routeRow } from './listing/route'
import { ruleRow } from './listing/rule'
import { conclude } from './outcome'
import { example, line, print } from './output'
import { among, durationOf } from './parameter'
import { referenceOf } from './reference'

const objects = ['link', 'address', 'route', 'rule', 'neighbour'] as const
type Object = (typeof objects)[number]

interface Options {
  readonly namespace: ReadonlyArray<string>
  readonly for?: number
  readonly json?: boolean
}

export const monitor = (command: Command): Command =>
  command
    .description(
      'Tells what becomes of links, addresses, routes, rules and neighbours, until it is interrupted.'
    )
    .addArgument(among(command.createArgument('[objects...]', 'what of; all of them by default'), objects))
    .option(
      '--namespace <ref>',
      'the name of a namespace, the pid of a process in it, or a path that it is mounted on; may be given again',
      (each: string, before: ReadonlyArray<string>) => [...before, each],
      []
    )
    .option('--for <duration>', 'end after that long, such as 30s or 5m', durationOf)
    .option('--json', 'print a line of JSON for each event')
    .addHelpText('after', example('isolink monitor link address --for 1s', 'isolink monitor --json --for 1s'))
    .action((given: ReadonlyArray<Object>, options: Options) =>
      conclude(
        TE.sequenceArray<void, NetlinkError>(
          (options.namespace.length === 0 ? [undefined] : options.namespace).map(namespace =>
            follow({
              namespace,
              wanted: given.length === 0 ? objects : given,
              signal: options.for === undefined ? undefined : AbortSignal.timeout(options.for),
              json: options.json === true
            })
          )
        ),
        () => undefined
      )
    )

interface Followed {
  readonly namespace: string | undefined
  readonly wanted: ReadonlyArray<Object>
  readonly signal: AbortSignal | undefined
  readonly json: boolean
}

const follow = (followed: Followed): TE.TaskEither<NetlinkError, void> =>
  TE.bracket(
    TE.fromIO(() =>
      open(followed.namespace === undefined ? {} : { namespace: referenceOf(followed.namespace) })
    ),
    connection => tell(connection, followed),
    ({ close }) => TE.fromIO(close)
  )

/** Links are followed in any case, for their names. */
const tell =
  (
    connection: Connection,
    { namespace, wanted, signal, json }: Followed
  ): TE.TaskEither<NetlinkError, void> =>
  async () => {
    const links = new Map<number, Link>()
    const followed = [...new Set<Object>(['link', ...wanted])]
    for await (const event of connection.monitor(followed, { snapshot: true, ...(signal && { signal }) })) {
      if (event.object === 'failure') return E.left(event.error)
      remember(links, event)
      if (event.object === 'resync' ? event.reason === 'start' : !wanted.includes(event.object)) continue
      if (json) print(line({ ...(namespace !== undefined && { namespace }), ...plain(event) }))
      else
        print(
          [...(namespace === undefined ? [] : [namespace]), ...sentence(event, [...links.values()])].join(' ')
        )
      if (event.object === 'link' && event.change === 'removed') links.delete(event.value.index)
    }
    return E.right(undefined)
  }

type Told = Exclude<Event<Object>, { readonly object: 'failure' }>

const remember = (links: Map<number, Link>, event: Told): void => {
  if (event.object === 'link') links.set(event.value.index, event.value)
  if (event.object !== 'resync') return
  links.clear()
  for (const link of event.values.link) links.set(link.index, link)
}

/** The messages as they came are for programs of another kind. */
const plain = (event: Told): object =>
  event.object === 'resync' || !('message' in event.value)
    ? event
    : { ...event, value: (({ message: _, ...value }) => value)(event.value) }

const sentence = (event: Told, links: Links): ReadonlyArray<string> => {
  if (event.object === 'resync') return ['~ some changes were missed']
  return [event.change === 'added' ? '+' : '-', event.object, ...rowOf(event, links).filter(Boolean)]
}

const rowOf = (event: Exclude<Told, { readonly object: 'resync' }>, links: Links): ReadonlyArray<string> => {
  switch (event.object) {
    case 'link':
      return linkRow(event.value, links)
    case 'address':
      return addressRow(event.value, links)
    case 'route':
      return routeRow(event.value, links)
    case 'rule':
      return ruleRow(event.value)
    case 'neighbour':
      return neighbourRow(event.value, links)
  }
}
