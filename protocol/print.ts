import { NLA_F_NESTED, NLA_TYPE_MASK, type Unknown } from './definition/attributes'
import { writer } from './definition/bytes'
import { chosen } from './definition/choice'
import { s32 } from './definition/integer'
import { attributeName, memberName } from './definition/name'
import { elementOf, type Parts } from './definition/parts'
import type { Policy, Scope } from './definition/policy'
import { bytes } from './definition/text'
import type { Message } from './messages'
import { extendedAck } from './netlink/control'
import { NLM_F, nlmsghdr } from './netlink/header'
import { policyOfType } from './registry'

/** A line, and the lines under it. */
interface Item {
  readonly name: string
  readonly text: string
  readonly items: ReadonlyArray<Item>
}

interface Values {
  readonly [key: string]: unknown
}

/** The messages as text under the kernel's names: a line for each attribute, what is inside one under it. */
export const print = (messages: ReadonlyArray<Message>): string =>
  messages.map(message => linesOf(messageItem(message), '').join('\n')).join('\n\n')

const linesOf = ({ name, text, items }: Item, indent: string): ReadonlyArray<string> => [
  `${indent}${text === '' ? name : `${name} ${text}`}`,
  ...items.flatMap(item => linesOf(item, `${indent}  `))
]

const messageItem = (message: Message): Item => {
  const { type, flags, sequence, port } = message
  const number = message.type === 'UNKNOWN' ? [`type=${message.number}`] : []
  const family = 'family' in message ? [`family=${message.family}`] : []
  const text = [`flags=${flagsText(type, flags)}`, `sequence=${sequence}`, `port=${port}`]
  return { name: type, text: [...number, ...text, ...family].join(' '), items: contentOf(message) }
}

/** The flags that every message may have, then those whose meaning depends on what the message does. */
const flagNames: ReadonlyArray<readonly [types: RegExp, names: ReadonlyArray<keyof typeof NLM_F>]> = [
  [/./, ['REQUEST', 'MULTI', 'ACK', 'ECHO', 'DUMP_INTR', 'DUMP_FILTERED']],
  [/^NLMSG_/, ['CAPPED', 'ACK_TLVS']],
  [/GET|DUMP/, ['DUMP', 'ROOT', 'MATCH', 'ATOMIC']],
  [/_DEL|_FLUSH/, ['NONREC', 'BULK']],
  [/_(NEW|SET|ADD)/, ['REPLACE', 'EXCL', 'CREATE', 'APPEND']]
]

const flagsText = (type: string, flags: number): string => {
  const names: Array<string> = []
  let rest = flags
  for (const name of flagNames.flatMap(([types, some]) => (types.test(type) ? some : [])))
    if ((rest & NLM_F[name]) === NLM_F[name]) {
      names.push(`NLM_F_${name}`)
      rest &= ~NLM_F[name]
    }
  if (rest !== 0) names.push(`0x${rest.toString(16)}`)
  return names.length === 0 ? '0' : names.join('|')
}

const contentOf = (message: Message): ReadonlyArray<Item> => {
  switch (message.type) {
    case 'UNKNOWN':
      return itemsOf('payload', bytes, message.payload, undefined)
    case 'NLMSG_NOOP':
    case 'NLMSG_OVERRUN':
    case 'NLMSG_DONE':
    case 'NLMSG_ERROR': {
      const { error, request, payload, attributes }: Values = { ...message }
      return [
        ...itemsOf('error', s32, error, undefined),
        ...itemsOf(nlmsghdr.name, nlmsghdr, request, undefined),
        ...itemsOf('payload', bytes, payload, undefined),
        ...itemsOf('', extendedAck, attributes, undefined).flatMap(({ items }) => items)
      ]
    }
    default: {
      const policy = policyOfType(message.type)
      return policy === undefined ? [] : itemsOf('', policy, message, undefined).flatMap(({ items }) => items)
    }
  }
}

/** What stands under a name: usually one item; none without a value, several where the attribute repeats. */
const itemsOf = (
  name: string,
  policy: Policy<unknown>,
  value: unknown,
  scope: Scope | undefined
): ReadonlyArray<Item> => {
  if (value === undefined) return []
  const form = formOf(policy, value, scope)
  if (isComposite(value) && form.type === 'many')
    return Object.values(value).flatMap(each => itemsOf(name, partOf(form, ''), each, scope))
  if (isComposite(value) && form.type === 'body')
    return [{ name, text: '', items: bodyItems(form, value, scope) }]
  const flat = isFlat(form, value)
  const items = isComposite(value) ? memberItems(form, value, flat, scope) : []
  return [{ name, text: flat ? flatText(form, value, scope) : '', items }]
}

