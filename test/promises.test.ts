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
  const none:
    | Leaks<typeof promises>
    | Leaks<typeof promises.namespaces>
    | Leaks<typeof promises.nftables>
    | Leaks<typeof promises.sysctl> extends never
    ? true
    : never = true
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

test('what needs no waiting is thrown at once', () => {
  const fault = (use: () => unknown): promises.IsolinkError => {
    try {
      return use() as never
    } catch (error) {
      assert.instance(error, promises.IsolinkError)
      return error as promises.IsolinkError
    }
  }
  const { rule, parseRule, script } = promises.nftables
  assert.equal(
    rule`tcp dport ${22} accept`.statements.length,
    parseRule('tcp dport 22 accept').statements.length
  )
  assert.match(fault(() => rule`tcp dprt 22`).message, /did you mean dport\?/)
  assert.is(fault(() => parseRule('accept acept'))._tag, 'SyntaxFault')
  assert.is(script('add table ip t').length, 1)
  assert.is(fault(() => script('add tabel ip t'))._tag, 'SyntaxFault')
  assert.match(promises.sysctl.get('net.ipv4.ip_forward'), /^[01]$/)
  assert.is(fault(() => promises.sysctl.get('net.ipv4.nosuch'))._tag, 'SysctlFailed')
})

test('a list of namespaces is a promise of one', async () => {
  assert.ok(Array.isArray(await promises.namespaces.list()))
})

test('functions keep their identity', () => {
  assert.is(promises.namespaces.create, promises.namespaces.create)
})

test('an object of a connection is loaded when it is first used', async () => {
  await using host = promises.open()
  const isLoaded = (name: string): boolean => Object.getOwnPropertyDescriptor(host, name)?.get === undefined
  const { link } = host
  assert.is(link, host.link)
  assert.equal([isLoaded('link'), isLoaded('nftables'), isLoaded('wireguard')], [true, false, false])
  assert.is(typeof { ...host }.nftables.modify, 'function')
})

test.run()
