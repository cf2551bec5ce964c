/**
 * Waits for an order: to apply an example, or to take it down, and to kill itself at one of the points on the way. Points
 * are before and after each effect, and within a record before each call that changes its files. Who comes to his end
 * tells how many points there were.
 */
import fs from 'node:fs'
import { applyOn } from '../../../src/isolation/apply'
import { stateDirectory } from '../../../src/isolation/journal'
import { thisMachine } from '../../../src/isolation/machine'
import { teardownOn } from '../../../src/isolation/teardown'
import { examples, planOf } from './examples'
import { faultyMachine } from './faults'

export interface Order {
  readonly what: 'up' | 'down'
  readonly title: string
  /** None to kill itself never. */
  readonly point?: number
}

export interface Report {
  /** What comes after each of the points. */
  readonly points: ReadonlyArray<string>
  /** Why it failed, if it did. */
  readonly failure?: string
}

const points: Array<string> = []
let deadly: number | undefined

const pass = (what: string): void => {
  if (points.length === deadly) process.kill(process.pid, 'SIGKILL')
  points.push(what)
}

const changing = ['fsyncSync', 'ftruncateSync', 'mkdirSync', 'renameSync', 'unlinkSync', 'writeSync'] as const

/** Calls that the journal makes on its way. */
const watchDisk = (): void => {
  for (const name of changing) {
    const call = fs[name] as (...given: ReadonlyArray<unknown>) => unknown
    Object.assign(fs, {
      [name]: (...given: ReadonlyArray<unknown>) => {
        pass(name)
        return call(...given)
      }
    })
  }
}

const machine = faultyMachine(thisMachine(), what => {
  pass(`before ${what}`)
  return () => pass(`after ${what}`)
})

const carryOut = async ({ what, title, point }: Order): Promise<Report> => {
  const example = examples.find(each => each.title === title)
  if (example === undefined) return { points, failure: `no example ${title}` }
  deadly = point
  fs.mkdirSync(stateDirectory(), { recursive: true, mode: 0o700 })
  watchDisk()
  const plan = planOf(example)
  const done = await (what === 'up' ? applyOn(machine)(plan)() : teardownOn(machine)(plan.name)())
  return { points, ...(done._tag === 'Left' && { failure: done.left.message }) }
}

process.once('message', order =>
  carryOut(order as Order).then(report => process.send?.(report, () => process.disconnect()))
)
