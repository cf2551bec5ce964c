import type { Command } from 'commander'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { type Connection, open } from '../connection'
import type { Link } from '../link'
import type { Event } from '../monitor'
import { deadline } from '../namespace/turn'
import { RT_TABLE } from '../route'
import type { NetlinkError } from '../socket/error'
import { addressRow } from './listing/address'
import { linkRow } from './listing/link'
import { type Links, nameIn } from './listing/listing'
import { neighbourRow } from './listing/neighbour'
import { routeRow } from './listing/route'
import { ruleRow } from './listing/rule'
import { conclude } from './outcome'
import { example, isUnheard, line, paint, print, visible } from './output'
import { among, durationOf } from './parameter'
import { referenceOf } from './reference'

const objects = ['link', 'address', 'route', 'rule', 'neighbour'] as const
type Object = (typeof objects)[number]

interface Options {
  readonly namespace: ReadonlyArray<string>
  readonly for?: number
  readonly json?: boolean
  readonly time?: boolean
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
    .option('--time', 'say when it came: of the day, or in JSON as ISO 8601 has it')
    .addHelpText('after', example('isolink monitor link address --for 1s', 'isolink monitor --json --for 1s'))
    .action((given: ReadonlyArray<Object>, options: Options) => {
      // Nobody waits for those that go on for ever to be told that one does not.
      const ending = new AbortController()
      const { signal } = ending
      if (options.for !== undefined)
        signal.addEventListener(
          'abort',
          deadline(options.for, () => ending.abort())
        )
      return conclude(
        TE.sequenceArray<void, NetlinkError>(
          (options.namespace.length === 0 ? [undefined] : options.namespace).map(namespace =>
            pipe(
              follow({
                namespace,
                wanted: given.length === 0 ? objects : given,
                signal,
                json: options.json === true,
                time: options.time === true
              }),
              TE.orElseFirstIOK(() => () => ending.abort())
            )
          )
        ),
        () => undefined,
        options
      )
    })

interface Followed {
  readonly namespace: string | undefined
  readonly wanted: ReadonlyArray<Object>
  readonly signal: AbortSignal
  readonly json: boolean
  readonly time: boolean
}

const follow = (followed: Followed): TE.TaskEither<NetlinkError, void> =>
  TE.bracket(
    TE.fromIO(() =>
      open(followed.namespace === undefined ? {} : { namespace: referenceOf(followed.namespace) })
    ),
    connection => tell(connection, followed),
    ({ close }) => TE.fromIO(close)
  )

/** Links are followed in any case, for their names and for what changes of them. */
const tell =
  (
    connection: Connection,
    { namespace, wanted, signal, json, time }: Followed
  ): TE.TaskEither<NetlinkError, void> =>
  async () => {
    const links = new Map<number, Link>()
    const followed = [...new Set<Object>(['link', ...wanted])]
    for await (const event of connection.monitor(followed, { snapshot: true, signal })) {
      if (event.object === 'failure') return E.left(event.error)
      const before = event.object === 'link' ? links.get(event.value.index) : undefined
      remember(links, event)
      if (event.object === 'resync' ? event.reason === 'start' : !wanted.includes(event.object)) continue
      const now = new Date()
      if (json)
        print(
          line({
            ...(time && { time: now.toISOString() }),
            ...(namespace !== undefined && { namespace }),
            ...plain(event)
          })
        )
      else {
        const said = sentence(event, before, [...links.values()])
        if (said !== undefined)
          print([time ? ofDay(now) : '', namespace ?? '', said].filter(Boolean).join(' '))
      }
      if (event.object === 'link' && event.change === 'removed') links.delete(event.value.index)
      if (isUnheard()) process.exit()
    }
    return E.right(undefined)
  }

/** `14:07:31.052`, where we are. */
const ofDay = (time: Date): string =>
  `${time.toLocaleTimeString('en-GB')}.${String(time.getMilliseconds()).padStart(3, '0')}`

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

/** What there is to tell of an event, if there is anything that a person wants to know. */
const sentence = (event: Told, before: Link | undefined, links: Links): string | undefined => {
  if (event.object === 'resync') return `${paint('yellow', '!')} some changes were missed`
  if (event.object === 'route' && event.value.table === RT_TABLE.LOCAL) return undefined
  const object = event.object.padEnd(widest)
  if (event.change === 'removed') return `${paint('red', '-')} ${object} ${wordsOf(event, links)}`
  if (event.object !== 'link' || before === undefined)
    return `${paint('green', '+')} ${object} ${wordsOf(event, links)}`
  const changes = changesOf(before, event.value, links)
  return changes.length === 0
    ? undefined
    : `${paint('yellow', '~')} ${object} ${visible(`${event.value.name} ${changes.join(', ')}`)}`
}

const widest = Math.max(...objects.map(object => object.length))

/** `mtu 1500 → 1400, master none → br0`. */
const changesOf = (before: Link, after: Link, links: Links): ReadonlyArray<string> => {
  const [old, now] = [ownMembers(before, links), ownMembers(after, links)] as const
  const [oldOptions, options] = [optionsOf(before), optionsOf(after)] as const
  return [
    ...Object.keys({ ...old, ...now }).map(name => [name, old[name] ?? 'none', now[name] ?? 'none'] as const),
    // A link that becomes a port has all of a port's at once.
    ...Object.keys(options).flatMap(name =>
      name in oldOptions ? [[name, oldOptions[name], options[name]] as const] : []
    )
  ].flatMap(([name, one, other]) => (one === other ? [] : [`${name} ${one} → ${other}`]))
}

interface Members {
  readonly [name: string]: string
}

const ownMembers = (link: Link, links: Links): Members => {
  const { message: _, flags: __, options: ___, port: ____, alternativeNames, master, ...rest } = link
  const told = {
    ...rest,
    ...(master !== undefined && { master: nameIn(links, master) }),
    ...(alternativeNames.length > 0 && { alternativeNames: alternativeNames.join(' ') })
  }
  return Object.fromEntries(
    Object.entries(told).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  )
}

/** What its kind and its bridge let one set, as far as a word can tell it. Timers run, and that is no change. */
const optionsOf = ({ options, port }: Link): Members =>
  Object.fromEntries(
    Object.entries({ ...options, ...port }).flatMap(([name, value]) =>
      typeof value === 'object' || value === undefined || name.endsWith('Timer')
        ? []
        : [[name, String(value)]]
    )
  )

const wordsOf = (event: Exclude<Told, { readonly object: 'resync' }>, links: Links): string =>
  visible(rowOf(event, links).filter(Boolean).join(' '))

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
