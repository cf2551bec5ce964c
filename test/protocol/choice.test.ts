import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { bytesOf, writer, written } from '../../protocol'
import {
  attributes,
  closed,
  type EncodeError,
  encode,
  formsOf,
  type Parts,
  type Policy,
  partsOf,
  selectorsOf,
  string,
  u8,
  u32,
  variant
} from '../../protocol/definition'
import { compile } from '../../protocol/definition/compiled'
import { deferred } from '../../protocol/definition/deferred'
import { linkinfo } from '../../protocol/rtnetlink/link/linkinfo'
import { within } from './arbitrary'
import { definitions } from './definitions'

const test = suite('choice')

const right = <A>(result: E.Either<EncodeError, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.reason)
  return result.right
}

/** What the sets and the structs in a policy have, by which names in it are found. */
const namesIn = (policy: Policy<unknown>): ReadonlySet<string> =>
  new Set(
    [...within(policy)].flatMap(({ rows = {}, members = {} }: Parts) => [
      ...Object.keys(rows),
      ...Object.keys(members)
    ])
  )

test('what a closed choice leads to looks up nothing beyond the set that the choice stands in', () => {
  const sets = new Set<Parts>(definitions.flatMap(({ body }) => [...within(body)]))
  const choices = [...sets].flatMap(set =>
    partsOf(set)
      .filter(({ closed }: Parts) => closed === true)
      .map(choice => ({ set, choice: choice as Parts }))
  )
  assert.ok(choices.length >= 2)
  for (const { set, choice } of choices)
    for (const form of formsOf(choice)) {
      const known = namesIn(form)
      const beyond = [...selectorsOf(form)].filter(
        name => !Object.hasOwn(set.rows ?? {}, name) && !known.has(name)
      )
      assert.equal(beyond, [], set.prefix)
    }
})

test('a module is a table of its exports, and of nothing else', () => {
  const written = (kind: string): E.Either<EncodeError, Uint8Array> =>
    encode(linkinfo as Policy<unknown>)({ kind, data: {} })
  assert.ok(E.isRight(written('vxlan')))
  const refused = written('__esModule')
  assert.ok(E.isLeft(refused) && refused.left.path === 'data')
})

test('code for a closed choice looks at a form when it is chosen', () => {
  const seen: Array<string> = []
  const looked =
    <A>(name: string, policy: Policy<A>) =>
    () => {
      seen.push(name)
      return policy
    }
  const table = deferred({
    small: looked('small', u8),
    large: looked('large', u32),
    none: looked('none', u8)
  })
  const policy = attributes('TEST', { kind: [1, string], data: [2, closed(variant('kind', table))] })
  const { read, write } = compile(policy as Policy<unknown>)
  assert.equal(seen, [])
  for (const value of [
    { kind: 'small', data: 7 },
    { kind: 'large', data: 70_000 },
    { kind: 'small', data: 8 }
  ]) {
    const to = writer()
    assert.ok(write(to, value))
    assert.equal(written(to), right(encode(policy)(value as never)))
    assert.equal(read(bytesOf(written(to)), 0, to.length), value)
  }
  assert.equal(seen, ['small', 'large'])
  assert.not.ok(write(writer(), { kind: 'toString', data: 7 }))
})

test.run()
