import * as E from 'fp-ts/Either'
import type { Message } from '../../../protocol'
import { NLM_F } from '../../../protocol/netlink/header'
import type { Chain } from '../../../protocol/nftables/chain'
import type { Rule } from '../../../protocol/nftables/rule'
import type { NftSet } from '../../../protocol/nftables/set'
import type { Table } from '../../../protocol/nftables/table'
import { families, type TableRef, table } from '../../nftables'
import { message } from '../../socket/message'
import { type ListRequest, listing, type Request } from '../../socket/request'

const dump = <A>(
  operation: string,
  request: Message,
  entries: (answer: Message) => ReadonlyArray<A>
): ListRequest<A> =>
  listing({
    operation,
    protocol: 'netfilter',
    messages: () => E.right([request]),
    entries,
    fields: {}
  })

/** The chains of all tables, as the kernel has them. */
export const chains: ListRequest<Chain> = dump(
  'nftables.chains',
  message('NFT_MSG_GETCHAIN', NLM_F.REQUEST | NLM_F.DUMP, {}),
  answer => (answer.type === 'NFT_MSG_NEWCHAIN' ? [answer as Chain] : [])
)

const inTable = ({ family, table }: TableRef) => ({
  header: { nfgenFamily: families[family] },
  attributes: { table }
})

/** The rules of a table, in order. */
export const rulesOf = (ref: TableRef): ListRequest<Rule> =>
  dump('nftables.rules', message('NFT_MSG_GETRULE', NLM_F.REQUEST | NLM_F.DUMP, inTable(ref)), answer =>
    answer.type === 'NFT_MSG_NEWRULE' ? [answer as Rule] : []
  )

/** The sets of a table, without their elements. */
export const setsOf = (ref: TableRef): ListRequest<NftSet> =>
  dump('nftables.sets', message('NFT_MSG_GETSET', NLM_F.REQUEST | NLM_F.DUMP, inTable(ref)), answer =>
    answer.type === 'NFT_MSG_NEWSET' ? [answer as NftSet] : []
  )

/** A table with its flags: ENOENT if there is none. */
export const tableAsTold = (ref: TableRef): Request<Table | undefined> => ({
  ...table(ref),
  read: answers => answers.flatMap(each => (each.type === 'NFT_MSG_NEWTABLE' ? [each as Table] : []))[0]
})
