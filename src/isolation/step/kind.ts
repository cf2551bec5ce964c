import type * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { NamespaceRef } from '../../namespace/reference'
import type { Plan } from '../../recipe/plan'
import type { Step } from '../../recipe/step'
import type { LinkRef, Request } from '../../socket/request'
import { isGone, type JournalFailed, type StepError } from '../error'
import type { World } from '../world'

/** What a step does, or what undoes it. */
export type Act =
  /** Requests, which travel together with those of neighbouring steps in the same namespace. */
  | {
      readonly _tag: 'Send'
      readonly namespace?: NamespaceRef
      readonly requests: ReadonlyArray<Request<unknown>>
    }
  /** Anything else. It answers with what cannot be given back, as it is gone for good, in sentences. */
  | { readonly _tag: 'Call'; readonly run: TE.TaskEither<StepError, ReadonlyArray<string>> }

/** What a step may ask while it makes its requests. */
export interface Surroundings {
  readonly world: World
  /** The isolation that the step belongs to. */
  readonly name: string
  /** What marks things in the kernel as this isolation's. */
  readonly owner: string
  /** The plan of another isolation; undefined if there is none by this name. */
  readonly planOf: (name: string) => E.Either<JournalFailed, Plan | undefined>
  /** Whether an earlier step of the plan brings the link: then there is nothing to look at before, nor to put back. */
  readonly isNew: (namespace: NamespaceRef | undefined, link: string, step: Step) => boolean
  /** A link by the index that the plan has chosen for it, if it is the plan's own. */
  readonly linkIn: (namespace: NamespaceRef | undefined, link: LinkRef) => LinkRef
}

/**
 * What can be done with one kind of step. `Before` is all that undoing needs to know of the time before; it goes into
 * the journal, so it is plain data.
 */
export interface StepKind<S, Before> {
  /** The step in a sentence without subject: `make the namespace blue`. */
  readonly describe: (step: S) => string
  /** What of it the name does not tell and a person asks for, in such sentences: which ports are published. */
  readonly details?: (step: S) => ReadonlyArray<string>
  /** Looks, and changes nothing. */
  readonly before: (step: S, around: Surroundings) => TE.TaskEither<StepError, Before>
  readonly apply: (step: S, before: Before, around: Surroundings) => Act
  /** What undoes the step whether or not it was done; nothing if it goes by itself with what an earlier step made. */
  readonly undo: (step: S, before: Before, around: Surroundings) => Act | undefined
  /**
   * What of it no longer holds, in sentences without a full stop: `the address 10.0.0.2/24 of eth0 in blue is missing`;
   * none if all holds. Looks, and changes nothing. Where the namespace or the link itself is gone, the step that made
   * it says so, and this may end with the kernel's refusal.
   */
  readonly check: (
    step: S,
    before: Before,
    around: Surroundings
  ) => TE.TaskEither<StepError, ReadonlyArray<string>>
  /**
   * What keeps it from its purpose and is not ours to change, in such sentences. Looks, and changes nothing.
   */
  readonly hindered?: (
    step: S,
    before: Before,
    around: Surroundings
  ) => TE.TaskEither<StepError, ReadonlyArray<string>>
  /** What there is to know of before it is repaired, where that is no longer what it was: a new namespace's cookie. */
  readonly renew?: (step: S, before: Before, around: Surroundings) => TE.TaskEither<StepError, Before>
  /** What makes good what `check` found, where that is not to apply the step again. */
  readonly repair?: (step: S, before: Before, around: Surroundings) => Act
  /** The commands a person would type, after those of earlier steps. */
  readonly script: (step: S, earlier: ReadonlyArray<Step>) => ReadonlyArray<string>
}

export const send = (
  namespace: NamespaceRef | undefined,
  requests: ReadonlyArray<Request<unknown>>
): Act => ({
  _tag: 'Send',
  ...(namespace !== undefined && { namespace }),
  requests
})

export const call = (run: TE.TaskEither<StepError, void>): Act => ({
  _tag: 'Call',
  run: pipe(
    run,
    TE.map(() => [])
  )
})

/** What undoes, and may find that something is gone for good: it answers with that, in sentences. */
export const recall = (run: TE.TaskEither<StepError, ReadonlyArray<string>>): Act => ({ _tag: 'Call', run })

/** A look that finds nothing where the thing itself is gone. */
export const unlessGone = <E extends StepError, A>(
  look: TE.TaskEither<E, A>
): TE.TaskEither<E, A | undefined> =>
  pipe(
    look,
    TE.orElseW(error => (isGone(error) ? TE.right(undefined) : TE.left(error)))
  )

const isPlain = (text: string): boolean => /^[\w@%+=:,./-]+$/.test(text)

/** A word of a shell's command line, in which `$uplink` is the shell's own. */
export const word = (text: string | number): string => {
  const plain = String(text)
  if (isPlain(plain)) return plain
  return plain.includes('$uplink') && isPlain(plain.replaceAll('$uplink', 'uplink'))
    ? `"${plain}"`
    : `'${plain.replaceAll("'", "'\\''")}'`
}

/** `ip` acting in the step's namespace. */
export const ip = (namespace: NamespaceRef | undefined): string => {
  if (namespace === undefined) return 'ip'
  if (typeof namespace === 'string') return `ip -n ${word(namespace)}`
  if ('pid' in namespace) return `nsenter --net=/proc/${namespace.pid}/ns/net ip`
  return 'path' in namespace
    ? `nsenter --net=${word(namespace.path)} ip`
    : `nsenter --net=/proc/self/fd/${namespace.fd} ip`
}

/** Any command in the step's namespace. */
export const inside = (namespace: NamespaceRef | undefined, command: string): string => {
  if (namespace === undefined) return command
  if (typeof namespace === 'string') return `ip netns exec ${word(namespace)} ${command}`
  if ('pid' in namespace) return `nsenter --net=/proc/${namespace.pid}/ns/net ${command}`
  return 'path' in namespace
    ? `nsenter --net=${word(namespace.path)} ${command}`
    : `nsenter --net=/proc/self/fd/${namespace.fd} ${command}`
}
