import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Link } from '../../link'
import * as link from '../../link'
import { list } from '../../namespace/named'
import type { NamespaceRef } from '../../namespace/reference'
import type { StepError } from '../error'
import { placeKey, type World } from '../world'

/** What of a link stays the same wherever it goes. */
export interface Identity {
  /** `veth`; none for a physical device. */
  readonly kind?: string
  /** The address that the hardware came with. */
  readonly permanentAddress?: string
  /** Where in the machine the hardware is: `0000:00:03.0`. */
  readonly device?: string
  readonly address?: string
}

export const identityOf = ({ kind, address, message }: Link): Identity => {
  const { permAddress, parentDevName } = message.attributes
  return {
    ...(kind !== undefined && { kind }),
    ...(permAddress !== undefined && { permanentAddress: permAddress }),
    ...(parentDevName !== undefined && { device: parentDevName }),
    ...(address !== undefined && { address })
  }
}

/** Hardware says who it is; another link is known by the address that it had, unless that was changed. */
const isSame = (a: Identity, b: Identity): boolean =>
  a.kind === b.kind &&
  a.device === b.device &&
  a.permanentAddress === b.permanentAddress &&
  (a.permanentAddress !== undefined || a.address === b.address)

/** Whether the link goes when its namespace does. Hardware goes back to the machine's first namespace. */
export const isVirtual = ({ kind }: Identity): boolean => kind !== undefined

export interface Found {
  readonly namespace: NamespaceRef | undefined
  readonly link: Link
}

/** Where to look first: by the index that it has or had there, whatever became of it otherwise. */
export interface Candidate {
  readonly namespace: NamespaceRef | undefined
  readonly indexes: ReadonlyArray<number>
}

const isGone = ({ _tag }: StepError): boolean => _tag === 'NamespaceNotFound' || _tag === 'NotANamespace'

const lookIn = (
  identity: Identity,
  { namespace, indexes }: Candidate,
  world: World
): TE.TaskEither<StepError, Found | undefined> =>
  pipe(
    world.send(link.list(), namespace),
    TE.map(links => {
      const kin = links.filter(each => each.kind === identity.kind)
      const found =
        kin.find(each => indexes.includes(each.index)) ?? kin.find(each => isSame(identityOf(each), identity))
      return found === undefined ? undefined : { namespace, link: found }
    }),
    TE.orElse(error => (isGone(error) ? TE.right<StepError, Found | undefined>(undefined) : TE.left(error)))
  )

/** Finds a link in one of several namespaces, or else in any that has a name. */
export const locate = (
  identity: Identity,
  candidates: ReadonlyArray<Candidate>,
  world: World
): TE.TaskEither<StepError, Found | undefined> =>
  pipe(
    list,
    TE.map(all => {
      const keys = new Set(candidates.map(({ namespace }) => placeKey(namespace)))
      return [
        ...candidates,
        ...all.filter(({ name }) => !keys.has(name)).map(({ name }) => ({ namespace: name, indexes: [] }))
      ]
    }),
    TE.chainW(places => async (): Promise<E.Either<StepError, Found | undefined>> => {
      for (const place of places) {
        const found = await lookIn(identity, place, world)()
        if (E.isLeft(found) || found.right !== undefined) return found
      }
      return E.right(undefined)
    })
  )
