import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { bridgeEndpoint, type Endpoint } from '../recipe/bridge-network'
import { type InvalidParameters, invalidParameters, type Plan, withUplink } from '../recipe/plan'
import type { Port } from '../recipe/publication'
import { planFrom } from '../recipe/registry'
import { type IsolationError, notApplied } from './error'
import { type Machine, membersOf } from './machine'
import type { Brief, Entry } from './record'
import { isUp } from './watchdog'

/** What is up by a name, and the plan for it with other parameters. */
export interface Subject {
  readonly machine: Machine
  readonly entry: Entry
  readonly planWith: (parameters: Plan['parameters']) => E.Either<InvalidParameters, Plan>
}

/** The same as far as one port goes: nothing is known of those that stand in lines of their own. */
export interface BriefSubject extends Subject {
  readonly brief: Brief
}

/** Reads what is on record by a name, and says `shown` where there is nothing. */
type Look<A> = (machine: Machine, record: string, shown: string) => TE.TaskEither<IsolationError, A>

const notUp = (name: string): TE.TaskEither<IsolationError, never> =>
  TE.left(notApplied(name, `there is no isolation ${name} that is up; bring it up first`))

/** What is on record is read when it is asked for, and not before: whoever asks holds the lock then. */
const read = <A extends Pick<Subject, 'entry'>>(
  look: () => E.Either<IsolationError, A | undefined>,
  shown: string
): TE.TaskEither<IsolationError, A> =>
  pipe(
    TE.fromIOEither(look),
    TE.chain(found => (found !== undefined && isUp(found.entry) ? TE.right(found) : notUp(shown)))
  )

const whole: Look<Pick<Subject, 'entry'>> = ({ journal }, record, shown) =>
  read(() => E.map((entry: Entry | undefined) => entry && { entry })(journal.read(record)), shown)

const brief =
  (port: Port): Look<Pick<BriefSubject, 'entry' | 'brief'>> =>
  ({ journal }, record, shown) =>
    read(() => {
      const found = journal.brief(record, port)
      return E.right(found && { entry: found.entry, brief: found })
    }, shown)

const find = <A extends Pick<Subject, 'entry'>>(
  look: Look<A>,
  machine: Machine,
  name: string
): TE.TaskEither<IsolationError, A & Subject> => {
  const slash = name.indexOf('/')
  if (slash >= 0) return findEndpoint(look, machine, name.slice(0, slash), name.slice(slash + 1))
  return pipe(
    look(machine, name, name),
    TE.chainW(found => {
      const { recipe, uplink } = found.entry.plan
      const planWith: Subject['planWith'] = parameters =>
        pipe(
          planFrom(parameters),
          E.map(plan => (uplink === undefined ? plan : withUplink(plan, uplink)))
        )
      return recipe === 'bridge-network'
        ? TE.left<IsolationError, A & Subject>(
            invalidParameters(
              recipe,
              'publish',
              `is an endpoint's; name one of the network's, as ${name}/red`
            )
          )
        : TE.right({ ...found, machine, planWith })
    })
  )
}

const findEndpoint = <A extends Pick<Subject, 'entry'>>(
  look: Look<A>,
  machine: Machine,
  network: string,
  endpoint: string
): TE.TaskEither<IsolationError, A & Subject> =>
  pipe(
    whole(machine, network, network),
    TE.bindTo('outer'),
    TE.bind('found', () => look(membersOf(machine, network), endpoint, `${network}/${endpoint}`)),
    TE.map(({ outer, found }) => ({
      ...found,
      machine: membersOf(machine, network),
      planWith: parameters => bridgeEndpoint(outer.entry.plan.parameters, parameters as Endpoint)
    }))
  )

/** What is up by a name, `web/red` being an endpoint of the network `web`. */
export const subjectOf = (machine: Machine, name: string): TE.TaskEither<IsolationError, Subject> =>
  find(whole, machine, name)

/** The same as far as a port goes; undefined where it takes a look at the whole. */
export const briefSubjectOf = (
  machine: Machine,
  name: string,
  port: Port
): TE.TaskEither<never, BriefSubject | undefined> =>
  pipe(
    find(brief(port), machine, name),
    TE.match(
      () => undefined,
      subject => subject
    ),
    TE.fromTask
  )
