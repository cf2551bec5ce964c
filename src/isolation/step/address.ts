import * as TE from 'fp-ts/TaskEither'
import * as address from '../../address'
import type { AddAddress } from '../../recipe/step'
import { placeName } from '../world'
import { ip, type StepKind, send, word } from './kind'

/** An address of a link that the same plan has made: `ip address add`. It goes when the link goes. */
export const addressStep: StepKind<AddAddress, null> = {
  describe: ({ address: { link, address }, namespace }) =>
    `give ${link} ${placeName(namespace)} the address ${address}`,
  before: () => TE.right(null),
  apply: ({ address: given, namespace }, _, { linkIn }) =>
    send(namespace, [address.add({ ...given, link: linkIn(namespace, given.link) })]),
  undo: () => undefined,
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
