import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { transaction } from '../../nftables'
import type { PassFirewalls } from '../../recipe/step'
import type { StepError } from '../error'
import {
  type Exception,
  exceptionChange,
  type Flow,
  type ForeignSpot,
  hindrances,
  removeExceptions,
  spotName
} from '../firewall'
import { placeName } from '../world'
import { call, type StepKind, type Surroundings, word } from './kind'

/** What has to pass: to the world, and from there the answers and what is for published ports. Our table keeps the rest. */
const passages = ({
  family,
  link,
  uplink
}: PassFirewalls): ReadonlyArray<{ readonly flow: Flow; readonly exception: Exception }> => [
  {
    flow: { family, iifname: link, oifname: uplink, state: 'new' },
    exception: { iifname: link, oifname: uplink }
  },
  {
    flow: { family, iifname: link, oifname: uplink, state: 'established' },
    exception: { iifname: link, oifname: uplink }
  },
  {
    flow: { family, iifname: uplink, oifname: link, state: 'established' },
    exception: { oifname: link }
  },
  {
    flow: { family, iifname: uplink, oifname: link, state: 'new', dnat: true },
    exception: { oifname: link }
  }
]

const look = (
  step: PassFirewalls,
  { world }: Surroundings
): TE.TaskEither<
  StepError,
  ReadonlyArray<{ readonly exception: Exception; readonly hindrance: ForeignSpot }>
> =>
  pipe(
    hindrances(
      world,
      step.namespace,
      passages(step).map(({ flow }) => flow)
    ),
    TE.map(found =>
      found.flatMap((each, n) =>
        each.map(hindrance => ({ exception: passages(step)[n]?.exception as Exception, hindrance }))
      )
    )
  )

/** One rule does for all that meet the same obstacle. */
const distinct = <A>(all: ReadonlyArray<A>, id: (a: A) => string): ReadonlyArray<A> => [
  ...new Map(all.map(each => [id(each), each])).values()
]

const idOf = ({
  exception,
  hindrance
}: {
  readonly exception: Exception
  readonly hindrance: ForeignSpot
}): string => `${spotName(hindrance)} ${exception.iifname} ${exception.oifname}`

const open = (step: PassFirewalls, around: Surroundings) =>
  call(
    pipe(
      look(step, around),
      TE.map(found =>
        distinct(found, idOf).map(({ exception, hindrance }) =>
          exceptionChange(hindrance, exception, around.owner)
        )
      ),
      TE.chainW(changes =>
        changes.length === 0 ? TE.right(undefined) : around.world.send(transaction(changes), step.namespace)
      )
    )
  )

/**
 * Other firewalls: an accept of ours is not the last word, and a chain of somebody else's may drop what we let through.
 * Where one would, a rule of ours, known by its comment, stands right before what would.
 */
export const passageStep: StepKind<PassFirewalls, null> = {
  describe: ({ link, namespace }) =>
    `see that other firewalls let pass what ${link} ${placeName(namespace)} sends and gets`,
  before: () => TE.right(null),
  apply: (step, _, around) => open(step, around),
  undo: ({ namespace }, _, { world, owner }) => call(removeExceptions(world, namespace, owner)),
  check: (step, _, around) =>
    pipe(
      look(step, around),
      TE.map(found => [
        ...new Set(
          found.map(
            ({ exception: { iifname }, hindrance }) =>
              `what ${iifname === undefined ? `goes to ${step.link}` : `${step.link} sends`} is dropped by ${spotName(hindrance)}`
          )
        )
      ])
    ),
  repair: (step, _, around) => open(step, around),
  script: ({ family, link, uplink }) => {
    const iptables = family === 'ip' ? 'iptables' : 'ip6tables'
    const chain = `nft list chain ${family} filter FORWARD 2>/dev/null | grep -q 'policy drop'`
    return [
      `if ${chain}; then`,
      `  ${iptables} -A FORWARD -i ${word(link)} -o ${word(uplink)} -j ACCEPT`,
      `  ${iptables} -A FORWARD -o ${word(link)} -j ACCEPT`,
      'fi'
    ]
  }
}
