import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { PassFirewalls } from '../../recipe/step'
import type { StepError } from '../error'
import {
  change,
  type Exception,
  exceptionChange,
  type Flow,
  type ForeignSpot,
  hindrances,
  removeExceptions,
  spotName
} from '../firewall'
import { placeName } from '../world'
import { type Bridges, bridgesOf } from './bridge'
import { call, type StepKind, type Surroundings, word } from './kind'

interface Before {
  /** Of the networks that are allowed by name. */
  readonly bridges?: Bridges
}

/** Something that has to pass, what it is in words, and what lets it. */
interface Passage {
  readonly what: string
  readonly flow: Flow
  readonly exception: Exception
}

/**
 * What has to pass: to the world, and from there the answers and what is for published ports; on a bridge, what those on
 * it send each other, and what comes from and goes to networks that are allowed. Our table keeps the rest.
 */
const passages = (
  { family, link, uplink, networks }: PassFirewalls,
  { bridges = {} }: Before
): ReadonlyArray<Passage> => {
  const sent = `what ${link} sends`
  const got = `what goes to ${link}`
  const forward = (what: string, exception: Exception, flow: Partial<Flow>): Passage => ({
    what,
    exception,
    flow: { family, hook: 'forward', state: 'new', ...exception, ...flow }
  })
  return [
    forward(sent, { iifname: link, oifname: uplink }, {}),
    forward(sent, { iifname: link, oifname: uplink }, { state: 'established' }),
    forward(got, { oifname: link }, { iifname: uplink, state: 'established' }),
    forward(got, { oifname: link }, { iifname: uplink, dnat: true }),
    ...(networks === undefined
      ? []
      : [
          // With br_netfilter, the network's firewalls see these too.
          forward(`what is sent from ${link} to ${link}`, { iifname: link, oifname: link }, {}),
          ...networks
            .map(name => bridges[name] ?? name)
            .flatMap(other => [
              forward(`what is sent from ${link} to ${other}`, { iifname: link, oifname: other }, {}),
              forward(`what is sent from ${other} to ${link}`, { iifname: other, oifname: link }, {})
            ])
        ])
  ]
}

/** What passes between the link and the host itself, as far as the administrator lets it. */
const visits = ({ family, link }: PassFirewalls): ReadonlyArray<Omit<Passage, 'exception'>> => [
  {
    what: `what ${link} sends to the host itself`,
    flow: { family, hook: 'input', iifname: link, oifname: '', state: 'new', local: true }
  },
  {
    what: `what ${link} answers to the host itself`,
    flow: { family, hook: 'input', iifname: link, oifname: '', state: 'established', local: true }
  },
  {
    what: `what the host itself sends to ${link}`,
    flow: { family, hook: 'output', iifname: '', oifname: link, state: 'new' }
  }
]

/** What a bridge has to pass on, which firewalls of family bridge see, such as ebtables. */
const frames = ({ family, link, networks }: PassFirewalls): ReadonlyArray<Framed> => {
  const frame = (what: string, hook: Flow['hook'], options: Framed['options']): Framed => ({
    what,
    options,
    flow: { family, hook, ...options }
  })
  return networks === undefined
    ? []
    : [
        frame(`what is sent from ${link} to ${link}`, 'forward', { ibrname: link, obrname: link }),
        frame(`what ${link} sends`, 'input', { ibrname: link }),
        frame(`what goes to ${link}`, 'output', { obrname: link })
      ]
}

interface Framed extends Omit<Passage, 'exception'> {
  readonly options: Pick<Flow, 'ibrname' | 'obrname'>
}

interface Obstacle<P> {
  readonly passage: P
  readonly spot: ForeignSpot
}

const obstacles = <P extends { readonly flow: Flow }>(
  { namespace }: PassFirewalls,
  { world }: Surroundings,
  all: ReadonlyArray<P>
): TE.TaskEither<StepError, ReadonlyArray<Obstacle<P>>> =>
  pipe(
    hindrances(
      world,
      namespace,
      all.map(({ flow }) => flow)
    ),
    TE.map(found => all.flatMap((passage, n) => (found[n] ?? []).map(spot => ({ passage, spot }))))
  )

/** Whether the one lets through whatever the other does. */
const covers = (one: Exception, other: Exception): boolean =>
  Object.entries(one).every(([key, name]) => other[key as keyof Exception] === name)

