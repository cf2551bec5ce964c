import { setTimeout } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type * as T from 'fp-ts/Task'
import * as TE from 'fp-ts/TaskEither'
import type { Message } from '../../protocol'
import { type InvalidInput, invalidInput, type NetlinkError, type Rejected } from '../socket/error'
import { keysOf, misspelt, wrongOptions } from '../socket/key'
import type { Known, Request } from '../socket/request'
import type { Session } from '../socket/session'
import { batchBegin, batchEnd } from './batch'
import { type Fault, faultText } from './described'
import type { Around, Change } from './edit'
import type { TableRef } from './family'
import { neededBy } from './feature'
import { generation } from './generation'
import { type Difference, difference, type Keyed } from './interval'
import { elementKeysOf, type Layout } from './layout'
import { heldElements, layoutKey, layouts } from './layouts'
import { chainKey, heldRules, leave, type RuleName } from './order'
import { nftables } from './presence'
import type { Element } from './syntax'

export interface TransactionOptions {
  /**
   * The generation that the changes were made for. If anybody has changed the ruleset since, the kernel refuses them
   * all (ERESTART). Default: whatever is there.
   */
  readonly generation?: number
  /** Sets that are there already, for those who refer to them. A connection looks them up. */
  readonly sets?: Around['layoutOf']
  /** What those of them with `auto-merge` hold, for those who add to them. A connection looks this up, too. */
  readonly elements?: (ref: TableRef, set: string) => ReadonlyArray<Element>
  /** The handles of the rules of chains, in their order, for who names a place by its number. A connection looks it up. */
  readonly rules?: (ref: TableRef, chain: string) => ReadonlyArray<bigint>
  /** What to do about an errno, in the words of whoever asks. */
  readonly hints?: { readonly [code: string]: string }
}

const optionKeys = { generation: true, sets: true, elements: true, rules: true, hints: true } as const

const transactionKeys = keysOf<TransactionOptions>(optionKeys)

/** Something to do to the ruleset: a change, or the kernel's message itself. */
export type Step = Change | Message

const isChange = (step: Step): step is Change => 'messages' in step

const keyOf = ({ family, table }: TableRef, set: string): string => `${family} ${table} ${set}`

/** Sets as each step finds them: those that there are, and those that steps before it make. */
const setsAlong = (sets: TransactionOptions['sets']) => {
  const made = new Map<string, Layout>()
  const layoutOf: Around['layoutOf'] = (ref, set) => made.get(keyOf(ref, set)) ?? sets?.(ref, set)
  return {
    layoutOf,
    reach: ({ makes }: Change): void => {
      if (makes !== undefined) made.set(keyOf(makes.ref, makes.set), makes.layout)
    }
  }
}

/** The order of the rules of chains in which steps name places, as each step finds it. */
const ordersAlong = (steps: ReadonlyArray<Step>, rules: TransactionOptions['rules']) => {
  const orders = new Map<string, Array<RuleName>>()
  for (const step of steps) {
    if (!isChange(step) || step.beside === undefined) continue
    const { ref, chain } = step.beside
    orders.set(
      chainKey(ref, chain),
      (rules?.(ref, chain) ?? []).map(position => ({ position }))
    )
  }
  const orderOf: Around['orderOf'] = (ref, chain) => orders.get(chainKey(ref, chain))
  /** Tells what the kernel is sent: by whatever way rules go, they have no place any more. */
  const sent = (messages: ReadonlyArray<Message>): void => {
    if (orders.size > 0) for (const message of messages) leave(orders, message)
  }
  return { orderOf, sent }
}

/** Where the elements of sets are changed last. */
const lastFills = (steps: ReadonlyArray<Step>): ReadonlyMap<string, Step> =>
  new Map(
    steps.flatMap(step =>
      isChange(step) && step.fills !== undefined
        ? [[keyOf(step.fills.ref, step.fills.set), step] as const]
        : []
    )
  )

interface Held {
  /** What the kernel has been told. */
  readonly told: ReadonlyArray<Keyed>
  readonly now: ReadonlyArray<Keyed>
}

const unchanged: Difference = { removed: [], added: [] }

