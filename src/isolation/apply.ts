import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { quoted } from '../../protocol/definition/error'
import type { NamespaceError } from '../namespace/error'
import type { NamespaceRef } from '../namespace/reference'
import { allSteps, type InvalidParameters, invalidParameters, type Plan, withUplink } from '../recipe/plan'
import type { Step } from '../recipe/step'
import type { InvalidInput } from '../socket/error'
import { keysOf, wrongOptions } from '../socket/key'
import { type IsolationError, type NameTaken, type PortTaken, type StepFailed, total } from './error'
import { type ExecutionOptions, execute, inWorld, surroundings, tasksOf, undo } from './execution'
import { ifLeftOver } from './firewall'
import { orElsewhere } from './journal'
import { leftover } from './leftover'
import { changing, type Machine, membersOf, thisMachine } from './machine'
import { differencesText, parameterDifferences } from './parameter'
import { checkPremises, type Planned, planOf, resolveUplink } from './premise'
import { askedOf, type Entry } from './record'
import { mend } from './repair'
import { describe, kindOf } from './step'
import { takeDown, takeDownMembers } from './teardown'
import { isUp, leftOf, type Watchdog } from './watchdog'
import type { World } from './world'

/** What is applied. */
export interface Isolation {
  /** By which it is taken down. */
  readonly name: string
  /** The plan with everything looked up. */
  readonly plan: Plan
  /** Whether anything had to be changed. */
  readonly changed: boolean
  /** Of what was up already: the steps that had to be done anew, as something of them was lost. */
  readonly repaired: ReadonlyArray<string>
  /**
   * Milliseconds that are left to confirm it; none if nobody has to. Of what was up already these are left of the time
   * that was given first, whatever was asked for now.
   */
  readonly confirmWithin?: number
}

export interface ApplyOptions extends ExecutionOptions {
  /**
   * Milliseconds after which everything is undone unless `confirm` was called: by a process of its own, so it happens
   * also when this one, its terminal or the connection that it was started over is gone. Default: nobody has to confirm.
   * What is up already keeps the deadline that it has, and what was confirmed, or never had one, gets none.
   */
  readonly confirmWithin?: number
  /** Ends it before the next batch of changes; what was done is undone. */
  readonly signal?: AbortSignal
}

/**
 * Applies a plan, whole or not at all: if a step fails, those before it are undone and the error names the step. The
 * same plan again changes nothing but what was lost of it meanwhile, and ports that came or went by `publish` and
 * `unpublish` stay so; another one by the same name is refused.
 */
export const apply = (
  planned: Planned<InvalidParameters>,
  options: ApplyOptions = {}
): TE.TaskEither<IsolationError, Isolation> => applyOn(thisMachine())(planned, options)

export const applyOn =
  (machine: Machine) =>
  (
    planned: Planned<InvalidParameters>,
    options: ApplyOptions = {}
  ): TE.TaskEither<IsolationError, Isolation> =>
    pipe(
      TE.fromEither(planOf('apply', planned)),
      TE.chainFirstW(() => TE.fromEither(checkOptions(options))),
      TE.chainFirstW(plan => TE.fromEither(checkWait(plan, options))),
      TE.chainW(plan => changing(machine, applyLocked(machine, plan, options), options.signal)),
      TE.mapLeft(orElsewhere)
    )

const optionTable = {
  keys: keysOf<ApplyOptions>({ confirmWithin: true, signal: true, onStep: true, onLoss: true }),
  least: {}
}

/** One that is misspelt would be passed over: nothing would undo what nobody confirms. */
const checkOptions = (options: ApplyOptions): E.Either<InvalidInput, void> => {
  const wrong = wrongOptions('apply', options, optionTable)
  return wrong === undefined ? E.right(undefined) : E.left(wrong)
}

const checkWait = ({ recipe }: Plan, { confirmWithin }: ApplyOptions): E.Either<InvalidParameters, void> =>
  confirmWithin === undefined || (Number.isFinite(confirmWithin) && confirmWithin >= 1)
    ? E.right(undefined)
    : E.left(
        invalidParameters(
          recipe,
          'confirmWithin',
          `${quoted(confirmWithin)} is not a number of milliseconds from 1 on, such as 30000`
        )
      )

