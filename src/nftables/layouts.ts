import type { ListRequest, Request } from '../socket/request'
import { elementsOf, type Reading } from './content'
import { families, type TableRef } from './family'
import type { Layout } from './layout'
import { dumpOf, setFrom } from './ruleset'
import type { Element } from './syntax'

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

/** Of whom the names do not matter: what is read goes back as it was. */
const reading: Reading = {
  interfaces: new Map(),
  verdict: () => ({ verdict: 'continue' })
}

/** The elements of a set: what merges others into them must know them. */
export const heldElements = (
  { family, table }: TableRef,
  set: string,
  layout: Layout
): Request<ReadonlyArray<Element>> => {
  const {
    entries: _,
    read,
    ...dumped
  } = dumpOf(
    'NFT_MSG_GETSETELEM',
    'NFT_MSG_NEWSETELEM',
    ({ attributes }) => attributes.elements ?? [],
    { table, set },
    families[family]
  )
  return { ...dumped, read: (answers, known) => elementsOf(layout, read(answers, known), reading) }
}
