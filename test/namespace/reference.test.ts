import { spawnSync } from 'node:child_process'
import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { NamespaceRef } from '../../src/namespace'
import { openReference } from '../../src/namespace/reference'
import { kernelTest } from '../sandbox'

const test = suite('reference')

const tagOf = (ref: NamespaceRef): string => {
  const opened = openReference(ref)
  return E.isLeft(opened) ? opened.left._tag : 'opened'
}

const messageOf = (ref: NamespaceRef): string => {
  const opened = openReference(ref)
  return E.isLeft(opened) ? opened.left.message : 'opened'
}

const wrongNames: ReadonlyArray<readonly [name: string, message: string]> = [
  ['', 'name "": a name cannot be empty'],
  ['.', 'name ".": this name means a directory'],
  ['..', 'name "..": this name means a directory'],
  ['a/b', 'name "a/b": a name cannot contain a slash'],
  ['a\0b', 'name "a\\u0000b": a name cannot contain a NUL character'],
  ['ä'.repeat(128), `name "${'ä'.repeat(128)}": a name cannot be longer than 255 bytes`]
]

for (const [name, message] of wrongNames) {
  test(`wrong name: ${JSON.stringify(name.slice(0, 9))}`, () => {
    assert.is(messageOf(name), message)
    assert.is(tagOf(name), 'InvalidReference')
  })
}

test('a name never leads out of the directory', () =>
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom('../../etc/passwd', 'a/../b', './c')), name => {
      assert.ok(['InvalidReference', 'NamespaceNotFound'].includes(tagOf(name)))
    })
  ))

for (const pid of [0, -1, 1.5, Number.NaN]) {
  test(`wrong pid: ${pid}`, () => {
    assert.match(messageOf({ pid }), /^pid .*: it must be an integer, 1 or more$/)
  })
}

test('wrong path and descriptor', () => {
  assert.is(messageOf({ path: '' }), 'path "": it must be a path')
  assert.is(messageOf({ fd: -1 }), 'fd -1: it must be an integer, 0 or more')
})

kernelTest(test, 'what is not there is named by its field', [], () => {
  const gone = spawnSync('true').pid
  assert.is(messageOf('missing'), 'there is no network namespace with the name missing')
  assert.is(messageOf({ pid: gone }), `there is no network namespace with the pid ${gone}`)
  assert.is(messageOf({ path: '/nowhere' }), 'there is no network namespace with the path /nowhere')
  assert.is(messageOf({ path: '/etc/passwd/x' }), 'there is no network namespace with the path /etc/passwd/x')
  assert.is(messageOf({ fd: 987 }), 'there is no network namespace with the fd 987')
})

kernelTest(test, 'what is something else is called so', [], () => {
  assert.is(messageOf({ path: '/etc/passwd' }), '/etc/passwd is not a network namespace')
  assert.is(messageOf({ path: '/etc' }), '/etc is not a network namespace')
  assert.is(messageOf({ path: '/proc/self/ns/mnt' }), '/proc/self/ns/mnt is not a network namespace')
  assert.is(messageOf({ fd: 0 }), '/proc/self/fd/0 is not a network namespace')
})

test.run()
