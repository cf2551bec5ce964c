/** Applies an example, or takes it down, and kills itself at a point: before or after one of the effects. */
import { applyOn } from '../../../src/isolation/apply'
import { thisMachine } from '../../../src/isolation/machine'
import { teardownOn } from '../../../src/isolation/teardown'
import { examples, planOf } from './examples'
import { faultyMachine } from './faults'

const [what, title, point] = process.argv.slice(2)
const example = examples.find(each => each.title === title)
if (example === undefined) throw new Error(`no example ${title}`)

const die = (): void => {
  process.kill(process.pid, 'SIGKILL')
}

let left = Number(point)
const machine = faultyMachine(thisMachine(), () => {
  left -= 2
  if (left === -2) die()
  return left === -1 ? die : undefined
})

const plan = planOf(example)
void (what === 'up' ? applyOn(machine)(plan)() : teardownOn(machine)(plan.name)()).then(({ _tag }) => {
  process.exitCode = _tag === 'Right' ? 0 : 1
})
