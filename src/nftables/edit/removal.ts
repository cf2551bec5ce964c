import type { Message } from '../../../protocol'
import { NLM_F } from '../../../protocol/netlink/header'
import { message } from '../../socket/message'
import { familyHeader, type TableRef } from '../family'
import { type Change, type ChangeKind, one, unlessWrong } from './change'
import { nameFault, placeText } from './name'

/** `nft delete` of what is in a table and has a name. */
export const removal = (
  ref: TableRef,
  object: ChangeKind['object'],
  name: string,
  type: Message['type'],
  attributes: object
): Change =>
  unlessWrong(
    nameFault(name),
    one({ verb: 'delete', object }, `${placeText(ref)} ${name}`, () =>
      message(type, NLM_F.REQUEST, {
        header: familyHeader(ref),
        attributes: { table: ref.table, ...attributes }
      } as never)
    )
  )
