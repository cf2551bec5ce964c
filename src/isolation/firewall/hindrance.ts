import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Message } from '../../../protocol'
import { NLM_F } from '../../../protocol/netlink/header'
import { NF_INET } from '../../../protocol/nftables/chain'
import type { NamespaceRef } from '../../namespace/reference'
import { accept, equal, families, iifname, oifname, type Statement, transaction } from '../../nftables'
import type { NetlinkError } from '../../socket/error'
import { message } from '../../socket/message'
import type { World } from '../world'
import { type Base, basesOf, type ForeignSpot, fates, rulesOf, tablesOf } from './foreign'
import type { Packet } from './packet'

/** Packets that are forwarded. */
export interface Flow extends Packet {
  readonly iifname: string
  readonly oifname: string
  readonly state: 'new' | 'established'
}

/** The chains that forwarded packets pass. */
const isForward = ({ ref, chain }: Base): boolean =>
  chain.attributes.hook?.hooknum === NF_INET.FORWARD && ['ip', 'ip6', 'inet'].includes(ref.family)

/** What of other firewalls would drop each of the flows: rules and policies; nothing for those that pass. */
export const hindrances = (
  world: World,
  namespace: NamespaceRef | undefined,
  flows: ReadonlyArray<Flow>
): TE.TaskEither<NetlinkError, ReadonlyArray<ReadonlyArray<ForeignSpot>>> =>
  pipe(
    basesOf(world, namespace, isForward),
    TE.chain(bases =>
      fates(world, namespace, bases, flows, (ending, { ref }) => {
        if (ending.verdict !== 'drop') return undefined
        const { verdict: _, ...spot } = ending
        return { ref, ...spot }
      })
    )
  )

/** How our rules in other tables are known. iptables prints it with `-m comment`. */
const commentOf = (owner: string): string => `isolink ${owner}`

/** What is let through: what comes in by the one link and leaves by the other, or whatever leaves by that. */
export interface Exception {
  readonly iifname?: string
  readonly oifname: string
}

const statementsOf = ({ iifname: from, oifname: to }: Exception): ReadonlyArray<Statement> => [
  ...(from === undefined ? [] : [equal(iifname, from)]),
  equal(oifname, to),
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

/** Removes our rules from other tables, wherever they are by now. */
export const removeExceptions = (
  world: World,
  namespace: NamespaceRef | undefined,
  owner: string
): TE.TaskEither<NetlinkError, void> =>
  pipe(
    basesOf(world, namespace, isForward),
    TE.map(tablesOf),
    TE.chain(
      TE.traverseArray(ref =>
        pipe(
          world.send(rulesOf(ref), namespace),
          TE.map(rules =>
            rules
              .filter(({ attributes }) => attributes.userdata?.comment === commentOf(owner))
              .map(({ attributes: { chain, handle } }) =>
                message('NFT_MSG_DELRULE', NLM_F.REQUEST, {
                  header: { nfgenFamily: families[ref.family] },
                  attributes: { table: ref.table, chain, handle }
                })
              )
          )
        )
      )
    ),
    TE.map(changes => changes.flat()),
    TE.chain(changes =>
      changes.length === 0 ? TE.right(undefined) : world.send(transaction(changes), namespace)
    )
  )
