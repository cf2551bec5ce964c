import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { applyOn } from '../../../src/isolation/apply'
import type { IsolationError } from '../../../src/isolation/error'
import { thisMachine } from '../../../src/isolation/machine'
import { teardown } from '../../../src/promises'
import { raze, settled, stateOfHost } from '../../lab'
import { command, kernelTest } from '../../sandbox'
import { examples, planOf, prepare } from './examples'
import { counted, type Fault, faultyMachine } from './faults'

const test = suite('sweep of failures')
const needs = [command('ip'), command('nft')]

test.after.each(raze)

const faults: ReadonlyArray<Fault> = ['refuse', 'lose', 'throw', 'throw after']

const left = <L>(result: E.Either<L, unknown>): L => {
  if (E.isRight(result)) throw new Error('succeeded')
  return result.left
}

/** That the error says which step failed, and why, and that nothing is left. */
const assertNamed = (error: IsolationError, what: string): void => {
  if (error._tag === 'JournalFailed') assert.is(what, 'record applying')
  else assert.is(error._tag, 'StepFailed', error.message)
  if (error._tag !== 'StepFailed') return
  assert.ok(error.step.length > 0 && error.message.includes(error.step), error.message)
  assert.ok(error.message.includes(error.cause.message), error.message)
  assert.equal(error.leftBehind, [], error.message)
}

for (const example of examples)
  kernelTest(
    test,
    `whatever fails while ${example.title} is applied, the host is as before`,
    [...needs, ...(example.needs?.() ?? [])],
    async () => {
      prepare(example)
      const before = await settled()
      const plan = planOf(example)
      const { machine, effects } = counted(thisMachine())
      const applied = await applyOn(machine)(plan)()
      assert.is(applied._tag, 'Right', JSON.stringify(applied))
      const ups = [...effects]
      const standing = example.standing?.()
      await teardown(plan.name)
      assert.equal(stateOfHost(), before)
      let broken = 0
      let withstood = 0
      for (const [n, what] of ups.entries())
        for (const fault of faults) {
          // A record is written or not; its writer answers for itself.
          if (what.startsWith('record') && fault !== 'refuse') continue
          if (what.startsWith('sysctl') && fault === 'lose') continue
          let at = -1
          const result = await applyOn(faultyMachine(thisMachine(), () => (++at === n ? fault : undefined)))(
            plan
          )()
          if (E.isRight(result) && standing !== undefined) {
            assert.is(example.standing?.(), standing, `${fault}: ${n} ${what}`)
            await teardown(plan.name)
            withstood++
          } else {
            assertNamed(left(result), what)
            broken++
          }
          assert.equal(stateOfHost(), before, `${fault}: ${what}`)
        }
      console.log(
        `${example.title}: ${ups.length} effects, ${broken} broken, ${withstood} withstood, ${broken + withstood} states compared`
      )
    }
  )

test.run()
