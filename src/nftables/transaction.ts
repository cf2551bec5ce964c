import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import type { NetlinkError } from '../socket/error'
import { message } from '../socket/message'
import type { Request } from '../socket/request'
import type { SendOptions, Session } from '../socket/session'

/** NFNL_SUBSYS_NFTABLES, which a batch's ends carry. <linux/netfilter/nfnetlink.h> */
const subsystem = 10

export interface TransactionOptions {
  /**
   * The generation that the changes were made for. If anybody has changed the ruleset since, the kernel refuses them
   * all (ERESTART). Default: whatever is there.
   */
  readonly generation?: number
  /** What to do about an errno, in the words of whoever asks. */
  readonly hints?: { readonly [code: string]: string }
}

/** Changes of the ruleset, all together or none: `nft -f`. */
export const transaction = (
  changes: ReadonlyArray<Message>,
  { generation, hints }: TransactionOptions = {}
): Request<void> => ({
  operation: 'nftables.transaction',
  protocol: 'netfilter',
  answering: 'transaction',
  links: [],
  namespaces: [],
  messages: () =>
    E.right([
      message('NFNL_MSG_BATCH_BEGIN', NLM_F.REQUEST, {
        header: { resId: subsystem },
        ...(generation !== undefined && { attributes: { genid: generation } })
      }),
      ...changes,
      message('NFNL_MSG_BATCH_END', NLM_F.REQUEST, { header: { resId: subsystem } })
    ]),
  read: () => undefined,
  fields: {},
  hints: {
    ERESTART: 'somebody changed the ruleset since; read it again and compute the changes anew',
    ...hints
  }
})

/** The number of the ruleset's generation in the namespace: each transaction, whosever, raises it. */
export const generation: Request<number> = {
  operation: 'nftables.generation',
  protocol: 'netfilter',
  answering: 'single',
  links: [],
  namespaces: [],
  messages: () => E.right([message('NFT_MSG_GETGEN', NLM_F.REQUEST, {})]),
  read: answers =>
    answers.flatMap(answer =>
      answer.type === 'NFT_MSG_NEWGEN' && answer.attributes.id !== undefined ? [answer.attributes.id] : []
    )[0] ?? 0,
  fields: {}
}

export interface ModifyOptions extends TransactionOptions, SendOptions {
  /** How often it is tried again when others change the ruleset meanwhile. Default 20. */
  readonly retries?: number
}

/**
 * Reads, computes and writes as if nobody else did: when the ruleset changed between `compute`, which reads what it
 * needs and gives the changes, and the transaction, both are done again. No change at all is no transaction.
 */
export const modify =
  <E>(compute: TE.TaskEither<E, ReadonlyArray<Message>>, options: ModifyOptions = {}) =>
  ({ send }: Pick<Session, 'send'>): TE.TaskEither<E | NetlinkError, void> => {
    const { retries = 20, hints } = options
    const attempt = (left: number): TE.TaskEither<E | NetlinkError, void> =>
      pipe(
        send(generation, options),
        TE.chainW(read =>
          pipe(
            compute,
            TE.chainW(changes =>
              changes.length === 0
                ? TE.right<NetlinkError, void>(undefined)
                : pipe(
                    send(
                      transaction(changes, { generation: read, ...(hints !== undefined && { hints }) }),
                      options
                    ),
                    TE.orElseW(error =>
                      error._tag === 'Rejected' && error.code === 'ERESTART' && left > 0
                        ? attempt(left - 1)
                        : TE.left(error)
                    )
                  )
            )
          )
        )
      )
    return attempt(retries)
  }
