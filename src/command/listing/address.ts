import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Address } from '../../address'
import { fullName } from './link'
import { type Links, type Look, nameIn } from './listing'

const addressText = ({ address, prefixLength, peer }: Address): string =>
  `${address}${peer === undefined ? '' : ` peer ${peer}`}/${prefixLength}`

export const addressRow = (address: Address, links: Links): ReadonlyArray<string> => [
  addressText(address),
  `dev ${nameIn(links, address.link)}`
]

export const addresses: Look = connection =>
  pipe(
    TE.Do,
    TE.apSW('all', connection.link.list()),
    TE.apSW('addresses', connection.address.list()),
    TE.map(({ all, addresses: found }) => ({
      values: found.map(address => ({ interface: nameIn(all, address.link), ...address })),
      rows: all.map(link => [
        fullName(link, all),
        link.state,
        found
          .filter(address => address.link === link.index)
          .map(addressText)
          .join(' ')
      ])
    }))
  )
