import * as E from 'fp-ts/Either'
import type { TaskEither } from 'fp-ts/TaskEither'
import { complain, json, print } from './output'

/** What a command ends with when it is not done: any error value of the library, or one of ours. */
export interface Failure {
  readonly _tag: string
  readonly message: string
  readonly hint?: string | undefined
}

/** The command line or a file is wrong; nothing has been done. */
export interface WrongUsage extends Failure {
  readonly _tag: 'WrongUsage'
}

export const wrongUsage = (message: string): WrongUsage => ({ _tag: 'WrongUsage', message })

/** Errors that are the caller's to mend, whatever the state of the machine. */
const usage: ReadonlySet<string> = new Set([
  'WrongUsage',
  'InvalidParameters',
  'InvalidReference',
  'InvalidInput'
])

/**
 * Says in one sentence why the command is not done, or as JSON the error value itself; its exit status is 2 for wrong usage
 * and 1 for all else.
 */
export const report = (failure: Failure, { json: asJson }: Answering = {}): void => {
  const { _tag, message, hint } = failure
  const advice = hint === undefined || message.includes(hint) ? '' : `; ${hint}`
  complain(asJson === true ? json(failure) : `isolink: ${message}${advice}`)
  process.exitCode = usage.has(_tag) ? 2 : 1
}

/** How a command was asked to answer. */
export interface Answering {
  /** For a program: with what the library gives. */
  readonly json?: boolean
}

/** Does what a command is there for, and says how it went. */
export const conclude = async <A>(
  task: TaskEither<Failure, A>,
  done: (result: A) => void,
  answering: Answering = {}
): Promise<void> => {
  const result = await task()
  if (E.isLeft(result)) report(result.left, answering)
  else done(result.right)
}

/** The same of a command whose answer is what the library gives: told to a person, printed for a program. */
export const answer = <A>(
  task: TaskEither<Failure, A>,
  tellPerson: (result: A) => void,
  answering: Answering
): Promise<void> =>
  conclude(task, result => (answering.json === true ? print(json(result)) : tellPerson(result)), answering)
