import * as E from 'fp-ts/Either'
import { deferred } from '../../protocol/definition/deferred'
import { nearest } from '../../protocol/definition/nearest'
import { bridgeNetwork } from './bridge-network'
import { directLink } from './direct-link'
import { dualNic } from './dual-nic'
import { hostFakeIp } from './host-fake-ip'
import { ipvlan } from './ipvlan'
import { macvlan } from './macvlan'
import { namespaceSwitch } from './namespace-switch'
import { type InvalidParameters, invalidParameters, type Plan } from './plan'
import { vethMasquerade } from './veth-masquerade'

type Recipe = (parameters: never) => E.Either<InvalidParameters, Plan>

/** A recipe is loaded when it is asked for. */
const recipes = deferred<{ readonly [name: string]: Recipe }>({
  'bridge-network': () => bridgeNetwork,
  'direct-link': () => directLink,
  'dual-nic': () => dualNic,
  'host-fake-ip': () => hostFakeIp,
  ipvlan: () => ipvlan,
  macvlan: () => macvlan,
  'namespace-switch': () => namespaceSwitch,
  'veth-masquerade': () => vethMasquerade
})

/** The names of all recipes. */
export const recipeNames: ReadonlyArray<string> = Object.keys(recipes)

/** The plan for parameters that name their recipe, as JSON or YAML do. */
export const planFrom = (parameters: unknown): E.Either<InvalidParameters, Plan> => {
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters))
    return E.left(
      invalidParameters(
        'recipe',
        '',
        'the parameters must be an object such as { "recipe": "veth-masquerade", … }'
      )
    )
  // By `$schema` editors know what to check a file against.
  const { $schema: _, ...given } = parameters as { readonly $schema?: unknown; readonly recipe?: unknown }
  const { recipe } = given
  if (typeof recipe !== 'string')
    return E.left(invalidParameters('recipe', 'recipe', `is missing: name one of ${recipeNames.join(', ')}`))
  const make = Object.hasOwn(recipes, recipe) ? recipes[recipe] : undefined
  return make === undefined
    ? E.left(
        invalidParameters(
          'recipe',
          'recipe',
          `there is no recipe ${recipe}${nearest(recipe, recipeNames)}; there are ${recipeNames.join(', ')}`
        )
      )
    : make(given as never)
}
