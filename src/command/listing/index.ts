import { deferred } from '../../../protocol/definition/deferred'
import { addresses } from './address'
import { connections } from './connection'
import { links } from './link'
import type { Look } from './listing'
import { neighbours } from './neighbour'
import { routes } from './route'
import { rules } from './rule'
import { ruleset } from './ruleset'

/** What `isolink show` lists, by the words that it takes. Only what is asked for is loaded. */
export const objects = deferred<{ readonly [name: string]: Look }>({
  link: () => links,
  address: () => addresses,
  route: () => routes,
  rule: () => rules,
  neighbour: () => neighbours,
  nftables: () => ruleset,
  conntrack: () => connections
})
