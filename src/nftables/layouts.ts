import type { ListRequest, Request } from '../socket/request'
import { families, type TableRef } from './change'
import type { Layout } from './layout'
import { dumpOf, setFrom } from './ruleset'

type Found = readonly [key: string, layout: Layout]

const all: ListRequest<Found> = dumpOf(
  'NFT_MSG_GETSET',
  'NFT_MSG_NEWSET',
  (set): ReadonlyArray<Found> => [
    [
      `${set.header.nfgenFamily} ${set.attributes.table ?? ''} ${set.attributes.name ?? ''}`,
      setFrom(set).layout
    ]
  ]
)

/** Sets of all tables, without their elements: what changes must know to refer to them. */
export const layouts: Request<ReadonlyMap<string, Layout>> = {
  ...all,
  read: (answers, known) => new Map(all.read(answers, known))
}

/** Where `layouts` has a set. */
export const layoutKey = ({ family, table }: TableRef, set: string): string =>
  `${families[family]} ${table} ${set}`
