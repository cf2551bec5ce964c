import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as v from 'valibot'
import {
  attachedStep,
  attachment,
  attachmentPremises,
  attachmentSteps,
  namespaceOf,
  namespaceSteps,
  place,
  placePremises,
  wrongAttachment,
  wrongPlace,
  wrongTogether
} from './attachment'
import { withoutIpv6 } from './ipv6'
import {
  type Fault,
  found,
  hardwareAddressFor,
  interfaceName,
  isolationName,
  linkGroupFor,
  parse,
  wrongAsName
} from './parameters'
import { type InvalidParameters, invalidParameters, type Plan, type Premise } from './plan'
import type { Step } from './step'

const recipe = 'namespace-switch'

const vlanNumber = 'must be from 1 to 4094'

const member = v.strictObject(
  {
    ...attachment,
    /** The bridge's end of the pair; the bridge's name and a number by default. */
    port: v.optional(interfaceName),
    /** The VLAN that the member is in, without knowing of it. */
    vlan: v.optional(
      v.pipe(
        v.number('must be a number'),
        v.integer('must be a whole number'),
        v.minValue(1, vlanNumber),
        v.maxValue(4094, vlanNumber)
      )
    )
  },
  'must be an object'
)
type Member = v.InferOutput<typeof member>

export const namespaceSwitchSchema = v.strictObject({
  recipe: v.optional(v.literal(recipe, `must be ${recipe}`)),
  /** By which it is torn down; the namespace's name by default. */
  name: v.optional(isolationName),
  /** Where the switch is. */
  ...place,
  /** The bridge that is the switch. */
  bridge: v.optional(interfaceName, 'br0'),
  /** Whether frames pass between members of one VLAN only; by default, if any member is told a VLAN. */
  vlanFiltering: v.optional(v.boolean('must be true or false')),
  /** The namespaces on the switch. */
  members: v.pipe(v.array(member, 'must be a list'), v.minLength(1, 'there must be one at least'))
})

export type NamespaceSwitchParameters = v.InferInput<typeof namespaceSwitchSchema>

/**
 * A switch in a namespace of its own, on which other namespaces are: a bridge without an address, and a veth pair for
 * each member. The host has no part in it. With VLANs, a member reaches those of its own VLAN only.
 */
export const namespaceSwitch = (parameters: NamespaceSwitchParameters): E.Either<InvalidParameters, Plan> =>
  pipe(
    parse(recipe, namespaceSwitchSchema, parameters),
    E.chain(parsed => {
      const name = parsed.name ?? parsed.namespace
      const members = parsed.members.map((each, n) => ({
        ...each,
        port: each.port ?? portFor(parsed.bridge, n)
      }))
      const wrong = wrongSwitch({ ...parsed, name, members })
      if (wrong !== undefined || name === undefined)
        return E.left(invalidParameters(recipe, wrong?.field ?? 'name', wrong?.reason ?? 'is missing'))
      return E.right<InvalidParameters, Plan>({
        recipe,
        name,
        parameters: { ...parameters, recipe },
        premises: premisesOf({ ...parsed, name, members }),
        steps: stepsOf({ ...parsed, name, members })
      })
    })
  )

/** The bridge's name and a number, if that is short enough for a name. */
const portFor = (bridge: string, n: number): string => {
  const port = `${bridge}-${n + 1}`
  return v.is(interfaceName, port) ? port : `port${n + 1}`
}

type Parsed = Omit<v.InferOutput<typeof namespaceSwitchSchema>, 'name' | 'members'> & {
  readonly name: string | undefined
  readonly members: ReadonlyArray<Member & { readonly port: string }>
}

const isFiltering = ({ vlanFiltering, members }: Parsed): boolean =>
  vlanFiltering ?? members.some(({ vlan }) => vlan !== undefined)

const wrongSwitch = (given: Parsed): Fault | undefined => {
  const { name, members, bridge } = given
  const tagged = members.findIndex(({ vlan }) => vlan !== undefined)
  const inside = members.findIndex(
    each =>
      JSON.stringify(namespaceOf(each)) === JSON.stringify(namespaceOf(given)) &&
      [bridge, ...members.map(({ port }) => port)].includes(each.interface)
  )
  return (
    wrongPlace('', given) ??
    (name === undefined
      ? { field: 'name', reason: 'is missing: a namespace without a name gives none to the switch' }
      : found('name', wrongAsName(name, 'namespace'))) ??
    members.map((each, n) => wrongAttachment(`members.${n}`, each)).find(each => each !== undefined) ??
    wrongTogether('members', members) ??
    found(
      `members.${inside}.interface`,
      inside === -1 ? undefined : 'the switch itself has an interface of this name in the same namespace'
    ) ??
    wrongPort(given) ??
    found(
      `members.${tagged}.vlan`,
      tagged === -1 || isFiltering(given) ? undefined : 'means nothing while vlanFiltering is false'
    )
  )
}

const wrongPort = ({ bridge, members }: Parsed): Fault | undefined => {
  const names = [bridge, ...members.map(({ port }) => port)]
  const twice = members.findIndex(({ port }, n) => names.indexOf(port) <= n)
  return found(
    `members.${twice}.port`,
    twice === -1 ? undefined : `${members[twice]?.port} is the name of another interface of the switch`
  )
}

const premisesOf = (given: Parsed): ReadonlyArray<Premise> => {
  const namespace = namespaceOf(given)
  return [
    ...placePremises('', given),
    { field: 'bridge', link: given.bridge, namespace, must: 'be absent' },
    ...given.members.flatMap(
      (each, n): ReadonlyArray<Premise> => [
        { field: `members.${n}.port`, link: each.port, namespace, must: 'be absent' },
        ...attachmentPremises(`members.${n}`, each)
      ]
    )
  ]
}

const stepsOf = (given: Parsed & { readonly name: string }): ReadonlyArray<Step> => {
  const { name, bridge, members } = given
  const namespace = namespaceOf(given)
  const filtering = isFiltering(given)
  // All that the switch consists of goes at once.
  const group = linkGroupFor(name)
  return [
    ...namespaceSteps([given, ...members]),
    {
      _tag: 'AddLink',
      namespace,
      link: {
        kind: 'bridge',
        name: bridge,
        group,
        address: hardwareAddressFor(`${name}/${bridge}`),
        ...(filtering && { options: { vlanFiltering: 1 } })
      }
    },
    ...members.map(
      (each): Step => ({
        _tag: 'AddLink',
        namespace,
        link: {
          kind: 'veth',
          name: each.port,
          group,
          master: bridge,
          peer: { name: each.interface, namespace: namespaceOf(each) }
        }
      })
    ),
    ...(filtering
      ? members.map(
          ({ port, vlan = defaultVlan }): Step => ({ _tag: 'JoinVlan', namespace, link: port, vlan })
        )
      : []),
    // A switch hears nothing that is said on it, so it has no address, not even one that IPv6 makes.
    ...[bridge, ...members.map(({ port }) => port)].map(each => withoutIpv6(each, namespace)),
    ...[bridge, ...members.map(({ port }) => port)].map(
      (each): Step => ({ _tag: 'SetLink', namespace, link: each, change: { up: true } })
    ),
    ...members.flatMap(attachmentSteps),
    { _tag: 'AwaitReadiness', namespace, links: members.map(({ port }) => port), addresses: [] },
    ...members.map(attachedStep)
  ]
}

/** That of ports which are told none. */
const defaultVlan = 1
