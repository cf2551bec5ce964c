import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Message } from '../../../protocol'
import { NLM_F } from '../../../protocol/netlink/header'
import { NF_INET } from '../../../protocol/nftables/chain'
import type { Rule } from '../../../protocol/nftables/rule'
import type { NamespaceRef } from '../../namespace/reference'
import { accept, equal, families, iifname, oifname, type Statement } from '../../nftables'
import { message } from '../../socket/message'
import type { World } from '../world'
import { type Base, basesOf, type ForeignError, type ForeignSpot, fates, tablesOf } from './foreign'
import type { Packet } from './packet'
import { rulesOf } from './ruleset'
import { change } from './table'

/** Packets on their way through the host: at a hook, as the network's or, in family bridge, as frames of a link. */
export interface Flow extends Packet {
  readonly hook: 'input' | 'forward' | 'output'
}

const hooks = { input: NF_INET.LOCAL_IN, forward: NF_INET.FORWARD, output: NF_INET.LOCAL_OUT } as const

/** Chains where somebody may drop what we want to pass; what is rewritten is not dropped. */
const filters = ({ chain: { attributes } }: Base): boolean =>
  attributes.type !== 'nat' && Object.values<number | undefined>(hooks).includes(attributes.hook?.hooknum)

const isFrame = ({ ibrname: from, obrname: to }: Flow): boolean => from !== undefined || to !== undefined

const meets = ({ ref, chain }: Base, flow: Flow): boolean =>
  chain.attributes.hook?.hooknum === hooks[flow.hook] && (ref.family === 'bridge') === isFrame(flow)

/** What of other firewalls would drop each of the flows: rules and policies; nothing for those that pass. */
export const hindrances = (
  world: World,
  namespace: NamespaceRef | undefined,
  flows: ReadonlyArray<Flow>
): TE.TaskEither<ForeignError, ReadonlyArray<ReadonlyArray<ForeignSpot>>> =>
  pipe(
    basesOf(world, namespace, base => filters(base) && flows.some(flow => meets(base, flow))),
    TE.chain(bases =>
      fates(world, namespace, bases, flows, (ending, base, flow) => {
        if (ending.verdict !== 'drop' || !meets(base, flow)) return undefined
        const { verdict: _, ...spot } = ending
        return { ref: base.ref, ...spot }
      })
    )
  )

/** How our rules in other tables are known. iptables prints it with `-m comment`. */
const commentOf = (owner: string): string => `isolink ${owner}`

const selectors = { iifname, oifname }

/** What is let through: what comes in by a link, or leaves by one, or both. */
export type Exception = { readonly [S in keyof typeof selectors]?: string }

const statementsOf = (exception: Exception): ReadonlyArray<Statement> => [
  ...Object.entries(selectors).flatMap(([key, selector]) => {
    const name = exception[key as keyof Exception]
    return name === undefined ? [] : [equal(selector, name)]
  }),
  { text: 'counter', expressions: [{ name: 'counter', data: {} }] },
  accept
]

/**
 * A rule right before what would drop the packets: all that the administrator decides earlier still holds. Of a policy,
 * that is the end of the chain.
 */
export const exceptionChange = (
  { ref: { family, table }, chain, handle }: ForeignSpot,
  exception: Exception,
  owner: string
): Message =>
  message('NFT_MSG_NEWRULE', NLM_F.REQUEST | NLM_F.CREATE | (handle === undefined ? NLM_F.APPEND : 0), {
    header: { nfgenFamily: families[family] },
    attributes: {
      table,
      chain,
      ...(handle !== undefined && { position: handle }),
      expressions: statementsOf(exception).flatMap(({ expressions }) => expressions),
      userdata: { comment: commentOf(owner) }
    }
  })

/** A rule of ours in a table of somebody else's. */
interface OwnException {
  readonly owner: string
  readonly removal: Message
}

const ownerOf = ({ attributes: { userdata } }: Rule): string | undefined =>
  userdata?.comment?.startsWith(commentOf('')) === true
    ? userdata.comment.slice(commentOf('').length)
    : undefined

/** Our rules in other tables, wherever they are by now, whose owners pass. */
export const exceptions = (
  world: World,
  namespace: NamespaceRef | undefined,
  passes: (owner: string) => boolean
): TE.TaskEither<ForeignError, ReadonlyArray<OwnException>> =>
  pipe(
    basesOf(world, namespace, filters),
    TE.map(tablesOf),
    TE.chain(
      TE.traverseArray(ref =>
        pipe(
          world.send(rulesOf(ref), namespace),
          TE.map(rules =>
            rules.flatMap((rule): ReadonlyArray<OwnException> => {
              const owner = ownerOf(rule)
              const { chain, handle } = rule.attributes
              if (owner === undefined || !passes(owner)) return []
              const removal = message('NFT_MSG_DELRULE', NLM_F.REQUEST, {
                header: { nfgenFamily: families[ref.family] },
                attributes: { table: ref.table, chain, handle }
              })
              return [{ owner, removal }]
            })
          )
        )
      )
    ),
    TE.map(found => found.flat())
  )

/** Removes our rules whose owners pass from other tables. */
export const removeExceptions = (
  world: World,
  namespace: NamespaceRef | undefined,
  passes: (owner: string) => boolean
): TE.TaskEither<ForeignError, void> =>
  change(
    { world, namespace },
    pipe(
      exceptions(world, namespace, passes),
      TE.map(found => found.map(({ removal }) => removal))
    )
  )
