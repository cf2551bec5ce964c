import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as nsid from '../../src/nsid'
import { IsolinkError, namespaces, open } from '../../src/promises'
import { fault, known, sent } from '../request'
import { command, kernelTest, run } from '../sandbox'

const test = suite('nsid')

const own = { path: '/proc/self/ns/net' }

test('ip netns set NAME 7, and auto', async () => {
  const { type, flags, attributes } = await sent(nsid.add({ namespace: own, id: 7 }))
  assert.equal([type, flags, attributes.nsid, typeof attributes.fd], ['RTM_NEWNSID', 0, 7, 'number'])
  assert.is((await sent(nsid.add({ namespace: own }))).attributes.nsid, -1)
})

test('a key that there is not is named before anything is sent', async () => {
  assert.is(await fault(nsid.add({ namespace: own, nsid: 7 } as never)), 'nsid')
})

test('a namespace without a number has none', () => {
  const answer = (id: number) => ({
    type: 'RTM_NEWNSID' as const,
    flags: 0,
    sequence: 1,
    port: 1,
    header: { family: 0 },
    attributes: { nsid: id }
  })
  assert.is(nsid.get(own).read([answer(-1)], known), undefined)
  assert.equal(nsid.get(own).read([answer(0)], known), { id: 0 })
})

test('an id that the kernel would pass over is named before anything is sent', async () => {
  for (const id of [-5, -1]) assert.is(await fault(nsid.add({ namespace: own, id })), 'id')
})

kernelTest(test, 'ip netns list-id shows ours, and we list those of ip', [command('ip')], async () => {
  for (const name of ['a', 'b', 'c']) await namespaces.create(name)
  try {
    await using connection = open()
    assert.is(await connection.nsid.get('a'), undefined)
    await connection.nsid.add({ namespace: 'a', id: 7 })
    await connection.nsid.add({ namespace: 'b' })
    run('ip', 'netns', 'set', 'c', '20')
    const shown: ReadonlyArray<{ readonly nsid: number; readonly name: string }> = JSON.parse(
      run('ip', '-j', 'netns', 'list-id')
    )
    const idOf = (name: string): number | undefined => shown.find(each => each.name === name)?.nsid
    assert.is(idOf('a'), 7)
    assert.equal(await connection.nsid.get('b'), { id: idOf('b') })
    assert.equal(await connection.nsid.get('c'), { id: 20 })
    assert.equal(
      (await connection.nsid.list()).map(({ id }) => id).toSorted(),
      shown.map(each => each.nsid).toSorted()
    )
    const twice = await connection.nsid.add({ namespace: 'a', id: 8 }).catch(error => error)
    assert.ok(
      twice instanceof IsolinkError && twice.message.includes('already has a nsid assigned'),
      String(twice)
    )
    const taken = await namespaces
      .create('d')
      .then(() => connection.nsid.add({ namespace: 'd', id: 7 }))
      .catch(error => error)
    assert.ok(taken instanceof IsolinkError && taken.message.includes('nsid is already used'), String(taken))
  } finally {
    for (const { name } of await namespaces.list()) await namespaces.remove(name)
  }
})

test.run()
