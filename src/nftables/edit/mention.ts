import { datatype } from '../datatype'
import { type Kind, kindOf, kindsOf } from '../kind'
import { linkNamed } from '../layout'
import type { Operand, Rule, Statement } from '../syntax'

/** What a rule refers to by name: interfaces that the kernel wants by their indexes, and sets. */
export interface Mentioned {
  readonly links: Set<string>
  readonly sets: Set<string>
}

export const nothingMentioned = (): Mentioned => ({ links: new Set(), sets: new Set() })

export const mention = (
  kinds: ReadonlyArray<Kind>,
  operand: Operand | undefined,
  found: Mentioned
): undefined => {
  switch (operand?.kind) {
    case 'value': {
      const link = kinds[0] === undefined ? undefined : linkNamed(kinds[0], operand.value)
      if (link !== undefined) found.links.add(link)
      return
    }
    case 'concatenation':
      for (const [n, part] of operand.parts.entries()) mention(kinds.slice(n, n + 1), part, found)
      return
    case 'named':
      found.sets.add(operand.name)
      return
    case 'elements':
      for (const { key, data } of operand.elements) {
        mention(kinds, key, found)
        if (data !== undefined && 'rules' in data) mentionAll(data.rules, found)
      }
      return
    case 'lookup': {
      mention(kindsOf(operand.key), operand.map, found)
      for (const { data } of operand.map.kind === 'elements' ? operand.map.elements : [])
        if (data !== undefined && 'kind' in data) mention(kinds, data, found)
    }
  }
}

const device: ReadonlyArray<Kind> = [kindOf(datatype('iface_index'))]

export const mentionAll = (rules: ReadonlyArray<Rule>, found: Mentioned): undefined => {
  for (const { statements } of rules) for (const statement of statements) mentionIn(statement, found)
}

const mentionIn = (statement: Statement, found: Mentioned): undefined => {
  switch (statement.statement) {
    case 'match':
      return mention(kindsOf(statement.left), statement.right, found)
    case 'verdicts':
      return mention(kindsOf(statement.key), statement.map, found)
    case 'verdict':
      return 'rules' in statement ? mentionAll(statement.rules, found) : undefined
    case 'set':
      return mention(kindsOf({ kind: 'asked', name: statement.name }), statement.value, found)
    case 'object':
      return mention([], statement.name, found)
    case 'dup':
    case 'fwd':
      mention([], statement.address, found)
      return mention(device, statement.device, found)
    case 'snat':
    case 'dnat':
    case 'masquerade':
    case 'redirect':
    case 'tproxy':
      mention([], 'address' in statement ? statement.address : undefined, found)
      return mention([], statement.port, found)
    case 'queue':
      return mention([], statement.number, found)
    case 'add':
    case 'update':
    case 'delete':
      found.sets.add(statement.set)
  }
}