/** What sets with `auto-merge` hold, as each step finds it. */
const heldAlong = (
  steps: ReadonlyArray<Step>,
  layoutOf: Around['layoutOf'],
  elements: TransactionOptions['elements'],
  indexOf: Around['indexOf']
) => {
  const held = new Map<string, Held>()
  const open = new Map(lastFills(steps))
  const found = (ref: TableRef, set: string): Held => {
    const known = held.get(keyOf(ref, set))
    const layout = layoutOf(ref, set)
    if (known !== undefined || layout === undefined) return known ?? { told: [], now: [] }
    const keys = elementKeysOf(layout, elements?.(ref, set) ?? [], indexOf)
    const now = E.isRight(keys) ? keys.right : []
    held.set(keyOf(ref, set), { told: now, now })
    return { told: now, now }
  }
  const heldBy: Around['heldBy'] = (ref, set) => found(ref, set).now
  const hold: Around['hold'] = (ref, set, now, emptied = false) => {
    const told = emptied ? [] : found(ref, set).told
    const due = !open.has(keyOf(ref, set))
    held.set(keyOf(ref, set), { told: due ? now : told, now })
    return due ? difference(told, now) : unchanged
  }
  /** Tells that a step has its turn. */
  const turn = (step: Change): void => {
    const key = step.fills === undefined ? undefined : keyOf(step.fills.ref, step.fills.set)
    if (key !== undefined && open.get(key) === step) open.delete(key)
  }
  return { heldBy, hold, turn }
}

/** The links that steps need to know. */
const linksOf = (steps: ReadonlyArray<Step>, { sets }: TransactionOptions): ReadonlyArray<string> => {
  const { layoutOf, reach } = setsAlong(sets)
  const links = new Set<string>()
  for (const step of steps) {
    if (!isChange(step)) continue
    reach(step)
    for (const link of step.links(layoutOf)) links.add(link)
  }
  return [...links]
}

type Piece = E.Either<InvalidInput, ReadonlyArray<Message>>

/** The field is the caller's, if it is one, and the change stands in the message. */
const wrong = ({ text }: Change, fault: Fault): InvalidInput => ({
  ...invalidInput('nftables.transaction', text, `is wrong: ${faultText(fault)}`),
  ...(typeof fault !== 'string' && { field: fault.field })
})

/** Steps made into messages one by one; each finds the sets that those before it make. */
function* piecesOf(
  steps: ReadonlyArray<Step>,
  { sets, elements, rules }: TransactionOptions,
  indexOf: (name: string) => number,
  /** Is told which change each message is of. */
  of: Array<string | undefined>
): Iterable<Piece> {
  const { layoutOf, reach } = setsAlong(sets)
  const { turn, ...holding } = heldAlong(steps, layoutOf, elements, indexOf)
  const { orderOf, sent } = ordersAlong(steps, rules)
  const around: Around = { indexOf, layoutOf, orderOf, ...holding }
  for (const step of steps) {
    if (!isChange(step)) {
      of.push(undefined)
      sent([step])
      yield E.right([step])
      continue
    }
    reach(step)
    turn(step)
    const made = step.messages(around)
    if (E.isRight(made)) {
      for (const _ of made.right) of.push(step.text)
      sent(made.right)
    }
    yield pipe(
      made,
      E.mapLeft(fault => wrong(step, fault))
    )
  }
}

/** Whether changes use sets that they do not make. */
export const missingSets = (steps: ReadonlyArray<Step>): boolean => {
  const made = new Set<string>()
  for (const step of steps) {
    if (!isChange(step)) continue
    if (step.makes !== undefined) made.add(keyOf(step.makes.ref, step.makes.set))
    if (step.uses.some(({ ref, set }) => !made.has(keyOf(ref, set)))) return true
  }
  return false
}

