import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { namespaces, open } from '../../promises'

/** All of the host that a recipe may change, kind by kind. */
export interface HostState {
  readonly [kind: string]: ReadonlyArray<unknown>
}

export const hostState = async (): Promise<HostState> => {
  await using host = open()
  return {
    links: (await host.link.list()).map(({ message: _, ...link }) => link),
    addresses: await host.address.list(),
    routes: await host.route.list(),
    'firewall tables': await host.nftables.tables(),
    namespaces: await namespaces.list(),
    'kernel parameters': ['/proc/sys/net/ipv4/conf', '/proc/sys/net/ipv6/conf'].flatMap(parameters)
  }
}

/** The kinds in which two states differ. */
export const differences = (before: HostState, after: HostState): ReadonlyArray<string> =>
  Object.keys(before).filter(kind => JSON.stringify(before[kind]) !== JSON.stringify(after[kind]))

/** How much there is of each kind: `links: 2, addresses: 3`. */
export const inventory = (state: HostState): string =>
  Object.entries(state)
    .map(([kind, all]) => `${kind}: ${all.length}`)
    .join(', ')

const parameters = (folder: string): ReadonlyArray<string> => {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap(name => {
      const value = contentOf(join(folder, name))
      return value === undefined ? [] : [`${name} ${value}`]
    })
  } catch {
    // A kernel without IPv6.
    return []
  }
}

/** Nothing for a folder, nor for a parameter that nobody may read. */
const contentOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
