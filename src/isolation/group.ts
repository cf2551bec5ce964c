import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import * as link from '../link'
import type { NamespaceRef } from '../namespace/reference'
import type { NetlinkError } from '../socket/error'
import { areOne, ownerTagged } from './tag'
import type { World } from './world'

/**
 * Removes all links of a group if they are one isolation's, and says whether it did: the kernel waits for every removal,
 * but only once for a group. An isolation by the same name whose record is elsewhere has the same group, and anybody may
 * choose its number.
 */
export const removeOwnGroup = (
  world: World,
  namespace: NamespaceRef | undefined,
  group: number,
  owner: string
): TE.TaskEither<NetlinkError, boolean> =>
  pipe(
    world.send(link.list(), namespace),
    TE.map(links => links.filter(each => each.group === group)),
    TE.chain(mates =>
      mates.length > 0 && mates.every(each => isOf(owner, each))
        ? pipe(
            world.send(link.removeGroup(group), namespace),
            TE.map(() => true)
          )
        : TE.right(false)
    )
  )

const isOf = (owner: string, { alias }: link.Link): boolean => {
  const maker = ownerTagged(alias)
  return maker !== undefined && areOne(maker, owner)
}
