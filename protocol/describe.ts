import type { Definitions, Family } from './definition/family'
import { attributeName, memberName } from './definition/name'
import { elementOf, formsOf, type Parts, partsOf } from './definition/parts'
import type { Policy } from './definition/policy'
import type { Members, Struct } from './definition/struct'
import { generic } from './generic'
import { extendedAck, NLMSG, nlmsgerr } from './netlink/control'
import { nlmsghdr } from './netlink/header'
import { netfilter } from './nfnetlink'
import { rtnetlink } from './rtnetlink'

/** All definitions as data, under the kernel's names. */
export interface Description {
  readonly families: ReadonlyArray<FamilyDescription>
}

export interface FamilyDescription {
  readonly name: string
  /** The number of each message type; of nfnetlink, without the subsystem. */
  readonly messages: { readonly [type: string]: number }
  readonly structs: { readonly [name: string]: StructDescription }
  readonly attributeSets: ReadonlyArray<AttributeSetDescription>
}

/** Sizes and offsets are in bytes. */
export interface StructDescription {
  readonly size: number
  readonly fields: { readonly [name: string]: { readonly offset: number; readonly size: number } }
}

export interface AttributeSetDescription {
  /** What the names of its attributes begin with: `IFA`. */
  readonly name: string
  readonly attributes: { readonly [name: string]: AttributeDescription }
}

export interface AttributeDescription {
  readonly number: number
  /** The policy: `u32`. Where the payload has several forms, all of them: `u16|be16`. */
  readonly type: string
}

/** The policies and all within them, each once. */
const within = (
  policies: Iterable<Policy<unknown>>,
  found = new Set<Policy<unknown>>()
): ReadonlySet<Policy<unknown>> => {
  for (const policy of policies)
    if (!found.has(policy)) {
      found.add(policy)
      within(partsOf(policy), found)
    }
  return found
}

const typesOf = (policy: Parts): ReadonlyArray<string> => {
  const forms = formsOf(policy)
  if (forms.length > 0 || policy.type === 'choice') return forms.flatMap(typesOf)
  const element = elementOf(policy)
  const transparent = policy.type === 'many' || (policy.type === 'nest' && policy.rows === undefined)
  return transparent && element !== undefined ? typesOf(element) : [policy.type]
}

/** All but those that have no name in the kernel either: a part of another one. */
const structsOf = (policies: ReadonlySet<Policy<unknown>>): FamilyDescription['structs'] =>
  Object.fromEntries(
    [...policies]
      .filter((policy): policy is Struct<Members> => policy.type === 'struct')
      .filter(({ name }) => name !== '')
      .map(({ name, size, members, offsets }) => [
        name,
        {
          size,
          fields: Object.fromEntries(
            Object.entries(members).map(([key, member]) => [
              memberName(key),
              { offset: offsets[key] ?? 0, size: member.size }
            ])
          )
        }
      ])
  )

interface Merged {
  readonly number: number
  readonly types: Set<string>
}

/** Sets with one prefix are one for the kernel, however many places or kinds they are split into here. */
const setsOf = (policies: ReadonlySet<Policy<unknown>>): FamilyDescription['attributeSets'] => {
  const sets = new Map<string, Map<string, Merged>>()
  for (const { type, prefix = '', rows } of policies as ReadonlySet<Parts>) {
    if (type !== 'nest' || rows === undefined) continue
    const attributes = sets.get(prefix) ?? new Map<string, Merged>()
    sets.set(prefix, attributes)
    for (const [key, row] of Object.entries(rows)) {
      const name = attributeName(prefix, key, row)
      const merged = attributes.get(name) ?? { number: row[0], types: new Set() }
      if (merged.number !== row[0]) throw new Error(`${name} is ${merged.number} here and ${row[0]} there`)
      for (const each of typesOf(row[1])) merged.types.add(each)
      attributes.set(name, merged)
    }
  }
  return [...sets].map(([name, attributes]) => ({
    name,
    attributes: Object.fromEntries(
      [...attributes]
        .sort(([, a], [, b]) => a.number - b.number)
        .map(([attribute, { number, types }]) => [attribute, { number, type: [...types].join('|') }])
    )
  }))
}

const familyOf = (
  name: string,
  messages: FamilyDescription['messages'],
  policies: Iterable<Policy<unknown>>
): FamilyDescription => {
  const all = within(policies)
  return { name, messages, structs: structsOf(all), attributeSets: setsOf(all) }
}

const described = ({ name, definitions }: Family<Definitions>): FamilyDescription => {
  const all = Object.values(definitions)
  return familyOf(
    name,
    Object.assign({}, ...all.map(({ types }) => types)),
    all.map(({ body }) => body)
  )
}

/** What every protocol has. */
const netlink = (): FamilyDescription =>
  familyOf(
    'netlink',
    Object.fromEntries(Object.entries(NLMSG).map(([type, number]) => [`NLMSG_${type}`, number])),
    [nlmsghdr, nlmsgerr, extendedAck]
  )

/** The protocols as they are defined here: messages, structs and attributes under the kernel's names. */
export const describe = (): Description => ({
  families: [netlink(), ...[rtnetlink, ...netfilter, ...generic].map(described)]
})
