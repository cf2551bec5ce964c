import { NLM_F } from '../../../protocol/netlink/header'
import { NFT_CHAIN } from '../../../protocol/nftables/chain'
import type { Verdict as WireVerdict } from '../../../protocol/nftables/data'
import { NFT_SET } from '../../../protocol/nftables/set'
import { message } from '../../socket/message'
import { stateful } from '../expression/stateful'
import { verdictData } from '../expression/verdict'
import { familyHeader } from '../family'
import { freshId } from '../id'
import { type Kind, kindsOf } from '../kind'
import {
  elementKeysOf,
  isSpan,
  type Layout,
  layoutAttributes,
  layoutUserdata,
  portions,
  wireElements
} from '../layout'
import type { Element, Elements, Meter, Rule, Verdict } from '../syntax'
import { ownKinds } from '../typeof'
import { elementData } from './element'
import { fail, orFail, type Program } from './program'

/** Makes a set of a rule's own: its name and id. */
export const ownSet = (
  program: Program,
  { elements }: Elements,
  key: ReadonlyArray<Kind>,
  shift: number,
  data?: Layout['data']
): { readonly set: string; readonly setId: number; readonly layout: Layout } => {
  const interval = elements.some(each => isSpan(each.key))
  const dataInterval = elements.some(
    each => each.data !== undefined && 'kind' in each.data && isSpan(each.data)
  )
  const layout: Layout = {
    key,
    interval,
    ...(data === undefined ? { merge: true } : { data }),
    ...(dataInterval && { dataInterval })
  }
  const setId = freshId()
  const set = data === undefined ? '__set%d' : '__map%d'
  const { concat, flags, ...attributes } = layoutAttributes(layout)
  program.before.push(
    message('NFT_MSG_NEWSET', NLM_F.REQUEST | NLM_F.CREATE, {
      header: familyHeader(program.ref),
      attributes: {
        table: program.ref.table,
        name: set,
        flags: flags | NFT_SET.ANONYMOUS | NFT_SET.CONSTANT,
        ...attributes,
        ...((concat !== undefined || !interval) && {
          desc: {
            ...(concat !== undefined && { concat }),
            ...(!interval && { size: elements.length })
          }
        }),
        id: setId,
        userdata: layoutUserdata({ ...layout, key: ownKinds(key) })
      }
    })
  )
  addElements(program, set, setId, layout, elements, shift)
  return { set, setId, layout }
}

const addElements = (
  program: Program,
  set: string,
  setId: number,
  layout: Layout,
  elements: ReadonlyArray<Element>,
  shift: number
): undefined => {
  const { ref, indexOf } = program
  const keys = orFail(program, elementKeysOf(layout, elements, indexOf), [])
  const wire = wireElements(
    layout,
    keys,
    ({ data }) => elementData(layout, data, indexOf, verdict => ruleVerdict(program, verdict)),
    ({ statements = [] }) => statements.map(stateful),
    shift
  )
  for (const portion of portions(orFail(program, wire, [])))
    program.before.push(
      message('NFT_MSG_NEWSETELEM', NLM_F.REQUEST | NLM_F.CREATE, {
        header: familyHeader(ref),
        attributes: { table: ref.table, set, setId, elements: portion }
      })
    )
}

/** How many keys a meter has that does not say. */
const mostMetered = 65_535

/** Makes the set that a meter keeps its keys in: its id. */
export const ownMeter = (program: Program, { name, size = mostMetered, key, timeout }: Meter): number => {
  const kinds = kindsOf(key)
  const setId = freshId()
  const { flags, ...attributes } = layoutAttributes({ key: kinds, interval: false })
  program.before.push(
    message('NFT_MSG_NEWSET', NLM_F.REQUEST | NLM_F.CREATE, {
      header: familyHeader(program.ref),
      attributes: {
        table: program.ref.table,
        name,
        flags: flags | NFT_SET.ANONYMOUS | NFT_SET.EVAL | (timeout === undefined ? 0 : NFT_SET.TIMEOUT),
        ...attributes,
        desc: { size },
        id: setId,
        userdata: layoutUserdata({ key: ownKinds(kinds), interval: false })
      }
    })
  )
  return setId
}

/** A verdict of a rule, which may lead to a chain of its own. */
export const ruleVerdict = (program: Program, verdict: Verdict): WireVerdict =>
  verdictData(verdict, rules => ownChain(program, rules))

/** Makes a chain that belongs to a rule: its id. */
const ownChain = (program: Program, rules: ReadonlyArray<Rule>): number => {
  const { ref, before, compileInner } = program
  const chainId = freshId()
  before.push(
    message('NFT_MSG_NEWCHAIN', NLM_F.REQUEST | NLM_F.CREATE, {
      header: familyHeader(ref),
      attributes: { table: ref.table, id: chainId, flags: NFT_CHAIN.BINDING }
    })
  )
  for (const rule of rules) {
    const compiled = compileInner(rule)
    if (compiled.fault !== undefined) fail(program, compiled.fault)
    before.push(
      ...compiled.before,
      message('NFT_MSG_NEWRULE', NLM_F.REQUEST | NLM_F.CREATE | NLM_F.APPEND, {
        header: familyHeader(ref),
        attributes: {
          table: ref.table,
          chainId,
          expressions: compiled.expressions,
          ...(rule.comment !== undefined && { userdata: { comment: rule.comment } })
        }
      })
    )
  }
  return chainId
}