/** Whoever does this holds the lock. */
export const applyLocked = (
  machine: Machine,
  plan: Plan,
  options: ApplyOptions
): TE.TaskEither<IsolationError, Isolation> =>
  pipe(
    TE.fromIOEither(() => machine.journal.take(plan.name)),
    TE.chainW((earlier): TE.TaskEither<IsolationError, Isolation> => {
      if (earlier === undefined) return applyNew(machine, plan, options)
      // What a process that died had begun, or what nobody has confirmed, is undone first.
      if (!isUp(earlier))
        return pipe(
          takeDown(machine, earlier),
          TE.chainW(() => applyNew(machine, plan, options))
        )
      return isSame(earlier, plan)
        ? pipe(
            checkMembers(machine, plan),
            TE.chainW(() => mend(machine, earlier, options)),
            TE.chainW(repaired =>
              pipe(
                applyMembers(machine, plan, options),
                TE.map(changed => [...repaired, ...changed])
              )
            ),
            TE.map(repaired => ({
              name: plan.name,
              plan: earlier.plan,
              changed: repaired.length > 0,
              repaired,
              ...leftOf(earlier.pending)
            }))
          )
        : TE.left(nameTaken(plan.name, earlier, plan))
    })
  )

/** That what is on record of those that belong to a plan is theirs: before anything is mended. */
const checkMembers = (
  machine: Machine,
  { name, members = [] }: Plan
): TE.TaskEither<IsolationError, void> => {
  const { journal } = membersOf(machine, name)
  for (const member of members) {
    const earlier = journal.take(member.name)
    if (E.isLeft(earlier)) return TE.left(earlier.left)
    if (earlier.right?.phase === 'applied' && !isSame(earlier.right, member))
      return TE.left(nameTaken(`${name}/${member.name}`, earlier.right, member))
  }
  return TE.right(undefined)
}

/** Whether a plan is the one that was applied: the parameters are the same, or all that they lead to. */
export const isSame = ({ plan: applied, asked }: Entry, plan: Plan): boolean =>
  applied.recipe === plan.recipe &&
  (isEqual(applied.parameters, plan.parameters) ||
    (asked !== undefined && isEqual(asked, plan.parameters)) ||
    isEqual(allSteps(applied), allSteps(resolvedAs(applied, plan))))

const isEqual = (a: object, b: object): boolean =>
  isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)))

const resolvedAs = ({ uplink }: Plan, plan: Plan): Plan =>
  plan.uplinkOf === undefined || uplink === undefined ? plan : withUplink(plan, uplink)

export const nameTaken = (name: string, applied: Entry, plan: Plan): NameTaken => {
  const differences = parameterDifferences(askedOf(applied), plan.parameters)
  return {
    _tag: 'NameTaken',
    message: `name: ${name} is applied already, with other parameters (${differencesText(differences)}); take it down first, or give another name`,
    isolation: name,
    differences
  }
}

const applyNew =
  (machine: Machine, given: Plan, options: ApplyOptions): TE.TaskEither<IsolationError, Isolation> =>
  () =>
    inWorld(machine, world =>
      pipe(
        resolveUplink(given, world),
        TE.chainFirstW(plan => checkPremises(plan, world, machine)),
        TE.chainFirstW(plan => TE.fromEither(lookUpPlaces(plan, world))),
        TE.bindTo('plan'),
        TE.bindW('before', ({ plan }) => observe(machine, plan, world)),
        TE.bindW('watchdog', ({ plan }) => watchdogFor(machine, plan, options)),
        TE.chainW(({ plan, before, watchdog }) => {
          const pending = watchdog?.pending
          const entry: Entry = {
            phase: 'applying',
            plan,
            before,
            places: world.places(),
            ...(pending !== undefined && { pending })
          }
          return async () => {
            try {
              const written = machine.journal.write(entry)
              if (E.isRight(written)) return await carryOut(machine, entry, world, options)
              // Nothing has been changed yet, and without a record of it nothing will be.
              machine.journal.erase(plan.name)
              return written
            } finally {
              watchdog?.release()
            }
          }
        })
      )()
    )

/** Namespaces that the plan makes are not there yet. All others are looked up now, once and for all. */
const lookUpPlaces = ({ steps }: Plan, world: World): E.Either<NamespaceError, void> => {
  const made = new Set(steps.flatMap(step => (step._tag === 'CreateNamespace' ? [step.name] : [])))
  return pipe(
    [undefined, ...referencesIn(steps)].filter(ref => typeof ref !== 'string' || !made.has(ref)),
    E.traverseArray(world.at),
    E.map(() => undefined)
  )
}

/** What steps call `namespace`, wherever in them, is a reference to one. */
const referencesIn = (value: unknown): ReadonlyArray<NamespaceRef> =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, member]) =>
        key === 'namespace' && member !== undefined ? [member as NamespaceRef] : referencesIn(member)
      )

