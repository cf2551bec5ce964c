import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { deferred } from '../../protocol/definition/deferred'

const test = suite('deferred')

const counted = () => {
  const made: Array<string> = []
  const make = (name: string) => () => {
    made.push(name)
    return { name }
  }
  return { made, all: deferred({ one: make('one'), other: make('other') }) }
}

test('a member is made when it is first used, once, and for its own object', () => {
  const [first, second] = [counted(), counted()]
  assert.equal(Object.keys(first.all), ['one', 'other'])
  assert.equal(first.made, [])
  assert.is(first.all.one, first.all.one)
  assert.is.not(second.all.one, first.all.one)
  assert.equal([first.made, second.made], [['one'], ['one']])
})

test('it is as if it had always been there: copied, printed, changed', () => {
  assert.equal({ ...counted().all }, { one: { name: 'one' }, other: { name: 'other' } })
  assert.is(JSON.stringify(counted().all), '{"one":{"name":"one"},"other":{"name":"other"}}')
  const { all } = counted()
  assert.is(Object.assign(all, { more: 1 }).one.name, 'one')
  assert.equal(Object.keys(all), ['one', 'other', 'more'])
})

test('whoever stands before or behind the object finds its members, too', () => {
  const { all, made } = counted()
  assert.is(new Proxy(all, {}).one.name, 'one')
  assert.is(Object.create(all).other.name, 'other')
  assert.is(all.one.name, 'one')
  assert.equal(made, ['one', 'other'])
})

test.run()
