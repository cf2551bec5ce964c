import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { wireguard } from '../../src/index'
import { namespaces, open } from '../../src/promises'
import { ask, serve } from '../lab'
import { kernelTest, linkKind } from '../sandbox'

const test = suite('wireguard')

test('a key that is none is refused by the field’s name', () => {
  const { messages } = wireguard.set('wg0', { privateKey: 'secret' })
  const result = messages({ indexOf: () => 1, descriptorOf: () => 1 })
  assert.is(result._tag, 'Left')
  assert.match(JSON.stringify(result), /"field":"privateKey"/)
})

test('a key that there is not is refused by its name, and what is listed can be given back', async () => {
  const { publicKey } = wireguard.generateKeys()
  const peer = { publicKey, allowed: ['10.0.0.2/32'], endpoint: { address: '192.0.2.1', port: 5 } }
  const said = (change: wireguard.DeviceChange): string =>
    JSON.stringify(wireguard.set('wg0', change).messages({ indexOf: () => 1, descriptorOf: () => 1 }))
  assert.match(said({ prot: 5 } as never), 'wireguard.set: prot is no field: did you mean port?')
  assert.match(said({ peers: [peer, { ...peer, alowed: [] }] } as never), 'peers.1.alowed is no field')
  const endpoint = { ...peer.endpoint, prot: 5 }
  assert.match(said({ peers: [{ ...peer, endpoint }] } as never), 'peers.0.endpoint.prot is no field')
  const told = { ...peer, keepalive: 5, lastHandshake: 1, received: 0n, sent: 0n }
  const device: wireguard.Device = { link: 1, name: 'wg0', publicKey, port: 5, mark: 0, peers: [told] }
  assert.match(said(device), '"_tag":"Right"')
})

test('a private key is as the kernel keeps it', () => {
  for (let n = 0; n < 64; n++) {
    const key = Buffer.from(wireguard.generateKeys().privateKey, 'base64')
    assert.equal([key.length, key.readUInt8(0) & 7, key.readUInt8(31) & 192], [32, 0, 64])
  }
})

kernelTest(test, 'two namespaces, a tunnel between them', [linkKind('wireguard')], async () => {
  const keys = { left: wireguard.generateKeys(), right: wireguard.generateKeys() }
  const preshared = wireguard.generateKeys().privateKey
  for (const name of ['left', 'right']) await namespaces.create(name)
  await using left = open({ namespace: 'left' })
  await using right = open({ namespace: 'right' })
  await left.link.add({
    kind: 'veth',
    name: 'eth0',
    up: true,
    peer: { name: 'eth0', namespace: 'right' }
  })
  await right.link.set('eth0', { up: true })
  const ends = [
    { here: left, own: keys.left, other: keys.right, number: 1, far: 2, keepalive: 0 },
    // It speaks as soon as it is set: only the last may. Two first words that cross are both lost, for 5 s.
    { here: right, own: keys.right, other: keys.left, number: 2, far: 1, keepalive: 25 }
  ]
  for (const { here, own, other, number, far, keepalive } of ends) {
    await here.address.add({ link: 'eth0', address: `10.0.0.${number}/24` })
    await here.link.add({ kind: 'wireguard', name: 'wg0', up: true })
    await here.address.add({ link: 'wg0', address: `10.9.0.${number}/24` })
    await here.address.add({ link: 'wg0', address: `fd09::${number}/64` })
    await here.wireguard.set('wg0', {
      privateKey: own.privateKey,
      port: 51820,
      mark: 7,
      peers: [
        {
          publicKey: other.publicKey,
          presharedKey: preshared,
          endpoint: { address: `10.0.0.${far}`, port: 51820 },
          keepalive,
          allowed: [`10.9.0.${far}/32`, `fd09::${far}/128`]
        }
      ]
    })
  }
  const service = await serve('right', 80)
  const patience = 15_000
  assert.is(await ask('left', '10.9.0.2', 80, { patience }), '10.9.0.1')
  assert.is(await ask('left', 'fd09::2', 80, { patience }), 'fd09::1')
  service.close()
  const device = await left.wireguard.get('wg0')
  assert.equal(
    [device.name, device.privateKey, device.publicKey, device.port, device.mark],
    ['wg0', keys.left.privateKey, keys.left.publicKey, 51820, 7]
  )
  const [peer] = device.peers
  assert.equal(
    [peer?.publicKey, peer?.presharedKey, peer?.endpoint, peer?.keepalive, peer?.allowed.toSorted()],
    [keys.right.publicKey, preshared, { address: '10.0.0.2', port: 51820 }, 0, ['10.9.0.2/32', 'fd09::2/128']]
  )
  assert.is((await right.wireguard.get('wg0')).peers[0]?.keepalive, 25)
  assert.ok((peer?.lastHandshake ?? 0) > 0 && (peer?.received ?? 0n) > 0n && (peer?.sent ?? 0n) > 0n)
  const refused = await left.wireguard.get('eth0').catch(error => error)
  assert.is(refused.code, 'EOPNOTSUPP', refused.message)
  await left.wireguard.set('wg0', {
    peers: [{ publicKey: keys.right.publicKey, allowed: [], remove: true }]
  })
  assert.equal((await left.wireguard.get('wg0')).peers, [])
})

kernelTest(
  test,
  'a peer with more allowed addresses than a message holds',
  [linkKind('wireguard')],
  async () => {
    await using connection = open()
    await connection.link.add({ kind: 'wireguard', name: 'wg1' })
    const { publicKey } = wireguard.generateKeys()
    const allowed = Array.from({ length: 600 }, (_, n) => `10.${n >> 8}.${n & 255}.0/24`)
    await connection.wireguard.set('wg1', { peers: [{ publicKey, allowed }] })
    const { peers } = await connection.wireguard.get('wg1')
    assert.equal(
      peers.map(peer => peer.allowed.toSorted()),
      [allowed.toSorted()]
    )
    await connection.link.remove('wg1')
  }
)

kernelTest(test, 'lo is no tunnel, and a kernel may have none', [], async () => {
  await using connection = open()
  const error = await connection.wireguard.get('lo').catch(error => error)
  const expected =
    linkKind('wireguard') === undefined
      ? ['Rejected', undefined, 'EOPNOTSUPP']
      : ['UnsupportedByKernel', 'wireguard in generic netlink', 'ENOENT']
  assert.equal([error._tag, error.feature, error.code], expected, error.message)
})

test.run()
