import { type Check, description, faultIn, faultText, lackIn, list, word } from '../described'
import { logFlags, logLevels } from '../expression/log'
import { natFlags, queueFlags } from '../flag'
import type { Operand, Statement } from '../syntax'

const operandKinds: { readonly [K in Operand['kind']]: true } = {
  any: true,
  value: true,
  flags: true,
  range: true,
  prefix: true,
  asked: true,
  concatenation: true,
  computation: true,
  hash: true,
  lookup: true,
  named: true,
  elements: true
}

const kindOfOperand = word('kind of operand', Object.keys(operandKinds))

const operand: Check = value => {
  const fault = description(value) ?? lackIn(value, ['kind']) ?? faultIn(value, { kind: kindOfOperand })
  return fault === undefined ? undefined : faultText(fault)
}

/** What a statement must have, and what of it can be wrong. */
interface Form {
  readonly needs: ReadonlyArray<string>
  readonly checks: { readonly [member: string]: Check }
}

const form = (needs: ReadonlyArray<string>, checks: Form['checks'] = {}): Form => ({ needs, checks })

const flags = (what: string, words: object): Check => list(word(what, Object.keys(words)))

const translation = form([], {
  address: operand,
  port: operand,
  flags: flags('flag of a translation', natFlags)
})
const change = form(['set', 'key'], { key: operand, data: operand })
const copy = form([], { address: operand, device: operand })

const forms: { readonly [S in Statement['statement']]: Form } = {
  match: form(['left', 'op', 'right'], { left: operand, right: operand, mask: operand }),
  counter: form([]),
  limit: form(['rate', 'of', 'per']),
  quota: form(['bytes']),
  connections: form(['count']),
  last: form([]),
  log: form([], {
    level: word('level of the log', Object.keys(logLevels)),
    flags: flags('flag of the log', { ...logFlags, all: true })
  }),
  reject: form([]),
  snat: translation,
  dnat: translation,
  masquerade: translation,
  redirect: translation,
  tproxy: form([], { address: operand, port: operand }),
  dup: copy,
  fwd: copy,
  queue: form(['number'], { number: operand, flags: flags('flag of a queue', queueFlags) }),
  synproxy: form([]),
  meter: form(['name', 'key', 'of'], { key: operand }),
  verdict: form(['verdict']),
  verdicts: form(['key', 'map'], { key: operand, map: operand }),
  set: form(['name', 'value'], { value: operand }),
  object: form(['object', 'name'], { name: operand }),
  notrack: form([]),
  flow: form(['flowtable']),
  add: change,
  update: change,
  delete: change,
  reset: form(['option']),
  xt: form(['xt', 'name', 'revision', 'info']),
  unknown: form([])
}

const statementWord = word('statement', Object.keys(forms))

/** Why a statement of values is none, if it is none: who has no types may give anything. */
export const wrongStatement = (given: unknown): string | undefined => {
  const fault =
    description(given) ?? lackIn(given, ['statement']) ?? faultIn(given, { statement: statementWord })
  if (fault !== undefined) return faultText(fault)
  const { statement } = given as Statement
  const { needs, checks } = forms[statement]
  const inside = lackIn(given, needs) ?? faultIn(given, checks)
  return inside === undefined ? undefined : `${statement}: ${faultText(inside)}`
}
