import { VERDICT, type Verdict as WireVerdict } from '../../../protocol/nftables/data'
import type { Rule, Verdict } from '../syntax'

const plainNumbers = {
  accept: VERDICT.ACCEPT,
  drop: VERDICT.DROP,
  continue: VERDICT.CONTINUE,
  return: VERDICT.RETURN
} as const

export type PlainVerdict = keyof typeof plainNumbers

/** Verdicts that lead to no other chain. */
export const plainVerdicts = Object.keys(plainNumbers) as ReadonlyArray<PlainVerdict>

const plainNames: ReadonlyMap<number | undefined, PlainVerdict> = new Map(
  plainVerdicts.map(name => [plainNumbers[name], name])
)

/** A verdict as the kernel has it; `ownChain` gives the id of a chain with these rules, if there can be one. */
export const verdictData = (
  verdict: Verdict,
  ownChain?: (rules: ReadonlyArray<Rule>) => number
): WireVerdict => {
  if (verdict.verdict !== 'jump' && verdict.verdict !== 'goto') return { code: plainNumbers[verdict.verdict] }
  const code = verdict.verdict === 'jump' ? VERDICT.JUMP : VERDICT.GOTO
  if ('chain' in verdict) return { code, chain: verdict.chain }
  return { code, ...(ownChain !== undefined && { chainId: ownChain(verdict.rules) }) }
}

/** The verdict that the kernel tells of; `ownRules` are those of a chain that belongs to a rule, undefined for others. */
export const verdictOf = (
  { code, chain = '' }: WireVerdict,
  ownRules?: (chain: string) => ReadonlyArray<Rule> | undefined
): Verdict => {
  if (code !== VERDICT.JUMP && code !== VERDICT.GOTO) return { verdict: plainNames.get(code) ?? 'continue' }
  const verdict = code === VERDICT.JUMP ? 'jump' : 'goto'
  const rules = ownRules?.(chain)
  return rules === undefined ? { verdict, chain } : { verdict, rules }
}
