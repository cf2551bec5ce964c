import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { type Synchronous, within } from '../../namespace/enter'
import type { NamespaceError } from '../../namespace/error'
import type { NamespaceRef } from '../../namespace/reference'
import type { World } from '../world'

/** Kernel parameters of a link, by their path less the link's name: `ipv4/conf/forwarding`. */
export type Settings = { readonly [parameter: string]: string }

const folders = ['ipv4/conf', 'ipv6/conf', 'ipv4/neigh', 'ipv6/neigh', 'mpls/conf']

const inPlace = <A>(
  world: World,
  namespace: NamespaceRef | undefined,
  section: () => Synchronous<A>
): E.Either<NamespaceError, A> =>
  pipe(
    world.at(namespace),
    E.chain(place => within(place, section))
  )

const list = (folder: string): ReadonlyArray<string> => {
  try {
    return readdirSync(folder)
  } catch {
    // IPv6 or MPLS is not there.
    return []
  }
}

const contentOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').trimEnd()
  } catch {
    // A secret that was never set cannot be read.
    return undefined
  }
}

/** The parameters of a link. */
export const settingsOf = (
  name: string,
  world: World,
  namespace?: NamespaceRef
): E.Either<NamespaceError, Settings> =>
  inPlace(world, namespace, () =>
    Object.fromEntries<string>(
      folders.flatMap(folder => {
        const path = join('/proc/sys/net', folder, name)
        return list(path).flatMap(parameter => {
          const value = contentOf(join(path, parameter))
          return value === undefined ? [] : [[`${folder}/${parameter}`, value] as const]
        })
      })
    )
  )

/** Parameters that only tell how things are. */
const isReadOnly = ({ code }: NodeJS.ErrnoException): boolean => code === 'EACCES' || code === 'EPERM'

const change = (name: string, [key, value]: readonly [string, string]): ReadonlyArray<string> => {
  const [family = '', folder = '', parameter = ''] = key.split('/')
  const path = join('/proc/sys/net', family, folder, name, parameter)
  if (contentOf(path) === value) return []
  try {
    writeFileSync(path, `${value}\n`)
    return []
  } catch (error) {
    const failure = error as NodeJS.ErrnoException
    return isReadOnly(failure) ? [] : [`net.${family}.${folder}.${name}.${parameter}: ${failure.code}`]
  }
}

/** Sets the parameters of a link that have other values; what could not be set, in sentences. */
export const setSettings = (
  name: string,
  settings: Settings,
  world: World,
  namespace?: NamespaceRef
): ReadonlyArray<string> => {
  const done = inPlace(world, namespace, () => {
    const all = Object.entries(settings)
    // One can change another: both units of a time, and what follows from forwarding.
    all.flatMap(each => change(name, each))
    return all.flatMap(each => change(name, each))
  })
  return E.isLeft(done) ? [done.left.message] : done.right
}
