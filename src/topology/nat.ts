import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as T from 'fp-ts/Task'
import type { Element } from '../../protocol/nftables/element'
import type { Connection } from '../connection'
import { addressText, networkText } from '../ip/prefix'
import { type TableFamily, tableOf } from '../isolation/firewall'
import { elements, protocols } from '../nftables'
import type { Masquerade, PublishedPort } from './model'

export interface Nat {
  readonly masquerades: ReadonlyArray<Masquerade>
  readonly published: ReadonlyArray<PublishedPort>
}

const addressSizes: { readonly [F in TableFamily]: number } = { ip: 4, ip6: 16 }

/** What our tables translate. A firewall that we may not read translates nothing that we know of. */
export const natOf = (connection: Connection): T.Task<Nat> =>
  pipe(
    (['ip', 'ip6'] as const).map(family => natIn(connection, family)),
    T.sequenceArray,
    T.map(both => ({
      masquerades: both.flatMap(({ masquerades }) => masquerades),
      published: both.flatMap(({ published }) => published)
    }))
  )

const natIn = (connection: Connection, family: TableFamily): T.Task<Nat> => {
  const inSet = <A>(
    set: string,
    read: (bytes: Uint8Array, element: Element) => A
  ): T.Task<ReadonlyArray<A>> =>
    pipe(
      connection.send(elements(tableOf(family), set)),
      T.map(E.getOrElse((): ReadonlyArray<Element> => [])),
      T.map(all =>
        all.flatMap(element => (element.key?.value === undefined ? [] : [read(element.key.value, element)]))
      )
    )
  const size = addressSizes[family]
  return pipe(
    T.Do,
    T.apS(
      'masquerades',
      inSet('masqueraded', (key, { keyEnd }) => ({
        source: networkText(key.subarray(0, size), (keyEnd?.value ?? key).subarray(0, size)),
        link: nameIn(key.subarray(size))
      }))
    ),
    T.apS(
      'everywhere',
      inSet('published', (key, { data }) =>
        publishedPort(key[0], undefined, key.subarray(4), data?.value, size)
      )
    ),
    T.apS(
      'somewhere',
      inSet('published_at', (key, { data }) =>
        publishedPort(
          key[0],
          addressText(key.subarray(4, 4 + size)),
          key.subarray(4 + size),
          data?.value,
          size
        )
      )
    ),
    T.map(({ masquerades, everywhere, somewhere }) => ({
      masquerades,
      published: [...everywhere, ...somewhere]
    }))
  )
}

const publishedPort = (
  protocol: number | undefined,
  hostAddress: string | undefined,
  hostPort: Uint8Array,
  target: Uint8Array = new Uint8Array(),
  size: number
): PublishedPort => ({
  protocol: Object.entries(protocols).find(([, number]) => number === protocol)?.[0] ?? String(protocol),
  ...(hostAddress !== undefined && { hostAddress }),
  hostPort: portIn(hostPort),
  address: addressText(target.subarray(0, size)),
  port: portIn(target.subarray(size))
})

const portIn = ([high = 0, low = 0]: Uint8Array): string => String(high * 256 + low)

const nameIn = (bytes: Uint8Array): string => Buffer.from(bytes).toString().replace(/\0.*$/s, '')