/**
 * What every step finds before anything is changed; the questions of all travel together, once the namespaces are
 * there that they are asked in. A port that somebody has is the caller's to mend, not the step's.
 */
export const observe = (
  machine: Machine,
  plan: Plan,
  world: World
): TE.TaskEither<PortTaken | StepFailed, ReadonlyArray<unknown>> => {
  const around = surroundings(world, machine, plan, [])
  const found = new Map<Step, unknown>()
  const look = (step: Step): TE.TaskEither<PortTaken | StepFailed, void> =>
    pipe(
      total(kindOf(step).before(step, around)),
      TE.bimap(
        error =>
          error._tag === 'PortTaken'
            ? ifLeftOver(error, leftover(machine, error.owner))
            : stepFailed({ step: describe(step), error }, []),
        before => void found.set(step, before)
      )
    )
  const makesPlace = ({ _tag }: Step): boolean => _tag === 'CreateNamespace'
  return pipe(
    plan.steps.filter(makesPlace),
    TE.traverseSeqArray(look),
    TE.chain(() =>
      pipe(
        plan.steps.filter(step => !makesPlace(step)),
        TE.traverseArray(look)
      )
    ),
    TE.map(() => plan.steps.map(step => found.get(step)))
  )
}

const watchdogFor = (
  machine: Machine,
  { name }: Plan,
  { confirmWithin }: ApplyOptions
): TE.TaskEither<IsolationError, Watchdog | undefined> =>
  confirmWithin === undefined
    ? TE.right(undefined)
    : machine.arm(machine.journal.directory, name, randomUUID(), confirmWithin)

const carryOut = async (
  machine: Machine,
  entry: Entry,
  world: World,
  options: ApplyOptions
): Promise<E.Either<IsolationError, Isolation>> => {
  const { plan, pending } = entry
  const tasks = tasksOf(entry)
  const around = surroundings(world, machine, plan, tasks)
  const { begun, failure } = await execute(tasks, around, options)
  const members: E.Either<IsolationError, unknown> =
    failure === undefined ? await applyMembers(machine, plan, options)() : E.right([])
  const cause =
    failure === undefined
      ? E.isRight(members)
        ? recordFailure(machine, entry)
        : undefined
      : { step: describe(failure.step), error: failure.error }
  if (cause === undefined && E.isRight(members))
    return E.right({ name: plan.name, plan, changed: true, repaired: [], ...leftOf(pending) })
  const unended = await takeDownMembers(machine, plan.name, options)()
  const leftBehind = [
    ...(E.isLeft(unended) ? [unended.left.message] : []),
    ...(await undo(begun, around, options))
  ]
  const erased = leftBehind.length === 0 ? machine.journal.erase(plan.name) : E.right(undefined)
  const left = E.isLeft(erased) ? [erased.left.message] : leftBehind
  if (cause !== undefined) return E.left(stepFailed(cause, left))
  return E.isLeft(members) && left.length > 0
    ? E.left(stepFailed({ step: 'attach the endpoints', error: members.left }, left))
    : (members as E.Left<IsolationError>)
}

/** Applies what belongs to a plan, one after the other. What had to be done of each, if it was up already. */
const applyMembers = (
  machine: Machine,
  { name, members = [] }: Plan,
  { onStep, signal }: ApplyOptions
): TE.TaskEither<IsolationError, ReadonlyArray<string>> =>
  pipe(
    members,
    TE.traverseSeqArray(member =>
      pipe(
        applyLocked(membersOf(machine, name), member, {
          ...(onStep !== undefined && { onStep }),
          ...(signal !== undefined && { signal })
        }),
        TE.map(({ changed, repaired }) =>
          changed && repaired.length === 0 ? [`attach ${member.name}`] : repaired
        )
      )
    ),
    TE.map(done => done.flat())
  )

interface Cause {
  readonly step: string
  readonly error: StepFailed['cause']
}

/** That all is done has to be on record, or the next one would undo it. */
const recordFailure = ({ journal }: Machine, entry: Entry): Cause | undefined => {
  const written = journal.write({ ...entry, phase: 'applied' })
  return E.isLeft(written)
    ? { step: `record that ${entry.plan.name} is applied`, error: written.left }
    : undefined
}

export const stepFailed = ({ step, error }: Cause, leftBehind: ReadonlyArray<string>): StepFailed => {
  const after = leftBehind.length === 0 ? 'nothing is left behind' : `left behind: ${leftBehind.join('; ')}`
  return {
    _tag: 'StepFailed',
    message: `cannot ${step}: ${error.message}; ${after}`,
    step,
    cause: error,
    leftBehind
  }
}
