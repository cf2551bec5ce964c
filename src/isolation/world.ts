import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { NamespaceError } from '../namespace/error'
import type { NamespaceRef } from '../namespace/reference'
import type { NetlinkError } from '../socket/error'
import type { Request } from '../socket/request'
import { openSession, type SendOptions, type Session } from '../socket/session'

/** The host and the namespaces that a plan works in, each with one session, opened when it is first needed. */
export interface World {
  readonly session: (namespace?: NamespaceRef) => E.Either<NamespaceError, Session>
  readonly send: <A>(request: Request<A>, namespace?: NamespaceRef) => TE.TaskEither<NetlinkError, A>
  readonly close: () => void
}

export const openWorld = (options: SendOptions = {}): World => {
  const sessions = new Map<string, Session>()
  const session: World['session'] = namespace => {
    const key = placeKey(namespace)
    const known = sessions.get(key)
    if (known !== undefined) return E.right(known)
    return pipe(
      openSession({ ...options, ...(namespace !== undefined && { namespace }) }),
      E.map(opened => {
        sessions.set(key, opened)
        return opened
      })
    )
  }
  return {
    session,
    send: (request, namespace) =>
      pipe(
        TE.fromEither(session(namespace)),
        TE.chainW(({ send }) => send(request))
      ),
    close: () => {
      for (const each of sessions.values()) each.close()
      sessions.clear()
    }
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
