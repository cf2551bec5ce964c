import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import * as v from 'valibot'
import { isolationName } from '../recipe/parameters'
import type { Plan } from '../recipe/plan'
import type { Port, PortMapping } from '../recipe/publication'
import type { Entry as TableEntry } from '../recipe/step'
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

/** A port that came or went after all else was written. */
export interface Amendment extends Ports {
  /** The same for both. */
  readonly port: string
  readonly change: 'published' | 'unpublished'
}

/** As much of a record as a change of one port needs. */
export interface Brief {
  /** Without ports that stand in lines of their own. */
  readonly entry: Entry
  /** Whether the port, at whichever address, is among those that stand in one line. */
  readonly isOneOfMany: boolean
  /** What has been published of it since, at whichever address, and has not gone. */
  readonly published: ReadonlyArray<Amendment>
  /** How many amendments there are. */
  readonly amendments: number
  /** What the next line stands behind. */
  readonly digest: string
  /** The size of all that is written, and what it takes at most when it is written anew. */
  readonly size: number
  readonly room: number
}

/** The ports of a record that has too many to stand with the rest. */
interface Many extends Ports {
  readonly ports: ReadonlyArray<string>
  readonly asked?: ReadonlyArray<PortMapping>
}

/** Version of the records, and those that we understand. What another version wrote is left to it. */
const version = 2
const versions: ReadonlyArray<number> = [1, version]

/** With more ports than this, they stand in a line of their own, and are not read to add one. */
const few = 64

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The machine's present life: what the kernel had before is gone. `man 5 proc_sys_kernel` */
const bootId = (): string => {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return boot
}

let boot: string | undefined

type Publish = Extract<TableEntry, { readonly _tag: 'Publish' }>

/** Whether it is one port, and no range of them: those are few, and stand with the rest. */
export const isPort = (entry: TableEntry): entry is Publish =>
  entry._tag === 'Publish' && (entry.count ?? 1) === 1

const isRange = ({ hostPort }: PortMapping): boolean => {
  const [from, to = from] = String(hostPort).split('-')
  return from !== to
}

/** By which a port is known: the key of each of its addresses begins alike. */
const keyStart = ({ protocol, hostPort }: Pick<Port, 'protocol' | 'hostPort'>): string =>
  `${protocol} ${hostPort} `

export const portKey = (port: Pick<Port, 'protocol' | 'hostPort' | 'hostAddress'>): string =>
  `${keyStart(port)}${port.hostAddress ?? ''}`

const publishedBy = ({ publish }: Plan['parameters']): ReadonlyArray<PortMapping> =>
  Array.isArray(publish) ? publish : []

const withRangesOnly = (parameters: Plan['parameters']): Plan['parameters'] =>
  publishedBy(parameters).length === 0
    ? parameters
    : { ...parameters, publish: publishedBy(parameters).filter(isRange) }

const singlesIn = (parameters: Plan['parameters']): ReadonlyArray<PortMapping> =>
  publishedBy(parameters).filter(each => !isRange(each))

/** All but the ports, and the ports if there are many. */
const apart = (entry: Entry): readonly [Entry, Many | undefined] => {
  const { plan, asked } = entry
  const publish = singlesIn(plan.parameters)
  if (publish.length <= few) return [entry, undefined]
  const entries = plan.steps.flatMap((step, n) =>
    step._tag === 'AddEntries' ? [[n, step.entries.filter(isPort)] as const] : []
  )
  return [
    {
      ...entry,
      plan: {
        ...plan,
        parameters: withRangesOnly(plan.parameters),
        steps: plan.steps.map(step =>
          step._tag === 'AddEntries' ? { ...step, entries: step.entries.filter(each => !isPort(each)) } : step
        )
      },
      ...(asked !== undefined && { asked: withRangesOnly(asked) })
    },
    {
      ports: entries.flatMap(([, ports]) => ports.map(portKey)),
      publish,
      entries,
      ...(asked !== undefined && { asked: singlesIn(asked) })
    }
  ]
}

/** The digest of a line tells also of those before it. */
const lineText = (before: string, member: 'many' | 'amendment', held: object): string => {
  const text = JSON.stringify(held)
  return `{"digest":"${sha256(before + text)}","${member}":${text}}\n`
}

/** A record as it is written: one line, and another one for its ports if they are many. */
export const recordText = (entry: Entry): string => {
  const [head, many] = apart(entry)
  const record = JSON.stringify({ boot: bootId(), ...head, ...(many !== undefined && { many: true }) })
  const digest = sha256(record)
  const first = `{"isolink":${version},"digest":"${digest}","record":${record}}\n`
  return many === undefined ? first : first + lineText(digest, 'many', many)
}

/** The line that is appended as a port comes or goes. */
export const amendmentText = (
  amendment: Amendment,
  { digest, amendments }: Pick<Brief, 'digest' | 'amendments'>
): string => lineText(digest, 'amendment', { number: amendments + 1, ...amendment })

