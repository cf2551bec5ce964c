import type { Expression } from '../../../protocol/nftables/expression'
import type { Reading } from '../content'
import { verdictOf } from '../expression/verdict'
import type { Family } from '../family'
import type { Base } from '../header'
import type { Statement } from '../syntax'
import type { Held } from './held'
import type { Surroundings } from './surroundings'

/** A statement that may turn out to say nothing more than one behind it. */
export interface Dependency {
  readonly at: number
  readonly name: string
  readonly value: number
}

/** How far the expressions of a rule have been read. */
export interface Program {
  readonly family: Family
  /** Packets of more than one family come through. */
  readonly mixed: boolean
  readonly setOf: Surroundings['setOf']
  readonly reading: Reading
  /** By the index of the first four bytes. */
  readonly registers: Map<number, Held>
  /** With gaps where something goes without saying. */
  readonly statements: Array<Statement | undefined>
  dependencies: { [base in Base]?: Dependency }
  /** The headers of the packet, by their names, as far as something tells of them. */
  link: string | undefined
  network: string | undefined
  transport: string | undefined
  icmpType: number | undefined
}

const mixed: ReadonlySet<Family> = new Set<Family>(['inet', 'bridge', 'netdev'])

/** Before the first expression. */
export const begun = ({ family, setOf, ownRules, interfaces }: Surroundings): Program => ({
  family,
  mixed: mixed.has(family),
  setOf,
  reading: { interfaces, verdict: given => verdictOf(given, ownRules) },
  registers: new Map(),
  statements: [],
  dependencies: {},
  link: family === 'bridge' ? 'ether' : undefined,
  network: family === 'ip' || family === 'ip6' || family === 'arp' ? family : undefined,
  transport: undefined,
  icmpType: undefined
})

/** What was said stays, whatever comes behind it. */
export const forget = (program: Program): undefined => {
  program.dependencies = {}
}

export const push = (program: Program, statement: Statement): undefined => {
  program.statements.push(statement)
  if (statement.statement === 'match' || statement.statement === 'verdicts') return
  // What was said before something is done, is said for that too.
  forget(program)
}

/** An expression that nothing in the language stands for, as it is. */
export const unknown = (program: Program, { name, data }: Expression): undefined =>
  push(program, { statement: 'unknown', expression: name ?? '', data: data ?? {} })
