import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { command, kernelTest, linkKind, run } from '../sandbox'

const test = suite('sandbox')
kernelTest(test, 'lo', [command('ip'), linkKind('veth')], () => {
  assert.match(run('ip', '-br', 'addr'), /^lo/)
})
kernelTest(test, 'ipv', [linkKind('ipvlan')], () => {})
kernelTest(test, 'ipx', [linkKind('dummyx')], () => {})
test.run()