/** Why a text is no record of ours. */
export interface Unreadable {
  readonly reason: string
  /** It is damaged, not only unknown to us. */
  readonly damaged: boolean
}

const damaged = (reason: string): E.Either<Unreadable, never> => E.left({ reason, damaged: true })

const differs = 'it is not as it was written: the digest differs'

const tagged = v.looseObject({ _tag: v.string() })

const recordSchema = v.looseObject({
  boot: v.string(),
  phase: v.picklist(['applying', 'applied', 'removing']),
  plan: v.looseObject({
    recipe: v.string(),
    name: isolationName,
    steps: v.array(tagged)
  }),
  before: v.array(v.unknown()),
  places: v.array(v.looseObject({ cookie: v.string() })),
  pending: v.optional(v.object({ token: v.string(), deadline: v.number() })),
  many: v.optional(v.literal(true))
})

const fileSchema = v.object({ isolink: v.number(), digest: v.string(), record: v.unknown() })

const mappings = v.array(v.looseObject({}))

const portsSchema = {
  publish: mappings,
  entries: v.array(v.tuple([v.number(), v.array(tagged)]))
}

const manySchema = v.object({
  ...portsSchema,
  ports: v.array(v.string()),
  asked: v.optional(mappings)
})

const amendmentSchema = v.object({
  ...portsSchema,
  number: v.number(),
  port: v.string(),
  change: v.picklist(['published', 'unpublished'])
})

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

interface Head {
  /** Undefined if the machine was started anew since. */
  readonly entry: Entry | undefined
  readonly hasMany: boolean
  readonly isCurrent: boolean
  readonly digest: string
}

/** The first line. */
const headOf = (name: string, text: string): E.Either<Unreadable, Head> => {
  const file = v.safeParse(fileSchema, fromJson(text))
  if (!file.success) return damaged('it is no record, or not all of one')
  const { isolink, digest, record } = file.output
  if (!versions.includes(isolink))
    return E.left({ reason: `another version of isolink wrote it (${isolink})`, damaged: false })
  if (sha256(JSON.stringify(record)) !== digest) return damaged(differs)
  const known = v.safeParse(recordSchema, record)
  if (
    !known.success ||
    known.output.plan.name !== name ||
    known.output.before.length !== known.output.plan.steps.length
  )
    return damaged('it does not hold what a record holds')
  const { boot: written, many, ...entry } = known.output
  return E.right({
    entry: written === bootId() ? (entry as unknown as Entry) : undefined,
    hasMany: many === true,
    isCurrent: isolink === version,
    digest
  })
}

interface Line {
  readonly digest: string
  readonly many?: Many
  readonly amendment?: Amendment & { readonly number: number }
}

const lineSchema = v.object({
  digest: v.string(),
  many: v.optional(manySchema),
  amendment: v.optional(amendmentSchema)
})

/** A line behind another one, if it is as we wrote it. */
const lineOf = (text: string, before: string): Line | undefined => {
  const json = fromJson(text)
  const line = v.safeParse(lineSchema, json)
  if (!line.success) return undefined
  const { many, amendment } = json as Line
  return sha256(before + JSON.stringify(many ?? amendment ?? null)) === line.output.digest
    ? (json as Line)
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
  return steps.map((step, n) =>
    step._tag === 'AddEntries' && more.has(n)
      ? { ...step, entries: [...step.entries, ...(more.get(n) ?? [])] }
      : step
  )
}

const without = (entry: Entry, { publish, entries }: Ports): Entry => {
  const gone = new Set([...publish, ...entries.flatMap(([, each]) => each)].map(each => JSON.stringify(each)))
  const stays = (each: object): boolean => !gone.has(JSON.stringify(each))
  return {
    ...entry,
    plan: {
      ...entry.plan,
      parameters: {
        ...entry.plan.parameters,
        publish: publishedBy(entry.plan.parameters).filter(stays)
      },
      steps: entry.plan.steps.map(step =>
        step._tag === 'AddEntries' ? { ...step, entries: step.entries.filter(stays) } : step
      )
    }
  }
}

/** What somebody has to ask for to ask for the same. */
export const askedOf = ({ asked, plan }: Entry): Plan['parameters'] => asked ?? plan.parameters

/** What a record says with an amendment. */
export const amendedBy = (entry: Entry, amendment: Amendment): Entry => ({
  ...(amendment.change === 'published' ? withPorts(entry, [amendment]) : without(entry, amendment)),
  asked: askedOf(entry)
})

const fits = ({ plan }: Entry, { entries }: Ports): boolean =>
  entries.every(([n]) => plan.steps[n]?._tag === 'AddEntries')

