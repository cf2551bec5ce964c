import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { vlan } from '../../src/link'
import { type Connection, IsolinkError, open } from '../../src/promises'
import { fault, sent } from '../request'
import { command, kernelTest, linkKind, run } from '../sandbox'

const test = suite('link.vlan')

test('bridge vlan add dev eth0 vid 5 pvid untagged', async () => {
  const { type, flags, header, attributes } = await sent(
    vlan.add({ link: 'eth0', id: 5, pvid: true, untagged: true })
  )
  assert.equal([type, flags, header.family, header.index], ['RTM_SETLINK', 0, 7, 5])
  assert.equal(attributes, { afSpec: { vlanInfo: [{ flags: 6, vid: 5 }] } })
})

test('bridge vlan del dev br0 vid 5-9 self', async () => {
  const { type, attributes } = await sent(vlan.remove({ link: 'br0', id: 5, last: 9, self: true }))
  assert.is(type, 'RTM_DELLINK')
  assert.equal(attributes, {
    afSpec: {
      flags: 2,
      vlanInfo: [
        { flags: 8, vid: 5 },
        { flags: 16, vid: 9 }
      ]
    }
  })
})

test('bridge vlan add dev eth1 vid 10-12 tunnel_info id 1000-1002', async () => {
  const { attributes } = await sent(vlan.add({ link: 'eth1', id: 10, last: 12, tunnel: 1000 }))
  assert.equal((attributes.afSpec as { readonly vlanTunnelInfo: unknown }).vlanTunnelInfo, [
    { id: 1000, vid: 10, flags: 8 },
    { id: 1002, vid: 12, flags: 16 }
  ])
})

test('what is wrong is named before anything is sent', async () => {
  assert.is(await fault(vlan.add({ link: 'eth0', id: 0 })), 'id')
  assert.is(await fault(vlan.add({ link: 'eth0', id: 4095 })), 'id')
  assert.is(await fault(vlan.add({ link: 'eth0', id: 5, last: 4 })), 'id')
  assert.is(await fault(vlan.add({ link: 'nope', id: 5 })), 'link')
})

test('a key that there is not is named before anything is sent', async () => {
  const given = { link: 'eth0', id: 5, untaged: true }
  assert.is(await fault(vlan.add(given)), 'untaged')
  assert.is(await fault(vlan.remove(given)), 'untaged')
  assert.is(await fault(vlan.list({ brigde: 'br0' } as never)), 'brigde')
})

const withBridge = async (use: (connection: Connection) => Promise<void>): Promise<void> => {
  await using connection = open()
  await connection.link.add({
    kind: 'bridge',
    name: 'br0',
    up: true,
    options: { vlanFiltering: 1, vlanDefaultPvid: 0 }
  })
  await connection.link.add({ kind: 'veth', name: 'v0', master: 'br0', peer: { name: 'v1' } })
  await connection.link.add({ kind: 'veth', name: 'w0', master: 'br0', peer: { name: 'w1' } })
  try {
    await use(connection)
  } finally {
    for (const name of ['br0', 'v0', 'w0']) await connection.link.remove(name)
  }
}

interface Theirs {
  readonly ifname: string
  readonly vlans: ReadonlyArray<{
    readonly vlan: number
    readonly vlanEnd?: number
    readonly flags?: ReadonlyArray<string>
  }>
}

const theirs = (): ReadonlyArray<string> =>
  (JSON.parse(run('bridge', '-j', '-c', 'vlan', 'show')) as ReadonlyArray<Theirs>).flatMap(
    ({ ifname, vlans }) =>
      vlans.flatMap(({ vlan: id, vlanEnd = id, flags = [] }) =>
        singly(
          ifname,
          id,
          vlanEnd,
          flags.includes('PVID'),
          flags.some(flag => flag.endsWith('Untagged'))
        )
      )
  )

/** The VLANs of a row one by one: bridge writes rows in JSON or not, according to its version. */
const singly = (
  link: string | undefined,
  first: number,
  last: number,
  ...flags: ReadonlyArray<boolean>
): ReadonlyArray<string> =>
  Array.from({ length: last - first + 1 }, (_, n) => [link, first + n, ...flags].join(' '))

kernelTest(
  test,
  'bridge vlan shows ours, and we list those of bridge',
  [command('bridge'), linkKind('bridge vlan_filtering 1')],
  () =>
    withBridge(async connection => {
      const { vlan: vlans } = connection.link
      await vlans.add({ link: 'v0', id: 10, pvid: true, untagged: true })
      await vlans.add({ link: 'v0', id: 100, last: 200 })
      await vlans.add({ link: 'br0', id: 10, self: true })
      run('bridge', 'vlan', 'add', 'dev', 'w0', 'vid', '7-9', 'untagged')
      const names = new Map((await connection.link.list()).map(({ index, name }) => [index, name]))
      const listed = await vlans.list({ bridge: 'br0' })
      const ours = listed.flatMap(({ link, id, last = id, pvid, untagged }) =>
        singly(names.get(link), id, last, pvid === true, untagged === true)
      )
      assert.equal(ours.toSorted(), theirs().toSorted())
      assert.is(listed.length, 4)
      await vlans.remove({ link: 'v0', id: 120, last: 130 })
      assert.equal(
        (await vlans.list({ link: 'v0' })).map(({ id, last }) => [id, last]),
        [
          [10, undefined],
          [100, 119],
          [131, 200]
        ]
      )
      const own = await vlans.list({ link: 'v0' })
      for (const each of own) await vlans.remove(each)
      assert.equal(await vlans.list({ link: 'v0' }), [])
      for (const each of own) await vlans.add(each)
      assert.equal(await vlans.list({ link: 'v0' }), own, 'as it is listed it can be given back')
      const refused = await vlans.add({ link: 'v1', id: 5 }).catch(error => error)
      assert.ok(
        refused instanceof IsolinkError && refused.message.includes('port of a bridge'),
        String(refused)
      )
    })
)

test.run()
