import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { applyOn } from '../../../src/isolation/apply'
import { thisMachine } from '../../../src/isolation/machine'
import { teardownOn } from '../../../src/isolation/teardown'
import { apply, recover, teardown } from '../../../src/promises'
import { raze, settled, stateOfHost } from '../../lab'
import { command, kernelTest } from '../../sandbox'
import { examples, planOf, prepare } from './examples'
import { counted, mortal } from './faults'

const test = suite('sweep of deaths')
const needs = [command('ip'), command('nft')]

test.after.each(raze)

for (const example of examples)
  kernelTest(
    test,
    `wherever isolink dies with ${example.title}, recover brings the host back`,
    [...needs, ...(example.needs?.() ?? [])],
    async () => {
      prepare(example)
      const before = await settled()
      const plan = planOf(example)
      const { name } = plan
      const { machine, effects } = counted(thisMachine())
      await applyOn(machine)(plan)()
      const ups = effects.length
      await teardownOn(machine)(name)()
      assert.equal(stateOfHost(), before)
      let survived = 0
      for (let points = 0; points < ups * 2; points++) {
        const died = await applyOn(mortal(thisMachine(), points))(plan)()
        // What dies after the last record has come to its end.
        assert.is(died._tag, 'Left', `${points}`)
        const done = await recover()
        if (points < ups * 2 - 1) assert.ok(done.every(each => each.done === 'undone'))
        else await teardown(name)
        assert.equal(stateOfHost(), before, `${points}: ${effects[points >> 1]}`)
        assert.equal(await recover(), [])
        survived++
      }
      for (let points = 0; points < (effects.length - ups) * 2 - 1; points++) {
        await apply(plan)
        await teardownOn(mortal(thisMachine(), points))(name)()
        const done = await recover()
        // Before the first record it is as if nobody had begun.
        if (points === 0) await teardown(name)
        else assert.equal(done, [{ name, done: 'finished' }])
        assert.equal(stateOfHost(), before, `${points}: ${effects[ups + (points >> 1)]}`)
        assert.equal(await recover(), [])
        survived++
      }
      console.log(`${example.title}: ${survived} deaths survived, ${survived} states compared`)
    }
  )

test.run()
