import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as address from '../../src/address'
import { type Connection, IsolinkError, open } from '../../src/promises'
import { fault, sent } from '../request'
import { command, kernelTest, run } from '../sandbox'

const test = suite('address')

type Theirs = { readonly [name: string]: unknown }

/** What `ip -j -d address` says of a link’s addresses, those that the kernel gives itself left out. */
const theirs = (link = 'a0'): ReadonlyArray<Theirs> =>
  (
    JSON.parse(run('ip', '-j', '-d', 'address', 'show', 'dev', link))[0].addr_info as ReadonlyArray<Theirs>
  ).filter(({ local }) => !String(local).startsWith('fe80'))

const withLink = async (use: (host: Connection, index: number) => Promise<void>): Promise<void> => {
  await using host = open()
  await host.link.add({ kind: 'veth', name: 'a0', up: true, peer: { name: 'a1' } })
  try {
    await use(host, (await host.link.get('a0')).index)
  } finally {
    await host.link.remove('a0')
  }
}

const { NODAD, NOPREFIXROUTE, MANAGETEMPADDR, HOMEADDRESS } = address.IFA_F

/** Each as `ip address` is told it, and as we are. */
const same: ReadonlyArray<readonly [words: string, given: Omit<address.NewAddress, 'link'>]> = [
  ['192.0.2.1/24 brd +', { address: '192.0.2.1/24' }],
  ['192.0.2.1/24', { address: '192.0.2.1/24', broadcast: null }],
  ['192.0.2.1/24 brd 192.0.2.254', { address: '192.0.2.1/24', broadcast: '192.0.2.254' }],
  ['192.0.2.1/31', { address: '192.0.2.1/31' }],
  ['192.0.2.1 peer 192.0.2.9', { address: '192.0.2.1/32', peer: '192.0.2.9' }],
  ['192.0.2.1/24 brd + label a0:web scope link', { address: '192.0.2.1/24', label: 'a0:web', scope: 253 }],
  [
    '192.0.2.1/24 brd + metric 50 noprefixroute',
    { address: '192.0.2.1/24', metric: 50, flags: NOPREFIXROUTE }
  ],
  ['2001:db8::1/64 nodad', { address: '2001:db8::1/64', flags: NODAD }],
  ['2001:db8::1/64 nodad home', { address: '2001:db8::1/64', flags: NODAD | HOMEADDRESS }],
  ['2001:db8::1/64 nodad mngtmpaddr', { address: '2001:db8::1/64', flags: NODAD | MANAGETEMPADDR }],
  [
    '2001:db8::1 peer 2001:db8::2/128 nodad',
    { address: '2001:db8::1/128', peer: '2001:db8::2', flags: NODAD }
  ],
  ['2001:db8::1/64 nodad metric 70', { address: '2001:db8::1/64', metric: 70, flags: NODAD }]
]

for (const [words, given] of same)
  kernelTest(
    test,
    `ip address add ${words}: ours is theirs, and reads as it was given`,
    [command('ip')],
    () =>
      withLink(async (host, link) => {
        run('ip', 'address', 'add', ...words.split(' '), 'dev', 'a0')
        const shown = theirs()
        const before = (await host.address.list({ link })).filter(each => !each.address.startsWith('fe80'))
        assert.is(before.length, 1)
        await host.address.remove({ link, ...given })
        assert.equal(theirs(), [])
        await host.address.add({ link: 'a0', ...given })
        assert.equal(theirs(), shown)
        const after = (await host.address.list({ link })).filter(each => !each.address.startsWith('fe80'))
        assert.equal(after, before)
        const [one] = after
        assert.is(`${one?.address}/${one?.prefixLength}`, given.address)
        assert.is(one?.peer, given.peer)
        for (const name of ['label', 'scope', 'metric'] as const)
          if (given[name] !== undefined) assert.is(one?.[name], given[name])
        assert.ok(one !== undefined)
        await host.address.remove(one)
        assert.equal(theirs(), [], 'as it is listed it can be taken away')
        await host.address.add({ broadcast: null, ...one })
        assert.equal(theirs(), shown, 'and given again')
      })
  )

kernelTest(test, 'lifetimes are seconds, and those without an end have none', [command('ip')], () =>
  withLink(async host => {
    await host.address.add({
      link: 'a0',
      address: '192.0.2.1/24',
      validLifetime: 3600,
      preferredLifetime: 1800
    })
    await host.address.add({ link: 'a0', address: '2001:db8::1/64', preferredLifetime: 0, flags: NODAD })
    const [four, six] = theirs()
    const near = (is: unknown, of: number): boolean => Number(is) > of - 5 && Number(is) <= of
    assert.ok(
      near(four?.valid_life_time, 3600) && near(four?.preferred_life_time, 1800),
      JSON.stringify(four)
    )
    assert.equal([six?.valid_life_time, six?.preferred_life_time, six?.deprecated], [0xffffffff, 0, true])
    const ours = await host.address.list({ link: 'a0', family: 'ipv6' })
    const one = ours.find(each => each.address === '2001:db8::1')
    assert.equal([one?.validLifetime, one?.preferredLifetime], [undefined, 0])
  })
)