/** Changes of the ruleset, all together or none: `nft -f`. */
export const transaction = (steps: ReadonlyArray<Step>, options: TransactionOptions = {}): Request<void> => {
  const wrong = misspelt('nftables.transaction', options, transactionKeys)
  if (wrong !== undefined) return wrong
  const { generation, hints } = options
  let of: Array<string | undefined> = []
  function* pieces({ indexOf }: Known): Iterable<Piece> {
    of = []
    yield E.right([batchBegin(generation)])
    yield* piecesOf(steps, options, indexOf, of)
    yield E.right([batchEnd()])
  }
  return {
    operation: 'nftables.transaction',
    protocol: 'netfilter',
    answering: 'transaction',
    links: linksOf(steps, options),
    messages: known =>
      pipe(
        E.sequenceArray([...pieces(known)]),
        E.map(all => all.flat())
      ),
    pieces,
    read: () => undefined,
    fields: { 'attributes.expressions': 'rule', 'attributes.elements': 'elements' },
    part: position => of[position - 1],
    needs: [nftables],
    // Written like this, what it takes is loaded when something is refused.
    neededBy: refused => neededBy(refused),
    hints: {
      ENOENT:
        'what it names, or has the handle of, is not there; if these changes make it, that must come before',
      EOPNOTSUPP: 'this kernel lacks it, or it is not for chains of this hook, type or family',
      EPROTO: 'connections are followed in tables of family inet, ip, ip6 and bridge',
      ERESTART: 'somebody changed the ruleset since; read it again and compute the changes anew',
      ...hints
    }
  }
}

export interface ModifyOptions extends TransactionOptions {
  /** Milliseconds during which it is tried again when others change the ruleset meanwhile. Default 30,000. */
  readonly timeout?: number
  /** How often it is tried again at most. Default: as often as there is time for. */
  readonly retries?: number
}

const modifyTable = {
  keys: keysOf<ModifyOptions>({ ...optionKeys, timeout: true, retries: true }),
  least: { timeout: 0, retries: 0 }
}

/** What sends requests. */
type Sending = Pick<Session, 'send'>

/** Sends changes; what they refer to and do not make is looked up first: sets, and places in chains. */
export const send =
  (steps: ReadonlyArray<Step>, options: TransactionOptions = {}) =>
  (session: Sending): TE.TaskEither<NetlinkError, void> => {
    const needsSets = options.sets === undefined && missingSets(steps)
    const needsRules =
      options.rules === undefined && steps.some(step => isChange(step) && step.beside !== undefined)
    if (!needsSets && !needsRules) return session.send(transaction(steps, options))
    return pipe(
      needsSets ? setsFor(steps)(session) : TE.right({}),
      TE.bindTo('sets'),
      TE.bind('rules', () => (needsRules ? rulesFor(steps)(session) : TE.right({}))),
      TE.chain(({ sets, rules }) => session.send(transaction(steps, { ...options, ...sets, ...rules })))
    )
  }

type Found = TE.TaskEither<NetlinkError, Pick<TransactionOptions, 'sets' | 'elements' | 'rules'>>

const setsFor =
  (steps: ReadonlyArray<Step>) =>
  (session: Sending): Found =>
    pipe(
      session.send(layouts),
      TE.map(found => new Map(found)),
      TE.bindTo('layouts'),
      TE.bind('held', found => filled(steps, found.layouts)(session)),
      TE.map(found => ({
        sets: (ref, set) => found.layouts.get(layoutKey(ref, set)),
        elements: (ref, set) => found.held.get(layoutKey(ref, set)) ?? []
      }))
    )

/** The answers to requests, by the keys of those. */
const answersTo =
  <A>(requests: ReadonlyMap<string, Request<A>>) =>
  (session: Sending): TE.TaskEither<NetlinkError, ReadonlyMap<string, A>> =>
    pipe(
      [...requests],
      TE.traverseArray(([key, request]) =>
        pipe(
          session.send(request),
          TE.map(answer => [key, answer] as const)
        )
      ),
      TE.map(all => new Map(all))
    )

const rulesFor =
  (steps: ReadonlyArray<Step>) =>
  (session: Sending): Found => {
    const asked = new Map<string, ReturnType<typeof heldRules>>()
    for (const step of steps) {
      if (!isChange(step) || step.beside === undefined) continue
      const { ref, chain } = step.beside
      asked.set(chainKey(ref, chain), heldRules(ref, chain))
    }
    return pipe(
      answersTo(asked)(session),
      TE.map(found => ({ rules: (ref, chain) => found.get(chainKey(ref, chain)) ?? [] }))
    )
  }

