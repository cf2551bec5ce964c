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

const entriesOf = ({ name: family, definitions, base }: Family<Definitions>): ReadonlyArray<Entry> =>
  Object.values(definitions).flatMap(({ types, body: policy }) =>
    Object.entries(types).map(([type, number]) => ({
      type,
      number: base + number,
      family,
      policy,
      codec: codecOf(policy)
    }))
  )

const byNumber = (entries: ReadonlyArray<Entry>): ByNumber => {
  const found = new Map<number, Entry>()
  for (const entry of entries) {
    const owner = found.get(entry.number)
    if (owner !== undefined)
      throw new Error(`${owner.type} and ${entry.type} both have number ${entry.number}`)
    found.set(entry.number, entry)
  }
  return found
}

/** Made when it is first asked for: who reads routes has no need of nftables. */
const once = <A>(make: () => A): (() => A) => {
  let made: A | undefined
  return () => {
    made ??= make()
    return made
  }
}

type Of<A> = { readonly [P in Protocol]: () => A }

const entries: Of<ReadonlyArray<Entry>> = {
  route: once(() => entriesOf(rtnetlink)),
  netfilter: once(() => netfilter.flatMap(entriesOf)),
  generic: once(() => generic.flatMap(entriesOf))
}

const numbers = {
  route: once(() => byNumber(entries.route())),
  netfilter: once(() => byNumber(entries.netfilter()))
}

/** The commands of each family, as user space sends them and as the kernel does. */
const commands = once(
  () =>
    new Map(
      generic.map(({ name }) => {
        const all = entries.generic().filter(({ family }) => family === name)
        const requests = byNumber(all.filter(({ type }) => !fromKernel(type)))
        const answers = byNumber(all.filter(({ type }) => fromKernel(type)))
        return [name as string, { requests, answers: answers.size > 0 ? answers : requests }]
      })
    )
)

const byType = (protocol: Protocol): (() => ReadonlyMap<string, Entry>) =>
  once(() => new Map(entries[protocol]().map(entry => [entry.type, entry])))

const types: Of<ReadonlyMap<string, Entry>> = {
  route: byType('route'),
  netfilter: byType('netfilter'),
  generic: byType('generic')
}

/** The message that has this number in its netlink header. */
export const entryOf = (protocol: Exclude<Protocol, 'generic'>, number: number): Entry | undefined =>
  numbers[protocol]().get(number)

/** The command of a family of generic netlink; the flags of the netlink header tell the direction. */
export const commandOf = (family: string, command: number, flags: number): Entry | undefined =>
  commands().get(family)?.[(flags & NLM_F.REQUEST) === 0 ? 'answers' : 'requests'].get(command)

export const entryOfType = (protocol: Protocol, type: string): Entry | undefined =>
  types[protocol]().get(type)

export const typesOf = (protocol: Protocol): ReadonlyArray<string> => [...types[protocol]().keys()]

/** The layout of a type's messages, whatever the protocol. */
export const policyOfType = (type: string): Policy<unknown> | undefined =>
  Object.values(types)
    .map(known => known().get(type)?.policy)
    .find(policy => policy !== undefined)
