import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as v from 'valibot'
import { formatPrefix } from '../ip/prefix'
import {
  addressesOf,
  areNeighbours,
  attachedStep,
  attachment,
  attachmentPremises,
  attachmentSteps,
  namespaceOf,
  namespaceSteps,
  wrongAttachment,
  wrongTogether
} from './attachment'
import { type Fault, isolationName, parse } from './parameters'
import { type InvalidParameters, invalidParameters, type Plan } from './plan'
import type { Step } from './step'

const recipe = 'direct-link'

const end = v.strictObject(attachment, 'must be an object')
type End = v.InferOutput<typeof end>

export const directLinkSchema = v.strictObject({
  recipe: v.optional(v.literal(recipe, `must be ${recipe}`)),
  /** By which it is torn down. */
  name: isolationName,
  /** The two ends, each an interface of a namespace. */
  ends: v.strictTuple([end, end], 'must be a list of two ends')
})

export type DirectLinkParameters = v.InferInput<typeof directLinkSchema>

/**
 * A wire straight between two namespaces: a veth pair that the host has no part in. A namespace is told by its name, a
 * process in it, or a file.
 */
export const directLink = (parameters: DirectLinkParameters): E.Either<InvalidParameters, Plan> =>
  pipe(
    parse(recipe, directLinkSchema, parameters),
    E.chain(({ name, ends }) => {
      const wrong = wrongEnds(ends)
      if (wrong !== undefined) return E.left(invalidParameters(recipe, wrong.field, wrong.reason))
      return E.right<InvalidParameters, Plan>({
        recipe,
        name,
        parameters: { ...parameters, recipe },
        premises: ends.flatMap((each, n) => attachmentPremises(`ends.${n}`, each)),
        steps: stepsOf(ends)
      })
    })
  )

const wrongEnds = (ends: readonly [End, End]): Fault | undefined => {
  const [one, other] = ends
  return (
    wrongAttachment('ends.0', one) ??
    wrongAttachment('ends.1', other) ??
    wrongTogether('ends', ends) ??
    (areNeighbours(one, other) ? undefined : strangers(one, other))
  )
}

const strangers = (one: End, other: End): Fault => {
  const [theirs, own] = [one, other].map(each => addressesOf(each).map(formatPrefix).join(', '))
  return {
    field: `ends.1.${other.address === undefined ? 'addresses' : 'address'}`,
    reason: `${own} shares no network with ${theirs} of the other end; choose addresses of one network`
  }
}

const stepsOf = ([one, other]: readonly [End, End]): ReadonlyArray<Step> => [
  ...namespaceSteps([one, other]),
  {
    _tag: 'AddLink',
    namespace: namespaceOf(one),
    link: {
      kind: 'veth',
      name: one.interface,
      peer: { name: other.interface, namespace: namespaceOf(other) }
    }
  },
  ...attachmentSteps(one),
  ...attachmentSteps(other),
  attachedStep(other),
  attachedStep(one)
]