/** The elements of sets that merge what steps add to them. */
const filled =
  (steps: ReadonlyArray<Step>, layouts: ReadonlyMap<string, Layout>) =>
  (session: Sending): TE.TaskEither<NetlinkError, ReadonlyMap<string, ReadonlyArray<Element>>> => {
    const asked = new Map<string, ReturnType<typeof heldElements>>()
    for (const step of steps) {
      if (!isChange(step) || step.fills === undefined) continue
      const { ref, set } = step.fills
      const layout = layouts.get(layoutKey(ref, set))
      if (layout?.merge === true) asked.set(layoutKey(ref, set), heldElements(ref, set, layout))
    }
    return answersTo(asked)(session)
  }

/** Milliseconds that the first pause may last, and that none may outlast. */
const pauses = { first: 1, most: 16 }

/**
 * Of any length up to one that grows: those who are in each other's way do not remain so, and whoever never rests meets
 * with many attempts.
 */
const pause =
  (failures: number): T.Task<void> =>
  () =>
    setTimeout(Math.random() * Math.min(pauses.most, pauses.first * 2 ** failures))

const outrun = 'others changed the ruleset each time before the changes for it were computed and sent'

/** What was computed, and the generation that it holds for. */
interface Computed {
  readonly read: number
  readonly changes: ReadonlyArray<Step>
}

type Reading<E> = (session: Sending) => TE.TaskEither<E | NetlinkError, Computed>

const modifying =
  <E>(reading: Reading<E>, options: ModifyOptions) =>
  (session: Sending): TE.TaskEither<E | NetlinkError, void> => {
    const wrong = wrongOptions('nftables.modify', options, modifyTable)
    if (wrong !== undefined) return TE.left(wrong)
    const { timeout = 30_000, retries = Number.POSITIVE_INFINITY, hints, ...others } = options
    const given = { ...others, hints: { ERESTART: outrun, ...hints } }
    return async () => {
      const end = performance.now() + timeout
      for (let failures = 0; ; failures++) {
        const tried = await attempt(reading, given)(session)()
        if (E.isLeft(tried)) return tried
        if (tried.right === undefined) return E.right(undefined)
        if (failures >= retries || performance.now() >= end) return E.left(tried.right)
        await pause(failures)()
      }
    }
  }

/** The refusal, if somebody was faster. */
const attempt =
  <E>(reading: Reading<E>, options: TransactionOptions) =>
  (session: Sending): TE.TaskEither<E | NetlinkError, Rejected | undefined> =>
    pipe(
      reading(session),
      TE.chainW(({ read, changes }) =>
        !Array.isArray(changes)
          ? TE.left(invalidInput('nftables.modify', 'compute', 'gave no list of changes'))
          : changes.length === 0
            ? TE.right(undefined)
            : pipe(
                send(changes, { ...options, generation: read })(session),
                TE.match(
                  error =>
                    error._tag === 'Rejected' && error.code === 'ERESTART' ? E.right(error) : E.left(error),
                  () => E.right(undefined)
                )
              )
      )
    )

/**
 * Reads, computes and writes as if nobody else did: when the ruleset changed between `compute`, which reads what it
 * needs and gives the changes, and the transaction, both are done again after a pause, until the time is over (ERESTART).
 * The kernel has no lock for this: the quicker `compute` is, the less is in its way. No change at all is no transaction.
 */
export const modify = <E>(
  compute: TE.TaskEither<E, ReadonlyArray<Step>>,
  options: ModifyOptions = {}
): ((session: Sending) => TE.TaskEither<E | NetlinkError, void>) =>
  typeof compute !== 'function'
    ? () => TE.left(invalidInput('nftables.modify', 'compute', 'is no task'))
    : modifying(
        session =>
          pipe(
            session.send(generation),
            TE.bindTo('read'),
            TE.bindW('changes', () => compute)
          ),
        options
      )

/**
 * The same, where all that `compute` reads it reads by the same session. Its questions then travel together with that
 * for the generation, and behind it: what they find is of this generation, or else the kernel refuses the changes.
 */
export const modifyTogether = <E>(
  compute: TE.TaskEither<E, ReadonlyArray<Step>>,
  options: ModifyOptions = {}
): ((session: Sending) => TE.TaskEither<E | NetlinkError, void>) =>
  modifying(
    session => async () => {
      const [read, changes] = await Promise.all([session.send(generation)(), compute()])
      return E.isLeft(read)
        ? read
        : pipe(
            changes,
            E.map(all => ({ read: read.right, changes: all }))
          )
    },
    options
  )
