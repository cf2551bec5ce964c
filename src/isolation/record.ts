import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import * as v from 'valibot'
import { isolationName, publishedAt } from '../recipe/parameters'
import type { Plan } from '../recipe/plan'
import type { Port, PortMapping } from '../recipe/publication'
import type { AddEntries, Entry as TableEntry } from '../recipe/step'
import type { Place } from './world'

/** Until when somebody has to confirm, or the watchdog undoes everything. */
export interface Pending {
  /** Tells this application of the plan from another one by the same name. */
  readonly token: string
  /** Seconds since the machine was started, those in which it slept included. */
  readonly deadline: number
}

/** What has been applied, or is being applied or taken down: enough to undo it in another process. */
export interface Entry {
  readonly phase: 'applying' | 'applied' | 'removing'
  readonly plan: Plan
  /** What each step found before anything was changed. */
  readonly before: ReadonlyArray<unknown>
  /** The namespaces that it is about, the host's among them. */
  readonly places: ReadonlyArray<Place>
  /** As long as nobody has confirmed. */
  readonly pending?: Pending
  /** What it was applied with, if ports have come or gone since: whoever asks for that again asks for the same. */
  readonly asked?: Plan['parameters']
}

/** Ports as they were given, and what they lead to in our tables. */
export interface Ports {
  readonly publish: ReadonlyArray<PortMapping>
  /** By the step that they belong to. */
  readonly entries: ReadonlyArray<readonly [step: number, entries: ReadonlyArray<TableEntry>]>
}

/** A port that came or went after all else was written, by a key that is the same for both. */
export interface Amendment extends Ports {
  readonly port: string
  readonly change: 'published' | 'unpublished'
}

/** As much of a record as a change of one port needs. */
export interface Brief {
  /** Without ports that stand in lines of their own. */
  readonly entry: Entry
  /** What is written in those of the port that was asked for: the last that became of it. */
  readonly latest: Amendment | 'one of many' | undefined
  /** How many amendments there are. */
  readonly amendments: number
}

/** The ports of a record that has too many to stand with the rest. */
interface Rest extends Ports {
  readonly ports: ReadonlyArray<string>
  readonly asked?: ReadonlyArray<PortMapping>
}

/** Version of the records. What another version wrote is left to it. */
const version = 1

/** With more ports than this, they stand in a line of their own, and are not read to add one. */
const few = 64

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The machine's present life: what the kernel had before is gone. `man 5 proc_sys_kernel` */
const bootId = (): string => {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return boot
}

let boot: string | undefined

type Publish = Extract<TableEntry, { readonly _tag: 'Publish' }>

export const isPort = (entry: TableEntry): entry is Publish => entry._tag === 'Publish'

/** The same for one port, wherever it leads; that of a range is the range's. */
export const portKey = (port: Omit<Port, 'count'> & { readonly count?: number }): string =>
  `${port.protocol} ${publishedAt(port) ?? ''} ${port.hostPort}+${port.count ?? 1}`

const publishedBy = ({ publish }: Plan['parameters']): ReadonlyArray<PortMapping> =>
  Array.isArray(publish) ? publish : []

/** The line of all but the ports, and that of the ports if there are many. */
const apart = (entry: Entry): readonly [Entry, Rest | undefined] => {
  const { plan, asked } = entry
  const publish = publishedBy(plan.parameters)
  if (publish.length <= few) return [entry, undefined]
  const entries = plan.steps.flatMap((step, n) =>
    step._tag === 'AddEntries' ? [[n, step.entries.filter(isPort)] as const] : []
  )
  return [
    {
      ...entry,
      plan: {
        ...plan,
        parameters: { ...plan.parameters, publish: [] },
        steps: plan.steps.map(step =>
          step._tag === 'AddEntries' ? { ...step, entries: step.entries.filter(each => !isPort(each)) } : step
        )
      },
      ...(asked !== undefined && { asked: { ...asked, publish: [] } })
    },
    {
      ports: entries.flatMap(([, ports]) => ports.map(portKey)),
      publish,
      entries,
      ...(asked !== undefined && { asked: publishedBy(asked) })
    }
  ]
}

