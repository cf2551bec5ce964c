import type { KeyOf } from '../../socket/key'
import { type Check, description, faultIn, faultText, lackIn, list, strayIn, word } from '../described'
import { logFlags, logLevels } from '../expression/log'
import { natFlags, queueFlags } from '../flag'
import type { Operand, Statement, Verdict } from '../syntax'

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

interface Member {
  readonly needed: boolean
  readonly check: Check
}

const anything: Check = () => undefined
const must = (check: Check = anything): Member => ({ needed: true, check })
const may = (check: Check = anything): Member => ({ needed: false, check })

const flags = (what: string, words: object): Member => may(list(word(what, Object.keys(words))))

type MemberOf<Word, A = Statement> = A extends { readonly statement: infer W }
  ? Word extends W
    ? Exclude<keyof A | (A extends Verdict ? KeyOf<Verdict> : never), 'statement'>
    : never
  : never

type Forms = {
  readonly [Word in Statement['statement']]: { readonly [M in MemberOf<Word>]: Member }
}

const translation: Forms['snat'] = {
  family: may(),
  address: may(operand),
  port: may(operand),
  prefix: may(),
  flags: flags('flag of a translation', natFlags)
}
const change: Forms['add'] = {
  set: must(),
  key: must(operand),
  data: may(operand),
  timeout: may(),
  statements: may()
}
const copy: Forms['dup'] = { family: may(), address: may(operand), device: may(operand) }

/** What statements have, what of it they must have, and what of it can be wrong. */
const forms: Forms = {
  match: { left: must(operand), op: must(), right: must(operand), mask: may(operand) },
  counter: { packets: may(), bytes: may() },
  limit: { rate: must(), of: must(), per: must(), burst: may(), over: may() },
  quota: { bytes: must(), over: may(), used: may() },
  connections: { count: must(), over: may() },
  last: { used: may() },
  log: {
    prefix: may(),
    group: may(),
    snaplen: may(),
    queueThreshold: may(),
    level: may(word('level of the log', Object.keys(logLevels))),
    flags: flags('flag of the log', { ...logFlags, all: true })
  },
  reject: { with: may(), code: may() },
  snat: translation,
  dnat: translation,
  masquerade: translation,
  redirect: translation,
  tproxy: { family: may(), address: may(operand), port: may(operand) },
  dup: copy,
  fwd: copy,
  queue: { number: must(operand), flags: flags('flag of a queue', queueFlags) },
  synproxy: { mss: may(), wscale: may(), timestamp: may(), sackPerm: may() },
  meter: { name: must(), size: may(), key: must(operand), timeout: may(), of: must() },
  verdict: { verdict: must(), chain: may(), rules: may() },
  verdicts: { key: must(operand), map: must(operand) },
  set: { name: must(), value: must(operand) },
  object: { object: must(), name: must(operand) },
  notrack: {},
  flow: { flowtable: must() },
  add: change,
  update: change,
  delete: change,
  reset: { option: must() },
  xt: { xt: must(), name: must(), revision: must(), info: must() },
  unknown: { expression: may(), data: may() }
}

interface Asked {
  readonly all: ReadonlyArray<string>
  readonly needs: ReadonlyArray<string>
  readonly checks: { readonly [member: string]: Check }
}

/** The same, as it is looked at; put together once, as there may be many rules. */
const asked = Object.fromEntries(
  Object.entries<{ readonly [name: string]: Member }>(forms).map(([statement, form]): [string, Asked] => {
    const members = Object.entries(form)
    return [
      statement,
      {
        all: ['statement', ...Object.keys(form)],
        needs: members.flatMap(([name, { needed }]) => (needed ? [name] : [])),
        checks: Object.fromEntries(members.map(([name, { check }]) => [name, check]))
      }
    ]
  })
) as { readonly [Word in Statement['statement']]: Asked }

const statementWord = word('statement', Object.keys(forms))

/** Why a statement of values is none, if it is none: who has no types may give anything. */
export const wrongStatement = (given: unknown): string | undefined => {
  const fault =
    description(given) ?? lackIn(given, ['statement']) ?? faultIn(given, { statement: statementWord })
  if (fault !== undefined) return faultText(fault)
  const { statement } = given as Statement
  const { all, needs, checks } = asked[statement]
  const inside = strayIn(given, all) ?? lackIn(given, needs) ?? faultIn(given, checks)
  return inside === undefined ? undefined : `${statement}: ${faultText(inside)}`
}