/** One rule does for all that meet the same obstacle. */
const needed = (all: ReadonlyArray<Obstacle<Passage>>): ReadonlyArray<Obstacle<Passage>> =>
  all.filter(({ passage, spot }, n) =>
    all.every(
      (other, m) =>
        m === n ||
        spotName(other.spot) !== spotName(spot) ||
        !covers(other.passage.exception, passage.exception) ||
        (m > n && covers(passage.exception, other.passage.exception))
    )
  )

/** Obstacles that a rule of ours can do away with, or those that only iptables-legacy can. */
const look = (
  step: PassFirewalls,
  before: Before,
  around: Surroundings,
  legacy = false
): TE.TaskEither<StepError, ReadonlyArray<Obstacle<Passage>>> =>
  pipe(
    obstacles(step, around, passages(step, before)),
    TE.map(all => needed(all.filter(({ spot }) => (spot.ref.legacy === true) === legacy)))
  )

const open = (step: PassFirewalls, before: Before, around: Surroundings) =>
  call(
    change(
      { world: around.world, namespace: step.namespace },
      pipe(
        look(step, before, around),
        TE.map(found =>
          found.map(({ passage, spot }) => exceptionChange(spot, passage.exception, around.owner))
        )
      )
    )
  )

const sentenceOf = ({ passage, spot }: Obstacle<{ readonly what: string }>): string =>
  `${passage.what} is dropped by ${spotName(spot)}`

const distinct = (sentences: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(sentences)]

const iptablesOf = ({ family }: PassFirewalls): string => (family === 'ip' ? 'iptables' : 'ip6tables')

/** What a person would type where it is not ours to change. */
const remedy = (
  tool: string,
  chain: string,
  options: { readonly [option: string]: string | undefined }
): string =>
  [
    `${tool} -I ${chain}`,
    ...Object.entries(options).flatMap(([option, name]) =>
      name === undefined ? [] : `${option} ${word(name)}`
    ),
    '-j ACCEPT'
  ].join(' ')

const legacyRemedy = (step: PassFirewalls, { iifname, oifname }: Exception): string =>
  remedy(`${iptablesOf(step)}-legacy`, 'FORWARD', { '-i': iifname, '-o': oifname })

const frameRemedy = ({ flow: { hook, ibrname, obrname } }: Framed): string =>
  remedy('ebtables', hook.toUpperCase(), { '--logical-in': ibrname, '--logical-out': obrname })

/**
 * Other firewalls: an accept of ours is not the last word, and a chain of somebody else's may drop what we let through.
 * Where one would, a rule of ours, known by its comment, stands right before what would. What is for the host itself or
 * comes from it is the administrator's to decide; iptables-legacy changes its tables alone; and rules about bridges need
 * a module that few kernels have loaded. Of these it is told, and what to type.
 */
export const passageStep: StepKind<PassFirewalls, Before | null> = {
  describe: ({ link, namespace }) =>
    `see that other firewalls let pass what ${link} ${placeName(namespace)} sends and gets`,
  before: ({ networks = [] }, around) =>
    TE.fromEither(
      networks.length === 0
        ? E.right(null)
        : pipe(
            bridgesOf(networks, around),
            E.map(bridges => ({ bridges }))
          )
    ),
  apply: (step, before, around) => open(step, before ?? {}, around),
  undo: ({ namespace }, _, { world, owner }) =>
    call(removeExceptions(world, namespace, each => each === owner)),
  check: (step, before, around) =>
    pipe(
      look(step, before ?? {}, around),
      TE.map(found => distinct(found.map(sentenceOf)))
    ),
  hindered: (step, before, around) =>
    pipe(
      TE.Do,
      TE.apS('legacy', look(step, before ?? {}, around, true)),
      TE.apS('frames', obstacles(step, around, frames(step))),
      TE.apS('visits', obstacles(step, around, visits(step))),
      TE.map(found =>
        distinct([
          ...found.legacy.map(each => `${sentenceOf(each)}: ${legacyRemedy(step, each.passage.exception)}`),
          ...found.frames.map(each => `${sentenceOf(each)}: ${frameRemedy(each.passage)}`),
          ...found.visits.map(each => `${sentenceOf(each)}, but for what is accepted before it`)
        ])
      )
    ),
  repair: (step, before, around) => open(step, before ?? {}, around),
  script: step => {
    const { family, link, uplink } = step
    const iptables = iptablesOf(step)
    const chain = `nft list chain ${family} filter FORWARD 2>/dev/null | grep -q 'policy drop'`
    return [
      `if ${chain}; then`,
      `  ${iptables} -A FORWARD -i ${word(link)} -o ${word(uplink)} -j ACCEPT`,
      `  ${iptables} -A FORWARD -o ${word(link)} -j ACCEPT`,
      'fi'
    ]
  }
}
