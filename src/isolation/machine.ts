import { type Journal, journalIn, stateDirectory } from './journal'
import { type Arm, arm } from './watchdog'
import { type OpenWorld, openWorld } from './world'

/** What isolations are made with: the way to the kernel, the records, and whoever undoes what nobody confirms. */
export interface Machine {
  readonly openWorld: OpenWorld
  readonly journal: Journal
  readonly arm: Arm
  /** Where the records are kept of what ours belong to. */
  readonly outer?: Machine
}

/** The same, with the records of what belongs to a name. */
export const membersOf = (machine: Machine, name: string): Machine => ({
  ...machine,
  journal: machine.journal.members(name),
  outer: machine
})

/** The one that we run on. */
export const thisMachine = (): Machine => ({ openWorld, journal: journalIn(stateDirectory()), arm })