const bodyItems = (
  form: Parts,
  { header, attributes }: Values,
  outer: Scope | undefined
): ReadonlyArray<Item> => {
  const scope = { values: (header ?? {}) as Values, outer }
  return [
    ...(form.header === undefined ? [] : itemsOf(form.header.name, form.header, header, outer)),
    ...itemsOf('', form.attributes ?? bytes, attributes, scope).flatMap(({ items }) => items)
  ]
}

/** The members with a line each; behind a text that has the flat ones, only the others. */
const memberItems = (
  form: Parts,
  values: Values,
  onlyDeep: boolean,
  outer: Scope | undefined
): ReadonlyArray<Item> => {
  const scope = { values, outer }
  return Object.entries(values).flatMap(([key, value]) => {
    if (key === 'unknown') return (value as ReadonlyArray<Unknown>).map(unknownItem)
    const part = partOf(form, key)
    return onlyDeep && isFlat(formOf(part, value, scope), value)
      ? []
      : itemsOf(nameOf(form, key), part, value, scope)
  })
}

/** What stands in one line: a plain value, an array of them, and a struct with its flat members. */
const isFlat = (form: Parts, value: unknown): boolean =>
  !isComposite(value) || (flatForms.has(form.type) && !(Array.isArray(value) && value.some(isComposite)))

const flatForms: ReadonlySet<string> = new Set(['struct', 'followed', 'bits', 'sockaddr', 'array', 'repeat'])

const flatText = (form: Parts, value: unknown, scope: Scope | undefined): string => {
  if (!isComposite(value)) return leafText(form, value)
  if (Array.isArray(value)) return value.map(each => leafText(partOf(form, ''), each)).join(',')
  return Object.entries(value)
    .map(([key, each]) => ({ key, each, part: formOf(partOf(form, key), each, scope) }))
    .filter(({ each, part }) => isFlat(part, each))
    .map(({ key, each, part }) => {
      const text = flatText(part, each, scope)
      return `${nameOf(form, key)}=${isComposite(each) && !Array.isArray(each) ? `{${text}}` : text}`
    })
    .join(' ')
}

const unknownItem = ({ type, payload }: Unknown): Item => ({
  name: `unknown ${type & NLA_TYPE_MASK}${(type & NLA_F_NESTED) === 0 ? '' : ' nested'}`,
  text: leafText(bytes, payload),
  items: []
})

const nameOf = (form: Parts, key: string): string => {
  const { prefix = '', rows } = setOf(form)
  const row = rows?.[key]
  if (row !== undefined) return attributeName(prefix, key, row)
  return /^\d/.test(key) ? `[${key}]` : memberName(key)
}

/** The policy of a member; of elements that stand one after the other, the same for all. */
const partOf = (form: Parts, key: string): Policy<unknown> => {
  if (form.type === 'records') return { ...form, type: 'body' }
  const { rows = {}, members = {} } = setOf(form)
  return rows[key]?.[1] ?? members[key] ?? form.header?.members[key] ?? elementOf(form) ?? bytes
}

/** The set that gives a form its keys: its own, or the one behind the bytes that precede it. */
const setOf = (form: Parts): Parts =>
  form.type === 'preceded' ? setOf(formOf(elementOf(form) ?? bytes, {}, undefined)) : form

/** The form that a value has: the chosen one, the one that fits, the one that was put off. */
const formOf = (policy: Parts, value: unknown, scope: Scope | undefined): Parts => {
  const form =
    policy.type === 'choice'
      ? chosen(policy, scope)
      : policy.type === 'either'
        ? policy.forms?.find(each => each.write(writer(), value, scope) === undefined)
        : policy.type === 'nest' && policy.rows === undefined
          ? elementOf(policy)
          : undefined
  return form === undefined ? policy : formOf(form, value, scope)
}

const isComposite = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array)

const leafText = (policy: Policy<unknown>, value: unknown): string => {
  if (value === true) return ''
  if (value instanceof Uint8Array) return value.length === 0 ? '(empty)' : hexOf(value)
  return policy.type === 'string' || value === '' ? JSON.stringify(value) : String(value)
}

const hexOf = (payload: Uint8Array): string =>
  Array.from(payload, byte => byte.toString(16).padStart(2, '0')).join('')
