import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { keysOf, misspelt } from '../../src/socket/key'
import { known } from '../request'

const test = suite('key')

interface Given {
  readonly name?: string
  readonly ends?: ReadonlyArray<{ readonly address?: string }>
  readonly data?: object
}

interface Listed {
  readonly name: string
  readonly names: number
}

const ends = keysOf<{ readonly address?: string }>({ address: true })
const keys = keysOf<Given, Listed>({ name: true, ends, data: true, names: false })

const said = (given: unknown): string | undefined => {
  const messages = misspelt('thing.add', given, keys)?.messages(known)
  return messages === undefined || E.isRight(messages) ? undefined : messages.left.message
}

test('a key that there is not is named with the nearest that is read', () => {
  assert.is(said({ nmae: 'a' }), 'thing.add: nmae is no field: did you mean name?')
  assert.is(said({ name: 'a', zzz: 1 }), 'thing.add: zzz is no field')
  assert.is(said({ namess: 1 }), 'thing.add: namess is no field: did you mean name?')
})

test('in what is inside it is named with the way there', () => {
  assert.is(
    said({ ends: [{ address: '' }, { adress: '' }] }),
    'thing.add: ends.1.adress is no field: did you mean address?'
  )
})

test('what a listing has, what is not looked into, and what is left out are passed', () => {
  assert.is(said({}), undefined)
  assert.is(said({ name: 'a', names: 5, ends: [{ address: '' }], data: { zzz: 1 } }), undefined)
  assert.is(said({ name: undefined, ends: undefined }), undefined)
})

test('names that every object has are no keys', () => {
  assert.is(said({ constructor: 1 }), 'thing.add: constructor is no field')
  assert.is(said(JSON.parse('{"__proto__":1}')), 'thing.add: __proto__ is no field')
})

test('what is no object is told', () => {
  assert.is(said(undefined), 'thing.add: request undefined is no object')
  assert.is(said(null), 'thing.add: request null is no object')
  assert.is(said('eth0'), 'thing.add: request "eth0" is no object')
  assert.is(said({ ends: 'no list' }), 'thing.add: ends "no list" is no object')
  assert.is(said({ ends: [{ address: '' }, null] }), 'thing.add: ends.1 null is no object')
})

test.run()