const line = (members: string): string => `{${members}}\n`

/** A record as it is written: one line, and another one for its ports if they are many. */
export const recordText = (entry: Entry): string => {
  const [head, rest] = apart(entry)
  const record = JSON.stringify({ boot: bootId(), ...head })
  const first = line(`"isolink":${version},"digest":"${sha256(record)}","record":${record}`)
  if (rest === undefined) return first
  const ports = JSON.stringify(rest)
  return `${first}${line(`"digest":"${sha256(ports)}","many":${ports}`)}`
}

/** The line that is appended as a port comes or goes. */
export const amendmentText = ({ port, ...rest }: Amendment, number: number): string => {
  const amendment = JSON.stringify({ port, ...rest })
  return line(`"number":${number},"digest":"${sha256(amendment)}","amendment":${amendment}`)
}

/** Why a text is no record of ours. */
export interface Unreadable {
  readonly reason: string
  /** It is damaged, not only unknown to us. */
  readonly damaged: boolean
}

const damaged = (reason: string): E.Either<Unreadable, never> => E.left({ reason, damaged: true })

const differs = 'it is not as it was written: the digest differs'

const recordSchema = v.looseObject({
  boot: v.string(),
  phase: v.picklist(['applying', 'applied', 'removing']),
  plan: v.looseObject({
    recipe: v.string(),
    name: isolationName,
    steps: v.array(v.looseObject({ _tag: v.string() }))
  }),
  before: v.array(v.unknown()),
  places: v.array(v.looseObject({ cookie: v.string() })),
  pending: v.optional(v.object({ token: v.string(), deadline: v.number() }))
})

const fileSchema = v.object({ isolink: v.number(), digest: v.string(), record: v.unknown() })

/** What a plan claims for its isolation alone. */
export const claimsOf = ({ plan }: Pick<Entry, 'plan'>): ReadonlyArray<string> =>
  (plan.premises ?? []).flatMap(premise => ('claim' in premise ? [premise.claim] : []))

/** The same of a record's text, which may be damaged. */
export const claimsIn = (text: string): ReadonlyArray<string> => {
  const file = v.safeParse(fileSchema, fromJson(text.split('\n', 1)[0] ?? ''))
  const record = file.success ? v.safeParse(recordSchema, file.output.record) : file
  return record.success ? claimsOf(record.output as unknown as Entry) : []
}

const fromJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** The first line; undefined if the machine was started anew since. */
const headOf = (name: string, text: string): E.Either<Unreadable, Entry | undefined> => {
  const file = v.safeParse(fileSchema, fromJson(text))
  if (!file.success) return damaged('it is no record, or not all of one')
  const { isolink, digest, record } = file.output
  if (isolink !== version)
    return E.left({ reason: `another version of isolink wrote it (${isolink})`, damaged: false })
  if (sha256(JSON.stringify(record)) !== digest) return damaged(differs)
  const known = v.safeParse(recordSchema, record)
  if (
    !known.success ||
    known.output.plan.name !== name ||
    known.output.before.length !== known.output.plan.steps.length
  )
    return damaged('it does not hold what a record holds')
  const { boot: written, ...entry } = known.output
  return E.right(written === bootId() ? (entry as unknown as Entry) : undefined)
}

interface Further {
  readonly digest: string
  readonly many?: Rest
  readonly number?: number
  readonly amendment?: Amendment
}

/** A line behind the first, which is as we wrote it if its digest says so. */
const furtherOf = (text: string): Further | undefined => {
  const file = fromJson(text) as Further | null | undefined
  const held = file?.many ?? file?.amendment
  return typeof file === 'object' && held !== undefined && sha256(JSON.stringify(held)) === file?.digest
    ? file
    : undefined
}

