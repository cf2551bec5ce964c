import { type Codec, codecOf } from './definition/codec'
import type { Definitions, Family } from './definition/family'
import type { Policy } from './definition/policy'
import { generic } from './generic'
import { fromKernel } from './generic/family'
import { NLM_F } from './netlink/header'
import { netfilter } from './nfnetlink'
import { rtnetlink } from './rtnetlink'

export type Protocol = 'route' | 'netfilter' | 'generic'

/** What the definitions say of one type of message. */
export interface Entry {
  readonly type: string
  /** Its number in the netlink header; of generic netlink, the command. */
  readonly number: number
  /** The family's name. */
  readonly family: string
  readonly policy: Policy<unknown>
  readonly codec: Codec<unknown>
}

type ByNumber = ReadonlyMap<number, Entry>

/** The messages of each definition in turn. One is loaded when it is its turn. */
function* entriesIn(families: Iterable<Family<Definitions>>): Generator<ReadonlyArray<Entry>, undefined> {
  for (const { name: family, definitions, base } of families)
    for (const key of Object.keys(definitions)) {
      const { types, body: policy } = definitions[key] as Definitions[string]
      yield Object.entries(types).map(([type, number]) => ({
        type,
        number: base + number,
        family,
        policy,
        codec: codecOf(policy)
      }))
    }
  return undefined
}

/** What is known of a protocol: definitions are loaded one by one, until what is asked for is found. */
interface Known {
  readonly ofType: (type: string) => Entry | undefined
  readonly ofNumber: (number: number) => Entry | undefined
  readonly all: () => Iterable<Entry>
}

const known = (families: () => Iterable<Family<Definitions>>): Known => {
  const types = new Map<string, Entry>()
  const numbers = new Map<number, Entry>()
  let rest: ReturnType<typeof entriesIn> | undefined
  const loadMore = (): boolean => {
    rest ??= entriesIn(families())
    const { value: entries } = rest.next()
    for (const entry of entries ?? []) {
      types.set(entry.type, entry)
      numbers.set(entry.number, entry)
    }
    return entries !== undefined
  }
  const find = <K>(entries: ReadonlyMap<K, Entry>, key: K): Entry | undefined => {
    let found = entries.get(key)
    while (found === undefined && loadMore()) found = entries.get(key)
    return found
  }
  return {
    ofType: type => find(types, type),
    ofNumber: number => find(numbers, number),
    all: () => {
      while (loadMore());
      return types.values()
    }
  }
}

const protocols: { readonly [P in Protocol]: Known } = {
  route: known(() => [rtnetlink]),
  netfilter: known(() => netfilter),
  generic: known(() => generic)
}

/** Made when it is first asked for. */
const once = <A>(make: () => A): (() => A) => {
  let made: A | undefined
  return () => {
    made ??= make()
    return made
  }
}

const byNumber = (entries: ReadonlyArray<Entry>): ByNumber =>
  new Map(entries.map(entry => [entry.number, entry]))

/** The commands of each family, as user space sends them and as the kernel does. */
const commands = once(
  () =>
    new Map(
      generic.map(({ name }) => {
        const all = [...protocols.generic.all()].filter(({ family }) => family === name)
        const requests = byNumber(all.filter(({ type }) => !fromKernel(type)))
        const answers = byNumber(all.filter(({ type }) => fromKernel(type)))
        return [name as string, { requests, answers: answers.size > 0 ? answers : requests }]
      })
    )
)

/** The message that has this number in its netlink header. */
export const entryOf = (protocol: Exclude<Protocol, 'generic'>, number: number): Entry | undefined =>
  protocols[protocol].ofNumber(number)

/** The command of a family of generic netlink; the flags of the netlink header tell the direction. */
export const commandOf = (family: string, command: number, flags: number): Entry | undefined =>
  commands().get(family)?.[(flags & NLM_F.REQUEST) === 0 ? 'answers' : 'requests'].get(command)

export const entryOfType = (protocol: Protocol, type: string): Entry | undefined =>
  protocols[protocol].ofType(type)

export const typesOf = (protocol: Protocol): ReadonlyArray<string> =>
  [...protocols[protocol].all()].map(({ type }) => type)

/** The layout of a type's messages, whatever the protocol. */
export const policyOfType = (type: string): Policy<unknown> | undefined =>
  Object.values(protocols)
    .map(({ ofType }) => ofType(type)?.policy)
    .find(policy => policy !== undefined)
