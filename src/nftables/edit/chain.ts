import * as E from 'fp-ts/Either'
import { NLM_F } from '../../../protocol/netlink/header'
import { VERDICT } from '../../../protocol/nftables/data'
import { message } from '../../socket/message'
import { type Checks, list, text, word } from '../described'
import { familyHeader, type TableRef } from '../family'
import { hooksOf } from '../hook'
import { priority, priorityOf } from '../priority'
import type { ChainHook } from '../table'
import { type Change, one, unlessWrong } from './change'
import { create, making } from './creation'
import { handleFault, nameFault, newNameFault, placeText } from './name'
import { removal } from './removal'

/** What a chain is to be: one without a `hook` is for rules to jump to. */
export type ChainOptions = Partial<ChainHook> & {
  /** Of 128 bytes at most. */
  readonly comment?: string
}

const chainChecks: Checks<ChainHook> = {
  type: word('type of a chain', ['filter', 'nat', 'route']),
  hook: text,
  priority,
  policy: word('policy of a chain', ['accept', 'drop']),
  devices: list(text)
}

/** What only base chains have. */
const hooked = ['type', 'priority', 'devices'] as const

export const addChain = (ref: TableRef, name: string, given: ChainOptions): Change =>
  making('chain', ref, name, given, chainChecks, () => ({
    messages: () => {
      const { comment, type, hook, priority, policy, devices } = given
      const hooks: { readonly [hook: string]: number } = hooksOf(ref.family)
      const number = hook !== undefined && Object.hasOwn(hooks, hook) ? hooks[hook] : undefined
      if (hook !== undefined && number === undefined)
        return E.left({
          field: 'hook',
          reason: `${hook} is none of family ${ref.family}: ${Object.keys(hooks).join(', ')}`
        })
      const idle = hook === undefined ? hooked.find(field => given[field] !== undefined) : undefined
      if (idle !== undefined) return E.left({ field: idle, reason: 'is for chains with a hook' })
      const value = priority === undefined ? 0 : priorityOf(ref.family, priority, number)
      if (value === undefined)
        return E.left({
          field: 'priority',
          reason: `${priority} is neither a number nor a name that hook ${hook} has: filter, or filter - 5`
        })
      const [only] = devices ?? []
      return E.right([
        message('NFT_MSG_NEWCHAIN', create, {
          header: familyHeader(ref),
          attributes: {
            table: ref.table,
            name,
            ...(number !== undefined && {
              hook: {
                hooknum: number,
                priority: value,
                ...(devices !== undefined && devices.length === 1 && only !== undefined && { dev: only }),
                ...(devices !== undefined && devices.length > 1 && { devs: { name: devices } })
              },
              type: type ?? 'filter'
            }),
            ...(policy !== undefined && { policy: policy === 'drop' ? VERDICT.DROP : VERDICT.ACCEPT }),
            ...(comment !== undefined && { userdata: { comment } })
          }
        })
      ])
    }
  }))

export const renameChain = (ref: TableRef, handle: bigint, name: string): Change =>
  unlessWrong(
    handleFault(handle) ?? newNameFault(name),
    one({ verb: 'rename', object: 'chain' }, `${placeText(ref)} handle ${handle} ${name}`, () =>
      message('NFT_MSG_NEWCHAIN', NLM_F.REQUEST, {
        header: familyHeader(ref),
        attributes: { table: ref.table, handle, name }
      })
    )
  )

export const flushChain = (ref: TableRef, name: string): Change =>
  unlessWrong(
    nameFault(name),
    one({ verb: 'flush', object: 'chain' }, `${placeText(ref)} ${name}`, () =>
      message('NFT_MSG_DELRULE', NLM_F.REQUEST, {
        header: familyHeader(ref),
        attributes: { table: ref.table, chain: name }
      })
    )
  )

export const removeChain = (ref: TableRef, name: string): Change =>
  removal(ref, 'chain', name, 'NFT_MSG_DELCHAIN', { name })
