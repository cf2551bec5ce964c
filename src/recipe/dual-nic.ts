import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as v from 'valibot'
import { interfaceName, parse } from './parameters'
import { type InvalidParameters, invalidParameters, type Plan } from './plan'
import { nameOf, station, stationPremise, stationSteps, wrongStation } from './station'

const recipe = 'dual-nic'

export const dualNicSchema = v.strictObject({
  recipe: v.optional(v.literal(recipe, `must be ${recipe}`)),
  ...station,
  /** The host's interface that moves. */
  nic: interfaceName
})

export type DualNicParameters = v.InferInput<typeof dualNicSchema>

/**
 * A namespace with a network interface of the host's for itself: the second one, which moves there. The host gets it
 * back as it was.
 */
export const dualNic = (parameters: DualNicParameters): E.Either<InvalidParameters, Plan> =>
  pipe(
    parse(recipe, dualNicSchema, parameters),
    E.chain(parsed => {
      const wrong = wrongStation(parsed)
      if (wrong !== undefined) return E.left(invalidParameters(recipe, wrong.field, wrong.reason))
      const { nic, namespace, interface: name } = parsed
      return E.right<InvalidParameters, Plan>({
        recipe,
        name: nameOf(parsed),
        parameters: { ...parameters, recipe },
        premises: [{ field: 'nic', link: nic, must: 'be spare' }, stationPremise(parsed)],
        steps: stationSteps({ _tag: 'MoveLink', link: nic, namespace, name }, parsed, { neighbours: true })
      })
    })
  )
