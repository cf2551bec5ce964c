import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Plan } from '../../recipe/plan'
import type { JournalFailed } from '../error'
import type { Surroundings } from './kind'

/** Bridges by the names of their networks. */
export interface Bridges {
  readonly [network: string]: string
}

/** The bridges of networks that are up; where there is none by a name, that is the bridge's. */
export const bridgesOf = (
  networks: ReadonlyArray<string>,
  { planOf }: Surroundings
): E.Either<JournalFailed, Bridges> =>
  pipe(
    networks,
    E.traverseArray(name =>
      pipe(
        planOf(name),
        E.map(plan => [name, bridgeOf(plan) ?? name] as const)
      )
    ),
    E.map(Object.fromEntries)
  )

const bridgeOf = (plan: Plan | undefined): string | undefined =>
  plan?.steps.flatMap(step =>
    step._tag === 'AddLink' && step.link.kind === 'bridge' ? [step.link.name] : []
  )[0]
