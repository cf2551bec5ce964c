import { closeSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { cookieOf, openByCookie } from '../namespace/cookie'
import { withinDescriptor } from '../namespace/enter'
import { type NamespaceError, namespaceNotFound } from '../namespace/error'
import { attach, make, remove } from '../namespace/named'
import { type NamespaceRef, openReference } from '../namespace/reference'
import type { InvalidInput, NetlinkError } from '../socket/error'
import type { Request } from '../socket/request'
import { openSession, type Session, type SessionOptions } from '../socket/session'
import * as sysctl from '../sysctl'

/** A namespace that a plan works in, the host's if it has no reference, and the cookie that tells what it was. */
export interface Place {
  readonly ref?: NamespaceRef
  readonly cookie: string
}

/**
 * The host and the namespaces that a plan works in, each with one session, opened when it is first needed. A namespace
 * is looked up once: from then on it is the same one, though its name or its process may come to mean another.
 */
export interface World {
  /** The namespace as it was found, by an open descriptor; what is written outside of netlink goes by this. */
  readonly at: (namespace: NamespaceRef | undefined) => E.Either<NamespaceError, NamespaceRef>
  readonly session: (namespace?: NamespaceRef) => E.Either<NamespaceError | InvalidInput, Session>
  readonly send: <A>(request: Request<A>, namespace?: NamespaceRef) => TE.TaskEither<NetlinkError, A>
  readonly sysctl: {
    readonly get: (key: string, namespace?: NamespaceRef) => E.Either<sysctl.SysctlError, string>
    readonly interfaces: (
      family: 'ipv4' | 'ipv6',
      namespace?: NamespaceRef
    ) => E.Either<sysctl.SysctlError, ReadonlyArray<string>>
    readonly set: (key: string, value: string, namespace?: NamespaceRef) => E.Either<sysctl.SysctlError, void>
  }
  /** A new namespace that `name` means from now on, though only to us: its cookie. It ends with us unless attached. */
  readonly make: (name: string) => E.Either<NamespaceError, string>
  /** Gives the namespace that was made its name. */
  readonly attach: (name: string) => TE.TaskEither<NamespaceError, void>
  /** Takes the name away, and a file that was to become it. */
  readonly detach: (name: string) => TE.TaskEither<NamespaceError, void>
  /** All namespaces that were known beforehand, or have been looked up or made so far. */
  readonly places: () => ReadonlyArray<Place>
  readonly close: () => void
}

export interface WorldOptions extends Omit<SessionOptions, 'namespace'> {
  /** Namespaces that must be those that they were when these cookies were taken, or else they are gone. */
  readonly places?: ReadonlyArray<Place>
}

export type OpenWorld = (options?: WorldOptions) => World

interface Opened extends Place {
  readonly descriptor: number
}

export const openWorld: OpenWorld = ({ places = [], ...options } = {}) => {
  const known = new Map(places.map(({ ref, cookie }) => [placeKey(ref), cookie]))
  const opened = new Map<string, Opened>()
  const sessions = new Map<string, Session>()

  const keep = (ref: NamespaceRef | undefined, descriptor: number, cookie: string): void => {
    opened.set(placeKey(ref), { ...(ref !== undefined && { ref }), descriptor, cookie })
  }

  const open = (ref: NamespaceRef | undefined): E.Either<NamespaceError, number> => {
    const wanted = known.get(placeKey(ref))
    const found = openReference(ref ?? own)
    const cookie = E.isRight(found) ? cookieOf(found.right) : found
    if (E.isRight(found) && E.isRight(cookie) && (wanted === undefined || wanted === cookie.right)) {
      keep(ref, found.right, cookie.right)
      return found
    }
    if (E.isRight(found)) closeSync(found.right)
    const elsewhere = wanted === undefined ? undefined : openByCookie(wanted)
    if (wanted === undefined || elsewhere === undefined)
      return E.isLeft(cookie) ? cookie : E.left(another(ref))
    keep(ref, elsewhere, wanted)
    return E.right(elsewhere)
  }

  const descriptorOf = (namespace: NamespaceRef | undefined): E.Either<NamespaceError, number> => {
    const descriptor = opened.get(placeKey(namespace))?.descriptor
    return descriptor === undefined ? open(namespace) : E.right(descriptor)
  }

  const at: World['at'] = namespace =>
    pipe(
      descriptorOf(namespace),
      E.map(fd => ({ fd }))
    )

  const inside = <L, A>(
    namespace: NamespaceRef | undefined,
    section: () => E.Either<L, A>
  ): E.Either<L | NamespaceError, A> =>
    pipe(
      descriptorOf(namespace),
      E.chain(descriptor => withinDescriptor(descriptor, section)),
      E.flattenW
    )

  const session: World['session'] = namespace => {
    const key = placeKey(namespace)
    const before = sessions.get(key)
    if (before !== undefined) return E.right(before)
    return pipe(
      at(namespace),
      E.chain(place => openSession({ ...options, namespace: place })),
      E.map(({ send, batch, ...rest }) => {
        const bound: Session = {
          ...rest,
          send: (request, how) => send(settled(request, at), how),
          batch: (requests, how) =>
            batch(requests.map(request => settled(request, at)) as unknown as typeof requests, how)
        }
        sessions.set(key, bound)
        return bound
      })
    )
  }

  return {
    at,
    session,
    // The namespace is not looked up before it is sent: it may be made until then.
    send: (request, namespace) => () => {
      const there = session(namespace)
      return E.isLeft(there) ? Promise.resolve(there) : there.right.send(request)()
    },
    sysctl: {
      get: (key, namespace) => inside(namespace, () => sysctl.get(key)),
      interfaces: (family, namespace) => inside(namespace, () => sysctl.interfaces(family)),
      set: (key, value, namespace) => inside(namespace, () => sysctl.set(key, value))
    },
    make: name =>
      pipe(
        make(),
        E.chain(descriptor =>
          pipe(
            cookieOf(descriptor),
            E.map(cookie => {
              sessions.get(name)?.close()
              sessions.delete(name)
              keep(name, descriptor, cookie)
              return cookie
            })
          )
        )
      ),
    attach: name =>
      pipe(
        TE.fromEither(at(name)),
        TE.chain(place => attach(name, place))
      ),
    detach: remove,
    places: () => [
      ...places.filter(({ ref }) => !opened.has(placeKey(ref))),
      ...[...opened.values()].map(({ descriptor: _, ...place }) => place)
    ],
    close: () => {
      for (const each of sessions.values()) each.close()
      sessions.clear()
      for (const { descriptor } of opened.values()) closeSync(descriptor)
      opened.clear()
    }
  }
}

/** The namespace that this thread is in, which is the host's. */
const own = { path: '/proc/thread-self/ns/net' }

const another = (ref: NamespaceRef | undefined): NamespaceError => {
  if (ref === undefined)
    return {
      ...namespaceNotFound('path', own.path),
      message: 'this is another host, or another network namespace, than that where it was applied'
    }
  const [field, value] = memberOf(ref)
  return {
    ...namespaceNotFound(field, value),
    message: `the namespace with the ${field} ${value} is another one by now, and the one that was there is gone`
  }
}

const memberOf = (ref: NamespaceRef): readonly ['name' | 'pid' | 'path' | 'fd', string | number] => {
  if (typeof ref === 'string') return ['name', ref]
  if ('pid' in ref) return ['pid', ref.pid]
  return 'path' in ref ? ['path', ref.path] : ['fd', ref.fd]
}

/** The same request, its namespaces being those that have been looked up. */
const settled = <A>(request: Request<A>, at: World['at']): Request<A> => {
  const { namespaces = [] } = request
  if (namespaces.length === 0) return request
  const found = new Map<NamespaceRef, NamespaceRef>()
  for (const ref of namespaces) {
    const place = at(ref)
    if (E.isLeft(place))
      return { ...request, namespaces: [], messages: () => place as E.Either<never, never> }
    found.set(ref, place.right)
  }
  return {
    ...request,
    namespaces: [...found.values()],
    messages: ({ indexOf, descriptorOf }) =>
      request.messages({ indexOf, descriptorOf: ref => descriptorOf(found.get(ref) ?? ref) })
  }
}

/** A namespace as a key: the host's is empty. */
export const placeKey = (namespace: NamespaceRef | undefined): string =>
  namespace === undefined ? '' : typeof namespace === 'string' ? namespace : JSON.stringify(namespace)

/** A namespace in a sentence. */
export const placeName = (namespace: NamespaceRef | undefined): string => {
  if (namespace === undefined) return 'on the host'
  if (typeof namespace === 'string') return `in ${namespace}`
  if ('pid' in namespace) return `in the namespace of process ${namespace.pid}`
  return 'path' in namespace ? `in ${namespace.path}` : `in the namespace of descriptor ${namespace.fd}`
}
