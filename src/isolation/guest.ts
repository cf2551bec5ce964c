import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Link } from '../link'
import * as link from '../link'
import type { NetlinkError } from '../socket/error'
import { areTogether, ownerTagged } from './tag'
import type { World } from './world'

/**
 * The links in an owner's namespace that no isolation has made which is on record where he is. They would be lost with
 * it: a virtual one ends there, and a piece of hardware comes out without its addresses.
 */
export const guestsIn = (
  world: World,
  namespace: string,
  owner: string
): TE.TaskEither<NetlinkError, ReadonlyArray<Link>> =>
  pipe(
    world.send(link.list(), namespace),
    TE.map(links => links.filter(each => each.name !== 'lo' && !isOurs(owner, each) && !isFallback(each))),
    TE.chain(
      TE.traverseSeqArray(each =>
        pipe(
          isOtherEnd(world, namespace, owner, each),
          TE.map(ours => (ours ? [] : [each]))
        )
      )
    ),
    TE.map(found => found.flat())
  )

const isOurs = (owner: string, { alias }: Link): boolean => {
  const maker = ownerTagged(alias)
  return maker !== undefined && areTogether(maker, owner)
}

/**
 * Tunnels that the kernel makes by itself in every namespace once it knows their kind. `fb_tunnels_only_for_init_net`
 * of <Documentation/admin-guide/sysctl/net.rst>
 */
const fallbacks: { readonly [kind: string]: string } = {
  erspan: 'erspan0',
  gre: 'gre0',
  gretap: 'gretap0',
  ip6gre: 'ip6gre0',
  ip6tnl: 'ip6tnl0',
  ipip: 'tunl0',
  sit: 'sit0',
  vti: 'ip_vti0',
  vti6: 'ip6_vti0'
}

const isFallback = ({ kind = '', name }: Link): boolean =>
  Object.hasOwn(fallbacks, kind) && fallbacks[kind] === name

/** Kinds that are made in pairs. Of ours, the one end bears the mark, and the other goes with it. */
const paired: ReadonlySet<string | undefined> = new Set(['veth', 'netkit'])

const isOtherEnd = (
  world: World,
  namespace: string,
  owner: string,
  { kind, parent, parentNamespace }: Link
): TE.TaskEither<NetlinkError, boolean> =>
  parent === undefined || !paired.has(kind)
    ? TE.right(false)
    : pipe(
        world.send(
          link.get(parent, parentNamespace === undefined ? {} : { namespaceId: parentNamespace }),
          namespace
        ),
        TE.map(other => isOurs(owner, other)),
        // It has come to an end, or its namespace has.
        TE.orElse(error => (error._tag === 'Rejected' ? TE.right(false) : TE.left(error)))
      )
