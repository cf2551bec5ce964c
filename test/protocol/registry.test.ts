import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { entryOf, entryOfType } from '../../protocol/registry'
import { definitions } from './definitions'

const test = suite('registry')

const messages = definitions.flatMap(({ protocol, types }) =>
  types.map(([type, number]) => ({ protocol, type, number }))
)

const twice = (keys: ReadonlyArray<string>): ReadonlyArray<string> =>
  keys.filter((key, n) => keys.indexOf(key) !== n)

test('no two messages of a protocol have one name, and none have one number', () => {
  assert.equal(twice(messages.map(({ protocol, type }) => `${protocol} ${type}`)), [])
  // Of generic netlink a number is a command, and each family has its own.
  const numbered = messages.filter(({ protocol }) => protocol !== 'generic')
  assert.equal(twice(numbered.map(({ protocol, number }) => `${protocol} ${number}`)), [])
})

test('each message is found by its name and by its number, in whatever order they are asked for', () => {
  for (const { protocol, type, number } of messages.toReversed()) {
    assert.is(entryOfType(protocol, type)?.type, type)
    if (protocol !== 'generic') assert.is(entryOf(protocol, number)?.type, type)
  }
  assert.is(entryOfType('route', 'RTM_NEWNOTHING'), undefined)
  assert.is(entryOf('route', 9999), undefined)
})

test.run()