/** A record from its text, with all its ports. A last line that was not written to its end was never acted upon. */
export const recordOf = (name: string, text: string): E.Either<Unreadable, Entry | undefined> => {
  const [first = '', ...rest] = text.split('\n')
  const head = headOf(name, first)
  if (E.isLeft(head) || head.right.entry === undefined) return E.map(({ entry }: Head) => entry)(head)
  let { entry } = head.right
  let { digest } = head.right
  const amendments = new Map<string, Amendment>()
  const texts = rest.slice(0, -1)
  if (head.right.hasMany && texts.length === 0) return damaged('its ports are missing')
  for (const [n, each] of texts.entries()) {
    const line = lineOf(each, digest)
    const ports = line?.many ?? line?.amendment
    if (line === undefined || ports === undefined) return damaged(differs)
    if (!fits(entry, ports) || (line.many !== undefined) !== (head.right.hasMany && n === 0))
      return damaged('it does not hold what a record holds')
    digest = line.digest
    if (line.many !== undefined) entry = withMany(entry, line.many)
    if (line.amendment === undefined) continue
    // One that comes again is the last.
    amendments.delete(line.amendment.port)
    amendments.set(line.amendment.port, line.amendment)
  }
  if (amendments.size === 0) return E.right(entry)
  const published = [...amendments.values()].filter(({ change }) => change === 'published')
  return E.right({ ...withPorts(entry, published), asked: askedOf(entry) })
}

const withMany = (entry: Entry, { asked, publish, entries }: Many): Entry => ({
  ...withPorts(entry, [{ publish, entries }]),
  ...(entry.asked !== undefined &&
    asked !== undefined &&
    asked.length > 0 && { asked: { ...entry.asked, publish: [...publishedBy(entry.asked), ...asked] } })
})

const newline = '\n'.charCodeAt(0)

/**
 * As much of a record as a change of one port needs, without reading of the others. Undefined if there is none that
 * could be amended: then the whole is read, and written anew.
 */
export const briefOf = (
  name: string,
  bytes: Buffer,
  port: Pick<Port, 'protocol' | 'hostPort'>
): Brief | undefined => {
  const end = bytes.indexOf(newline)
  if (end < 0 || bytes.at(-1) !== newline) return undefined
  const head = headOf(name, bytes.toString('utf8', 0, end))
  if (E.isLeft(head) || head.right.entry === undefined || !head.right.isCurrent) return undefined
  const base = head.right.hasMany ? bytes.indexOf(newline, end + 1) : end
  const known = linesOn(bytes, end + 1, keyStart(port))
  const last = base === bytes.length - 1 ? 0 : amendmentAt(bytes, bytes.length - 1)?.number
  if (last === undefined || known === undefined) return undefined
  return {
    entry: head.right.entry,
    ...known,
    amendments: last,
    digest: digestAt(bytes, lineAround(bytes, bytes.length - 1).start),
    size: bytes.length,
    room: bytes.length + base
  }
}

/** What stands behind the first line about a port; undefined if it is not as we wrote it. */
const linesOn = (
  bytes: Buffer,
  from: number,
  start: string
): Pick<Brief, 'isOneOfMany' | 'published'> | undefined => {
  const sought = JSON.stringify(start).slice(0, -1)
  const latest = new Map<string, Amendment>()
  let isOneOfMany = false
  for (let at = bytes.indexOf(sought, from); at >= 0; at = bytes.indexOf(sought, at + 1)) {
    const amendment = isAmendment(bytes, at) ? amendmentAt(bytes, at) : 'one of many'
    if (amendment === undefined) return undefined
    if (amendment === 'one of many') isOneOfMany = true
    else latest.set(amendment.port, amendment)
  }
  return {
    isOneOfMany,
    published: [...latest.values()].filter(({ change }) => change === 'published')
  }
}

/** The line that a byte is in, or ends. */
const lineAround = (bytes: Buffer, at: number): { readonly start: number; readonly end: number } => ({
  start: bytes.lastIndexOf(newline, at - 1) + 1,
  end: bytes.indexOf(newline, at)
})

const digestLength = 64

/** The digest that a line begins with. */
const digestAt = (bytes: Buffer, start: number): string => {
  const marker = '"digest":"'
  const at = bytes.indexOf(marker, start) + marker.length
  return bytes.toString('latin1', at, at + digestLength)
}

const isAmendment = (bytes: Buffer, at: number): boolean => {
  const begin = lineAround(bytes, at).start + '{"digest":"'.length + digestLength
  return bytes.toString('latin1', begin, begin + '","amendment"'.length) === '","amendment"'
}

const amendmentAt = (bytes: Buffer, at: number): Line['amendment'] => {
  const { start, end } = lineAround(bytes, at)
  const before = digestAt(bytes, lineAround(bytes, start - 1).start)
  return lineOf(bytes.toString('utf8', start, end), before)?.amendment
}