const withPorts = (entry: Entry, all: ReadonlyArray<Ports>): Entry => ({
  ...entry,
  plan: {
    ...entry.plan,
    parameters: {
      ...entry.plan.parameters,
      publish: [...publishedBy(entry.plan.parameters), ...all.flatMap(({ publish }) => publish)]
    },
    steps: withEntries(entry.plan.steps, all)
  }
})

const withEntries = (steps: Plan['steps'], all: ReadonlyArray<Ports>): Plan['steps'] => {
  const more = new Map<number, Array<TableEntry>>()
  for (const [n, entries] of all.flatMap(each => each.entries)) {
    const known = more.get(n) ?? []
    for (const each of entries) known.push(each)
    more.set(n, known)
  }
  return steps.map((step, n) => {
    const entries = more.get(n)
    return entries === undefined
      ? step
      : { ...(step as AddEntries), entries: [...(step as AddEntries).entries, ...entries] }
  })
}

/** A record from its text, with all its ports. A last line that was not written to its end was never acted upon. */
export const recordOf = (name: string, text: string): E.Either<Unreadable, Entry | undefined> => {
  const [first = '', ...more] = text.split('\n')
  const head = headOf(name, first)
  if (E.isLeft(head) || head.right === undefined) return head
  const lines = more.slice(0, -1).map(furtherOf)
  const amendments = new Map<string, Amendment>()
  let entry = head.right
  for (const each of lines) {
    if (each === undefined) return damaged(differs)
    if (each.many !== undefined) entry = withRest(entry, each.many)
    if (each.amendment !== undefined) amendments.set(each.amendment.port, each.amendment)
  }
  if (amendments.size === 0) return E.right(entry)
  const published = [...amendments.values()].filter(({ change }) => change === 'published')
  return E.right({ ...withPorts(entry, published), asked: entry.asked ?? entry.plan.parameters })
}

const withRest = (entry: Entry, { asked, publish, entries }: Rest): Entry => ({
  ...withPorts(entry, [{ publish, entries }]),
  ...(asked !== undefined && { asked: { ...entry.asked, publish: asked } })
})

const newline = '\n'.charCodeAt(0)

/**
 * As much of a record as a change of one port needs, without reading of the others. Undefined if there is none that
 * could be amended: then the whole is read, and written anew.
 */
export const briefOf = (name: string, bytes: Buffer, port: string): Brief | undefined => {
  const end = bytes.indexOf(newline)
  if (end < 0 || bytes.at(-1) !== newline) return undefined
  const head = headOf(name, bytes.toString('utf8', 0, end))
  if (E.isLeft(head) || head.right === undefined) return undefined
  const amendments = numberOf(bytes)
  const latest = latestOf(bytes.subarray(end + 1), port)
  return amendments === undefined || latest === 'damaged'
    ? undefined
    : { entry: head.right, latest, amendments }
}

const amending = '{"number":'

/** The number of the last amendment. */
const numberOf = (bytes: Buffer): number | undefined => {
  const last = lineAround(bytes, bytes.length - 1)
  return bytes.toString('latin1', last.start, last.start + amending.length) === amending
    ? furtherOf(bytes.toString('utf8', last.start, last.end))?.number
    : 0
}

const latestOf = (bytes: Buffer, port: string): Brief['latest'] | 'damaged' => {
  const at = bytes.lastIndexOf(JSON.stringify(port))
  if (at < 0) return undefined
  const { start, end } = lineAround(bytes, at)
  if (bytes.toString('latin1', start, start + amending.length) !== amending) return 'one of many'
  return furtherOf(bytes.toString('utf8', start, end))?.amendment ?? 'damaged'
}

/** The line that a byte is in, or ends. */
const lineAround = (bytes: Buffer, at: number): { readonly start: number; readonly end: number } => ({
  start: bytes.lastIndexOf(newline, at - 1) + 1,
  end: bytes.indexOf(newline, at)
})
