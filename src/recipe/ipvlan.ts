import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as v from 'valibot'
import { IPVLAN_F, IPVLAN_MODE } from '../link'
import { child, childPremises, childSteps } from './child'
import { parse } from './parameters'
import { type InvalidParameters, invalidParameters, type Plan } from './plan'
import { nameOf, wrongStation } from './station'

const recipe = 'ipvlan'

const modes = { l2: IPVLAN_MODE.L2, l3: IPVLAN_MODE.L3, l3s: IPVLAN_MODE.L3S } as const

const flags = { bridge: 0, private: IPVLAN_F.PRIVATE, vepa: IPVLAN_F.VEPA } as const

export const ipvlanSchema = v.strictObject({
  recipe: v.optional(v.literal(recipe, `must be ${recipe}`)),
  ...child,
  /**
   * In `l2`, the router to the world, on the network of one of the addresses: without one there is no default route. In
   * `l3` and `l3s` that is the interface itself, whether one is given or not.
   */
  gateway: child.gateway,
  /**
   * Who routes: in `l2` the namespace, which has neighbours and a gateway; in `l3` the host, by which whatever the
   * namespace sends goes straight out, with a gateway or without; in `l3s` too, and the host's netfilter sees it.
   */
  mode: v.optional(v.picklist(['l2', 'l3', 'l3s'], 'must be l2, l3 or l3s'), 'l2'),
  /**
   * Whom it reaches among others on the same parent: `bridge` all of them, `private` nobody, `vepa` those that the
   * switch outside sends it back to. The last one made decides for all.
   */
  flag: v.optional(v.picklist(['bridge', 'private', 'vepa'], 'must be bridge, private or vepa'), 'bridge')
})

export type IpvlanParameters = v.InferInput<typeof ipvlanSchema>

/**
 * A namespace on the host's own network, with IP addresses of its own and the hardware address of the host: where a
 * switch or a cloud lets through one hardware address only. It reaches everybody there but the host.
 */
export const ipvlan = (parameters: IpvlanParameters): E.Either<InvalidParameters, Plan> =>
  pipe(
    parse(recipe, ipvlanSchema, parameters),
    E.chain(parsed => {
      const wrong = wrongStation(parsed)
      if (wrong !== undefined) return E.left(invalidParameters(recipe, wrong.field, wrong.reason))
      const options = {
        mode: modes[parsed.mode],
        ...(parsed.flag !== 'bridge' && { flags: flags[parsed.flag] })
      }
      return E.right<InvalidParameters, Plan>({
        recipe,
        name: nameOf(parsed),
        parameters: { ...parameters, recipe },
        premises: childPremises(parsed),
        steps: childSteps({ kind: 'ipvlan', options }, parsed, { neighbours: parsed.mode === 'l2' })
      })
    })
  )
