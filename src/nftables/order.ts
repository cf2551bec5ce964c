import * as E from 'fp-ts/Either'
import type { Message } from '../../protocol'
import type { ListRequest } from '../socket/request'
import { families, familyName, type TableRef } from './family'
import { dumpOf } from './ruleset'

/** A rule beside which another can stand: by its handle, or by the id that it was given in this batch. */
export type RuleName = { readonly position: bigint } | { readonly positionId: number }

/** Where a rule is to stand. */
export interface Place {
  readonly position?: bigint
  readonly index?: number
  readonly handle?: bigint
}

export type Verb = 'add' | 'insert' | 'replace'

const placeOf = (order: ReadonlyArray<RuleName>, handle: bigint): number =>
  order.findIndex(each => 'position' in each && each.position === handle)

/** What tells the kernel where a rule is to stand; in the order of its chain, if that is known, it then stands there. */
export const placed = (
  order: Array<RuleName> | undefined,
  verb: Verb,
  { index, ...place }: Place,
  id: number
): E.Either<string, object> => {
  if (order === undefined) return E.right(place)
  const name = index === undefined ? undefined : order[index]
  if (index !== undefined && name === undefined)
    return E.left(`the chain has no rule ${index}: it has ${order.length}, and the first is 0`)
  const beside = index ?? placeOf(order, place.position ?? place.handle ?? 0n)
  const anywhere = verb === 'add' ? order.length : 0
  const at = beside < 0 ? anywhere : verb === 'add' ? beside + 1 : beside
  order.splice(at, verb === 'replace' ? 1 : 0, { positionId: id })
  return E.right({ ...place, ...name, id })
}

/** Chains whose rules are known in their order, by their names. */
type Orders = ReadonlyMap<string, Array<RuleName>>

export const chainKey = ({ family, table }: TableRef, chain: string): string => `${family} ${table} ${chain}`

/** Rules whose chain, table or family a message empties or removes are gone, and so is one that it removes by itself. */
export const leave = (orders: Orders, message: Message): void => {
  if (message.type === 'NFT_MSG_DELTABLE') {
    const { name, handle } = message.attributes
    if (handle === undefined) leaveAll(orders, [familyOf(message), name])
  } else if (message.type === 'NFT_MSG_DELCHAIN') {
    const { table, name, handle } = message.attributes
    if (handle === undefined) leaveAll(orders, [familyOf(message), table, name])
  } else if (message.type === 'NFT_MSG_DELRULE') {
    const { table, chain, handle } = message.attributes
    const where = [familyOf(message), table, chain]
    if (handle === undefined) leaveAll(orders, where)
    else leaveOne(orders.get(where.join(' ')), handle)
  }
}

const familyOf = ({ header }: { readonly header: { readonly nfgenFamily?: number } }): string | undefined =>
  (header.nfgenFamily ?? 0) === 0 ? undefined : familyName(header.nfgenFamily ?? 0)

/** What is not said means all that there are. */
const leaveAll = (orders: Orders, where: ReadonlyArray<string | undefined>): void => {
  const wanted = where.map(each => each ?? '')
  for (const [key, order] of orders) {
    const names = key.split(' ')
    if (wanted.every((each, n) => each === '' || each === names[n])) order.splice(0)
  }
}

const leaveOne = (order: Array<RuleName> | undefined, handle: bigint): void => {
  const at = order === undefined ? -1 : placeOf(order, handle)
  if (at >= 0) order?.splice(at, 1)
}

/** The handles of the rules of a chain, in their order. */
export const heldRules = ({ family, table }: TableRef, chain: string): ListRequest<bigint> =>
  dumpOf(
    'NFT_MSG_GETRULE',
    'NFT_MSG_NEWRULE',
    ({ attributes }) =>
      attributes.chain === chain && attributes.handle !== undefined ? [attributes.handle] : [],
    { table, chain },
    families[family]
  )
