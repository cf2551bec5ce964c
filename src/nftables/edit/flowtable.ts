import * as E from 'fp-ts/Either'
import { NF_NETDEV } from '../../../protocol/nftables/chain'
import { NFT_FLOWTABLE } from '../../../protocol/nftables/flowtable'
import { message } from '../../socket/message'
import { type Checks, lackIn, list, text, yes } from '../described'
import { familyHeader, type TableRef } from '../family'
import { priority, priorityOf } from '../priority'
import type { Flowtable } from '../table'
import type { Change } from './change'
import { create, making } from './creation'
import { removal } from './removal'

type NewFlowtable = Omit<Flowtable, 'hook' | 'handle'>

const flowtableChecks: Checks<Omit<NewFlowtable, 'name'>> = {
  priority,
  devices: list(text),
  offload: yes,
  counter: yes
}

export const addFlowtable = (ref: TableRef, given: NewFlowtable): Change =>
  making('flowtable', ref, given?.name, given, flowtableChecks, () => ({
    messages: () => {
      const { name, priority, devices, offload, counter } = given
      const lacking = lackIn(given, ['priority', 'devices'])
      if (lacking !== undefined) return E.left(lacking)
      const value = priorityOf('netdev', priority)
      if (value === undefined)
        return E.left({
          field: 'priority',
          reason: `${priority} is neither a number nor filter, filter - 5`
        })
      return E.right([
        message('NFT_MSG_NEWFLOWTABLE', create, {
          header: familyHeader(ref),
          attributes: {
            table: ref.table,
            name,
            hook: { num: NF_NETDEV.INGRESS, priority: value, devs: { name: devices } },
            flags:
              (offload === true ? NFT_FLOWTABLE.HW_OFFLOAD : 0) |
              (counter === true ? NFT_FLOWTABLE.COUNTER : 0)
          }
        })
      ])
    }
  }))

export const removeFlowtable = (ref: TableRef, name: string): Change =>
  removal(ref, 'flowtable', name, 'NFT_MSG_DELFLOWTABLE', { name })
