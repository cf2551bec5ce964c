import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as v from 'valibot'
import { isolationName } from '../recipe/parameters'
import type { JournalFailed } from './error'
import { type Journal, ownerIn } from './journal'
import type { Machine } from './machine'

export interface Owners {
  /** Whether a mark is of ours, and of none that is on record. */
  readonly areGone: (mark: string) => boolean
}

/** Whose marks have an owner. `isSound` tells whether one can be trusted: `blue`, or `web/red`. */
export const ownersIn = (
  journal: Journal,
  isSound: (name: string) => boolean
): E.Either<JournalFailed, Owners> =>
  pipe(
    journal.names(),
    E.map(all => all.filter(isSound)),
    E.bindTo('names'),
    E.bindW('members', ({ names }) =>
      pipe(
        names,
        E.traverseArray(name =>
          pipe(
            journal.members(name).names(),
            E.map(all => all.filter(member => isSound(`${name}/${member}`)))
          )
        )
      )
    ),
    E.map(({ names, members }) => ({
      areGone: (mark: string) => {
        const [owner = '', member] = mark.split('/')
        const [name = ''] = owner.split('@')
        if (!v.is(isolationName, name) || ownerIn(journal.directory, name) !== owner) return false
        const own = members[names.indexOf(name)]
        return own === undefined || (member !== undefined && !own.includes(member))
      }
    }))
  )

const outermost = (machine: Machine): Machine =>
  machine.outer === undefined ? machine : outermost(machine.outer)

/** What there is to say of something that bears a mark whose record is lost; nothing of what somebody has. */
export const leftover = (machine: Machine, mark: string | undefined): string | undefined => {
  if (mark === undefined) return undefined
  const owners = ownersIn(outermost(machine).journal, () => true)
  return E.isRight(owners) && owners.right.areGone(mark)
    ? `is left over from ${mark}, of which there is no record; isolink gc removes it`
    : undefined
}