kernelTest(test, 'replace changes what is there, and makes what is not', [command('ip')], () =>
  withLink(async host => {
    await host.address.replace({ link: 'a0', address: '192.0.2.1/24' })
    await host.address.replace({ link: 'a0', address: '192.0.2.1/24', metric: 9, validLifetime: 900 })
    const [one, ...others] = theirs()
    assert.equal(others, [])
    assert.is(one?.metric, 9)
    assert.ok(Number(one?.valid_life_time) <= 900)
    const refused = await host.address.add({ link: 'a0', address: '192.0.2.1/24' }).catch(error => error)
    assert.ok(refused instanceof IsolinkError && refused.message.includes('has this address already'))
    const absent = await host.address.remove({ link: 'a0', address: '192.0.2.7/24' }).catch(error => error)
    assert.ok(
      absent instanceof IsolinkError && absent.message.includes('has no such address'),
      String(absent)
    )
  })
)

kernelTest(test, 'lists of all links, of one, and of a family', [command('ip')], () =>
  withLink(async (host, link) => {
    run('ip', 'address', 'add', '192.0.2.1/24', 'dev', 'a0')
    run('ip', 'address', 'add', '198.51.100.1/24', 'dev', 'a1')
    run('ip', 'address', 'add', '2001:db8::1/64', 'dev', 'a0', 'nodad')
    const listed = async (filter?: address.AddressFilter): Promise<ReadonlyArray<string>> =>
      (await host.address.list(filter)).map(each => each.address).filter(each => !each.startsWith('fe80'))
    assert.equal(await listed({ link }), ['192.0.2.1', '2001:db8::1'])
    assert.equal(await listed({ link: 'a0', family: 'ipv6' }), ['2001:db8::1'])
    const all = await listed()
    for (const each of ['192.0.2.1', '198.51.100.1', '2001:db8::1']) assert.ok(all.includes(each), each)
    const streamed: Array<string> = []
    for await (const each of host.address.stream({ link, family: 'ipv4' })) streamed.push(each.address)
    assert.equal(streamed, ['192.0.2.1'])
  })
)

test('nothing is sent that was not given', async () => {
  const { header, attributes } = await sent(address.add({ link: 'eth0', address: '2001:DB8:0::1/64' }))
  assert.equal(header, { family: 10, prefixlen: 64, flags: 0, scope: 0, index: 5 })
  assert.equal(attributes, { local: '2001:db8::1', address: '2001:db8::1' })
})

test('what is wrong is named before anything is sent', async () => {
  assert.is(await fault(address.list({ family: 'bogus' as never })), 'family')
  const link = 'eth0'
  assert.is(await fault(address.add({ link, address: '192.0.2.300/24' })), 'address')
  assert.is(await fault(address.add({ link, address: '192.0.2.1/33' })), 'address')
  assert.is(await fault(address.add({ link, address: '192.0.2.1', prefixLength: 33 })), 'prefixLength')
  assert.is(await fault(address.add({ link, address: '192.0.2.1/24', prefixLength: 16 })), 'prefixLength')
  assert.is(await fault(address.add({ link, address: '192.0.2.1/24', peer: 'x' })), 'peer')
  assert.is(await fault(address.add({ link, address: '192.0.2.1/24', peer: 'fd00::1' })), 'peer')
  assert.is(await fault(address.add({ link, address: 'fd00::1/64', peer: '192.0.2.1' })), 'peer')
  assert.is(await fault(address.add({ link, address: '192.0.2.1/24', broadcast: 'fd00::1' })), 'broadcast')
  assert.is(await fault(address.add({ link, address: 'fd00::1/64', broadcast: 'fd00::2' })), 'broadcast')
  assert.is(await fault(address.add({ link: 'nope', address: '192.0.2.1/24' })), 'link')
  assert.is(await fault(address.add({ link, address: '192.0.2.1/24', label: 'x'.repeat(40) })), 'label')
  assert.is(await fault(address.add({ link, address: '192.0.2.1/24', validLifetime: -1 })), 'validLifetime')
})

test('a key that there is not is named before anything is sent', async () => {
  const given = { link: 'eth0', address: '192.0.2.1/24', lable: 'eth0:web' }
  for (const verb of [address.add, address.replace, address.remove])
    assert.is(await fault(verb(given)), 'lable')
  assert.is(await fault(address.list({ lnik: 'eth0' } as never)), 'lnik')
})

test.run()
