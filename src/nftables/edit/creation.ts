import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { NLM_F } from '../../../protocol/netlink/header'
import { type Check, faultIn, strayIn } from '../described'
import type { TableRef } from '../family'
import { type Change, type ChangeKind, plain, type Said, worded } from './change'
import { comment } from './comment'
import { newNameFault, placeText } from './name'

/** What a listing has besides, which may be given back. */
const listed = ['family', 'name', 'handle', 'kinds']

export const create = NLM_F.REQUEST | NLM_F.CREATE

/**
 * What is made by a name and a description, neither of which has what nft could not print to be read again. There is a
 * check for each field of it.
 */
export const making = (
  object: ChangeKind['object'],
  ref: TableRef,
  name: string,
  given: unknown,
  checks: { readonly [field: string]: Check },
  make: () => Pick<Change, 'messages'> & Partial<Said>
): Change => {
  const kind = { verb: 'add', object } as const
  const subject = object === 'table' ? placeText(ref) : `${placeText(ref)} ${name}`
  const all = { ...checks, comment }
  const fault = newNameFault(name) ?? faultIn(given, all) ?? strayIn(given, Object.keys(all), listed)
  if (fault !== undefined) return plain(kind, subject, () => E.left(fault))
  const { messages, ...more } = make()
  return plain(kind, subject, messages, more)
}

/** The same, refused if there is one already. */
export const created = ({ kind, subject, text: _, messages, ...said }: Change): Change =>
  worded({ ...kind, verb: 'create' }, () => subject, {
    ...said,
    messages: around =>
      pipe(
        messages(around),
        E.map(all => all.map(each => ({ ...each, flags: each.flags | NLM_F.EXCL })))
      )
  })
