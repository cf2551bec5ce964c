import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type EncodeError,
  encode,
  formsOf,
  type Parts,
  type Policy,
  partsOf,
  selectorsOf
} from '../../protocol/definition'
import { linkinfo } from '../../protocol/rtnetlink/link/linkinfo'
import { within } from './arbitrary'
import { definitions } from './definitions'

const test = suite('choice')

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

test.run()
