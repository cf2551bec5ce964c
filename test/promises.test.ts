import type { Either } from 'fp-ts/Either'
import type { TaskEither } from 'fp-ts/TaskEither'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as promises from '../src/promises'

const test = suite('promises')

type Form = TaskEither<unknown, unknown> | Either<unknown, unknown>

/** What is still in the form of fp-ts. */
type Leaks<M> = {
  [K in keyof M]: M[K] extends (...given: infer _) => infer A ? (A extends Form ? K : never) : never
}[keyof M]

test('nothing is left in the form of fp-ts', () => {
  const none: Leaks<typeof promises> | Leaks<typeof promises.namespaces> extends never ? true : never = true
  assert.ok(none)
})

test('an error is thrown, or rejected with, as an Error with the members of the value', async () => {
  try {
    promises.planFrom({ recipe: 'veth-masquerad' })
    assert.unreachable()
  } catch (error) {
    const { _tag, name, message, field } = error as promises.IsolinkError & { readonly field: string }
    assert.equal([_tag, name, field], ['InvalidParameters', 'InvalidParameters', 'recipe'])
    assert.match(message, /did you mean veth-masquerade\?/)
  }
  try {
    await promises.namespaces.exists('a/b')
    assert.unreachable()
  } catch (error) {
    assert.instance(error, promises.IsolinkError)
    assert.is((error as promises.IsolinkError)._tag, 'InvalidReference')
  }
})

test('a list of namespaces is a promise of one', async () => {
  assert.ok(Array.isArray(await promises.namespaces.list()))
})

test('functions keep their identity', () => {
  assert.is(promises.namespaces.create, promises.namespaces.create)
})

test.run()
