import type { ListRequest } from '../socket/request'
import { families, type TableRef } from './change'
import type { Layout } from './layout'
import { dumpOf, setFrom } from './ruleset'

type Found = readonly [key: string, layout: Layout]

/** Sets of all tables, without their elements: what changes must know to refer to them. */
export const layouts: ListRequest<Found> = dumpOf(
  'NFT_MSG_GETSET',
  'NFT_MSG_NEWSET',
  (set): ReadonlyArray<Found> => [
    [
      `${set.header.nfgenFamily} ${set.attributes.table ?? ''} ${set.attributes.name ?? ''}`,
      setFrom(set).layout
    ]
  ]
)

/** How `layouts` names a set. */
export const layoutKey = ({ family, table }: TableRef, set: string): string =>
  `${families[family]} ${table} ${set}`
