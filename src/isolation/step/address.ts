import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import * as address from '../../address'
import { parsePrefix } from '../../ip/prefix'
import type { AddAddress } from '../../recipe/step'
import { placeName } from '../world'
import { ip, type StepKind, send, unlessGone, word } from './kind'

/** An address of a link that the same plan has made: `ip address add`. It goes when the link goes. */
export const addressStep: StepKind<AddAddress, null> = {
  describe: ({ address: { link, address }, namespace }) =>
    `give ${link} ${placeName(namespace)} the address ${address}`,
  before: () => TE.right(null),
  apply: ({ address: given, namespace }, _, { linkIn }) =>
    send(namespace, [address.add({ ...given, link: linkIn(namespace, given.link) })]),
  undo: () => undefined,
  check: ({ address: given, namespace }, _, { world, linkIn }) =>
    pipe(
      unlessGone(world.send(address.list({ link: linkIn(namespace, given.link) }), namespace)),
      TE.map((found: ReadonlyArray<address.Address> = []) =>
        found.some(each => isSamePrefix(given.address, each.address, each.prefixLength))
          ? []
          : [`the address ${given.address} of ${given.link} ${placeName(namespace)} is missing`]
      )
    ),
  script: ({ address: given, namespace }) => [
    [
      ip(namespace),
      'address add',
      given.address,
      ...(given.address.includes(':') || given.broadcast === null ? [] : ['broadcast +']),
      'dev',
      word(given.link),
      ...(((given.flags ?? 0) & address.IFA_F.NODAD) !== 0 ? ['nodad'] : [])
    ].join(' ')
  ]
}

const isSamePrefix = (text: string, address: string, length: number): boolean => {
  const wanted = parsePrefix(text)
  return E.isRight(wanted) && wanted.right.address === address && wanted.right.length === length
}
