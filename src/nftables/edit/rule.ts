import * as E from 'fp-ts/Either'
import { NLM_F } from '../../../protocol/netlink/header'
import { NFT_RULE_COMPAT_F } from '../../../protocol/nftables/rule'
import { message } from '../../socket/message'
import { type Compiler, compiler } from '../compile'
import { parse, type SyntaxFault } from '../cursor'
import { protocolNumber } from '../datatype'
import { type Checks, faultIn, number32, text } from '../described'
import { familyHeader, type TableRef } from '../family'
import { freshId } from '../id'
import { type Place, placed, type Verb } from '../order'
import { wholeRule } from '../parser'
import { ruleText } from '../print'
import type { Rule } from '../syntax'
import { type Around, type Change, one, plain, unlessWrong, worded } from './change'
import { commentFault } from './comment'
import { mentionAll, nothingMentioned } from './mention'
import { handle, handleFault, placeText } from './name'
import { wrongStatement } from './statement'

/** A rule, or its text in the syntax of `nft`. */
export type RuleLike = Rule | E.Either<SyntaxFault, Rule> | string

/** Where a rule is to stand. Default: at the end, or at the beginning when it is inserted. */
export interface RulePlace {
  /** Beside the rule with this handle: behind it, or before it when it is inserted. ENOENT if there is none. */
  readonly position?: bigint
  /**
   * The same with the rule that has this place in the chain when the change has its turn; the first is 0. InvalidInput
   * if the chain has not as many.
   */
  readonly index?: number
}

const ruleOf = (given: RuleLike): E.Either<string, Rule> => {
  if (typeof given === 'string') return ruleOf(parse(wholeRule, [given]))
  if (typeof given !== 'object' || given === null) return E.left(`${given} is no rule`)
  if ('_tag' in given) return E.isLeft(given) ? E.left(given.left.message) : given
  if (!Array.isArray(given.statements) || given.statements.length === 0)
    return E.left('a rule has at least one statement: { statements: [ … ] }')
  for (const [n, statement] of given.statements.entries()) {
    const wrong = wrongStatement(statement)
    if (wrong !== undefined) return E.left(`statements.${n}: ${wrong}`)
  }
  return E.right(given)
}

/** One for each table of a transaction. */
const compilers = new WeakMap<Around, Map<TableRef, Compiler>>()

const compilerFor = (around: Around, ref: TableRef): Compiler => {
  const known = compilers.get(around) ?? new Map<TableRef, Compiler>()
  compilers.set(around, known)
  const { indexOf, layoutOf } = around
  const compile = known.get(ref) ?? compiler({ ref, indexOf, layoutOf: set => layoutOf(ref, set) })
  known.set(ref, compile)
  return compile
}

/** Matches and targets of iptables want to be told which protocol the rule is for. */
const compatOf = ({ statements }: Rule) => {
  if (!statements.some(({ statement }) => statement === 'xt')) return {}
  for (const statement of statements) {
    if (
      statement.statement !== 'match' ||
      statement.left.kind !== 'asked' ||
      statement.right.kind !== 'value'
    )
      continue
    if (!['meta l4proto', 'ip protocol', 'ip6 nexthdr'].includes(statement.left.name)) continue
    const flags = statement.op === '!=' ? NFT_RULE_COMPAT_F.INV : 0
    return { compat: { proto: protocolNumber(statement.right.value), flags } }
  }
  return { compat: { proto: 0, flags: 0 } }
}

const placeChecks: Checks<Place> = { position: handle, index: number32('place in a chain'), handle }

export const ruleChange = (
  ref: TableRef,
  chain: string,
  given: RuleLike,
  verb: Verb,
  place: Place
): Change => {
  const found = ruleOf(given)
  const kind = { verb, object: 'rule' } as const
  const where = `${placeText(ref)} ${chain}`
  const fault = faultIn({ chain }, { chain: text }) ?? faultIn(place, placeChecks)
  if (fault !== undefined) return plain(kind, where, () => E.left(fault))
  if (E.isLeft(found))
    return plain(kind, typeof given === 'string' ? `${where} ${given}` : where, () => E.left(found.left))
  const rule = found.right
  const mentioned = nothingMentioned()
  mentionAll([rule], mentioned)
  const flags = verb === 'replace' ? NLM_F.REPLACE : NLM_F.CREATE | (verb === 'add' ? NLM_F.APPEND : 0)
  return worded(kind, () => `${where} ${ruleText(rule)}`, {
    links: () => [...mentioned.links],
    uses: [...mentioned.sets].map(set => ({ ref, set })),
    ...(place.index !== undefined && { beside: { ref, chain } }),
    messages: around => {
      const compiled = compilerFor(around, ref)(rule)
      const fault = compiled.fault ?? commentFault(rule.comment)
      if (fault !== undefined) return E.left(fault)
      const where = placed(around.orderOf(ref, chain), verb, place, freshId())
      return E.isLeft(where)
        ? where
        : E.right([
            ...compiled.before,
            message('NFT_MSG_NEWRULE', NLM_F.REQUEST | flags, {
              header: familyHeader(ref),
              attributes: {
                table: ref.table,
                chain,
                ...where.right,
                expressions: compiled.expressions,
                ...compatOf(rule),
                ...(rule.comment !== undefined && { userdata: { comment: rule.comment } })
              }
            })
          ])
    }
  })
}

export const replaceRule = (ref: TableRef, chain: string, handle: bigint, rule: RuleLike): Change =>
  unlessWrong(handleFault(handle), ruleChange(ref, chain, rule, 'replace', { handle }))

export const removeRule = (ref: TableRef, chain: string, handle: bigint): Change =>
  unlessWrong(
    faultIn({ chain }, { chain: text }) ?? handleFault(handle),
    one({ verb: 'delete', object: 'rule' }, `${placeText(ref)} ${chain} handle ${handle}`, () =>
      message('NFT_MSG_DELRULE', NLM_F.REQUEST, {
        header: familyHeader(ref),
        attributes: { table: ref.table, chain, handle }
      })
    )
  )
