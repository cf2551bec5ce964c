import * as E from 'fp-ts/Either'
import { NLM_F } from '../../../protocol/netlink/header'
import { message } from '../../socket/message'
import { type Checks, faultIn, list, word } from '../described'
import { families, familyHeader, type TableRef } from '../family'
import { bitsOf, tableFlags } from '../flag'
import { type Change, one, unlessWrong } from './change'
import { create, making } from './creation'
import { family, placeText, refFault } from './name'

/** What a table has of its own. */
export interface NewTable {
  /** Of 128 bytes at most. */
  readonly comment?: string
  /**
   * `dormant`: its chains see no packets. `owner`: only the connection that made it can change it, and it goes with
   * that. `persist`: it stays without its owner. Default none. NFT_TABLE_F_* of <linux/netfilter/nf_tables.h>
   */
  readonly flags?: ReadonlyArray<'dormant' | 'owner' | 'persist'>
}

const tableChecks: Checks<Omit<NewTable, 'comment'>> = {
  flags: list(word('flag of a table', Object.keys(tableFlags)))
}

export const addTable = (ref: TableRef, given: NewTable): Change =>
  unlessWrong(
    refFault(ref),
    making('table', ref, ref.table, given, tableChecks, () => ({
      messages: () => {
        const { comment, flags = [] } = given
        return E.right([
          message('NFT_MSG_NEWTABLE', create, {
            header: familyHeader(ref),
            attributes: {
              name: ref.table,
              flags: bitsOf(tableFlags, flags),
              ...(comment !== undefined && { userdata: { comment } })
            }
          })
        ])
      }
    }))
  )

export const flushTable = (ref: TableRef): Change =>
  one({ verb: 'flush', object: 'table' }, placeText(ref), () =>
    message('NFT_MSG_DELRULE', NLM_F.REQUEST, { header: familyHeader(ref), attributes: { table: ref.table } })
  )

export const removeTable = (ref: TableRef): Change =>
  one({ verb: 'delete', object: 'table' }, placeText(ref), () =>
    message('NFT_MSG_DELTABLE', NLM_F.REQUEST, { header: familyHeader(ref), attributes: { name: ref.table } })
  )

/** Tables of a family, or of all. */
export const flushRuleset = (given?: TableRef['family']): Change =>
  unlessWrong(
    faultIn({ family: given }, { family }),
    one({ verb: 'flush', object: 'ruleset' }, given ?? '', () =>
      message('NFT_MSG_DELTABLE', NLM_F.REQUEST, {
        header: { nfgenFamily: given === undefined ? 0 : families[given] }
      })
    )
  )
