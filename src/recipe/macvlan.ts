import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as v from 'valibot'
import { MACVLAN_MODE } from '../link'
import { child, childPremises, childSteps } from './child'
import { parse } from './parameters'
import { type InvalidParameters, invalidParameters, type Plan } from './plan'
import { nameOf, wrongStation } from './station'

const recipe = 'macvlan'

const modes = {
  private: MACVLAN_MODE.PRIVATE,
  vepa: MACVLAN_MODE.VEPA,
  bridge: MACVLAN_MODE.BRIDGE,
  passthru: MACVLAN_MODE.PASSTHRU
} as const

export const macvlanSchema = v.strictObject({
  recipe: v.optional(v.literal(recipe, `must be ${recipe}`)),
  ...child,
  /**
   * Whom it reaches among others on the same parent: `private` nobody, `vepa` those that the switch outside sends it
   * back to, `bridge` all of them directly. With `passthru` it has the parent for itself.
   */
  mode: v.optional(
    v.picklist(['private', 'vepa', 'bridge', 'passthru'], 'must be private, vepa, bridge or passthru'),
    'bridge'
  )
})

export type MacvlanParameters = v.InferInput<typeof macvlanSchema>

/**
 * A namespace on the host's own network, with a hardware address and IP addresses of its own: to the network it is one
 * more machine. It reaches everybody there but the host.
 */
export const macvlan = (parameters: MacvlanParameters): E.Either<InvalidParameters, Plan> =>
  pipe(
    parse(recipe, macvlanSchema, parameters),
    E.chain(parsed => {
      const wrong = wrongStation(parsed)
      if (wrong !== undefined) return E.left(invalidParameters(recipe, wrong.field, wrong.reason))
      return E.right<InvalidParameters, Plan>({
        recipe,
        name: nameOf(parsed),
        parameters: { ...parameters, recipe },
        premises: childPremises(parsed),
        steps: childSteps({ kind: 'macvlan', options: { mode: modes[parsed.mode] } }, parsed, {
          neighbours: true
        })
      })
    })
  )
