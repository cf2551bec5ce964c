import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import * as link from '../link'
import type { NamespaceRef } from '../namespace/reference'
import type { NetlinkError } from '../socket/error'
import type { World } from './world'

/** Renames a link. Older kernels do so only while it is down, and then it stays that. */
export const rename = (
  world: World,
  namespace: NamespaceRef | undefined,
  index: number,
  name: string
): TE.TaskEither<NetlinkError, void> => {
  const change = (wanted: link.LinkChange) => world.send(link.set(index, wanted), namespace)
  return pipe(
    change({ name }),
    TE.orElse(error =>
      error._tag === 'Rejected' && error.code === 'EBUSY'
        ? pipe(
            change({ up: false }),
            TE.chain(() => change({ name }))
          )
        : TE.left(error)
    )
  )
}
