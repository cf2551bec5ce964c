import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { NLM_F } from '../../protocol/netlink/header'
import { IsolinkError, open } from '../../src/promises'
import * as rule from '../../src/rule'
import { fault, sent } from '../request'
import { command, kernelTest, otherUser, run } from '../sandbox'

const test = suite('rule')

const created = NLM_F.CREATE | NLM_F.EXCL

test('ip rule add from 10.0.0.0/8 to 192.0.2.1 iif eth0 fwmark 1/0xff lookup 1000 priority 50', async () => {
  const message = await sent(
    rule.add({
      from: '10.0.0.0/8',
      to: '192.0.2.1',
      incoming: 'eth0',
      mark: 1,
      markMask: 0xff,
      table: 1000,
      priority: 50
    })
  )
  assert.equal(message, {
    type: 'RTM_NEWRULE',
    flags: created,
    header: { family: 2, dstLen: 32, srcLen: 8, tos: 0, table: 252, action: 1, flags: 0 },
    attributes: {
      dst: '192.0.2.1',
      src: '10.0.0.0',
      iifname: 'eth0',
      priority: 50,
      fwmark: 1,
      fwmask: 255,
      table: 1000,
      protocol: 4
    }
  })
})

test('ip -6 rule add not from all ipproto udp dport 53 goto 200', async () => {
  const { header, attributes } = await sent(
    rule.add({
      family: 'ipv6',
      invert: true,
      from: '::/0',
      ipProtocol: 17,
      destinationPorts: { start: 53, end: 53 },
      goto: 200
    })
  )
  assert.equal([header.family, header.action, header.flags, header.srcLen], [10, 2, 2, 0])
  assert.equal(attributes, { goto: 200, protocol: 4, ipProto: 17, dportRange: { start: 53, end: 53 } })
})

test('a rule of the table main by default; of none for other actions and for l3mdev', async () => {
  const tableOf = async (given: rule.NewRule): Promise<unknown> =>
    (await sent(rule.add(given))).attributes.table
  assert.is(await tableOf({ from: '10.0.0.1' }), 254)
  assert.is(await tableOf({ from: '10.0.0.1', action: 'blackhole' }), undefined)
  assert.is(await tableOf({ l3mdev: true, priority: 1 }), undefined)
})

test('ip rule delete: only what is given tells the rule apart', async () => {
  const { flags, header, attributes } = await sent(rule.remove({ priority: 50 }))
  assert.equal([flags, header.action, header.table, attributes], [0, 0, 0, { priority: 50 }])
})

test('what is wrong is named before anything is sent', async () => {
  assert.is(await fault(rule.add({ from: '10.0.0.0/33' })), 'from')
  assert.is(await fault(rule.add({ from: '10.0.0.0/8', to: 'fd00::/8' })), 'to')
  assert.is(await fault(rule.add({ family: 'ipv6', from: '10.0.0.0/8' })), 'from')
  assert.is(await fault(rule.add({ priority: 2 ** 32 })), 'priority')
  assert.is(await fault(rule.add({ action: 'jump' as never })), 'action')
  assert.is(await fault(rule.remove({ family: 'ipv4' })), 'priority')
})

interface Theirs {
  readonly priority: number
  readonly [key: string]: unknown
}

const theirs = (...options: ReadonlyArray<string>): ReadonlyArray<Theirs> =>
  JSON.parse(run('ip', ...options, '-j', '-N', 'rule', 'show'))

/** The kernel takes only those who are mapped. */
const lastUser = otherUser() === undefined ? 9 : 0

const kernelRules: ReadonlyArray<readonly [rule.NewRule, ReadonlyArray<string>]> = [
  [{ priority: 10, from: '10.1.0.0/16', table: 100 }, ['from', '10.1.0.0/16', 'table', '100']],
  [{ priority: 11, to: '192.0.2.0/24', table: 70_000 }, ['to', '192.0.2.0/24', 'table', '70000']],
  [
    { priority: 12, incoming: 'nope', outgoing: 'nix', action: 'prohibit' },
    ['iif', 'nope', 'oif', 'nix', 'prohibit']
  ],
  [{ priority: 13, mark: 7, markMask: 15, action: 'unreachable' }, ['fwmark', '7/15', 'unreachable']],
  [{ priority: 14, goto: 32766, tos: 16 }, ['tos', '0x10', 'goto', '32766']],
  [
    {
      priority: 15,
      ipProtocol: 6,
      sourcePorts: { start: 1, end: 2 },
      destinationPorts: { start: 80, end: 80 },
      table: 100
    },
    ['ipproto', '6', 'sport', '1-2', 'dport', '80', 'table', '100']
  ],
  [
    { priority: 16, users: { start: 0, end: lastUser }, table: 100 },
    ['uidrange', `0-${lastUser}`, 'table', '100']
  ],
  [
    { priority: 17, suppressPrefixLength: 0, suppressGroup: 3, table: 254 },
    ['suppress_prefixlength', '0', 'suppress_ifgroup', '3', 'table', '254']
  ],
  [
    { priority: 18, invert: true, from: '10.0.0.1', action: 'blackhole' },
    ['not', 'from', '10.0.0.1', 'blackhole']
  ],
  [{ priority: 19, tunnelId: 9n, table: 100 }, ['tun_id', '9', 'table', '100']],
  [{ priority: 20, realms: 5, table: 100 }, ['table', '100', 'realms', '5']],
  [{ priority: 21, family: 'ipv6', from: 'fd00:1::/32', table: 100 }, ['from', 'fd00:1::/32', 'table', '100']]
]

kernelTest(
  test,
  'each rule that ip makes from the same words is ours to the last member',
  [command('ip')],
  async () => {
    await using connection = open()
    for (const [ours, words] of kernelRules) {
      const family = ours.family ?? 'ipv4'
      const option = family === 'ipv6' ? '-6' : '-4'
      const listed = async (): Promise<object> => {
        const [found] = await connection.rule.list({ family, priority: Number(ours.priority) })
        assert.ok(found !== undefined, words.join(' '))
        return { ...found, protocol: 0 }
      }
      run('ip', option, 'rule', 'add', 'priority', String(ours.priority), ...words)
      const [made, seen] = [await listed(), theirs(option).find(({ priority }) => priority === ours.priority)]
      run('ip', option, 'rule', 'delete', 'priority', String(ours.priority))
      await connection.rule.add(ours)
      assert.equal(await listed(), made, words.join(' '))
      const again = theirs(option).find(({ priority }) => priority === ours.priority)
      assert.equal({ ...again, protocol: 0 }, { ...seen, protocol: 0 }, words.join(' '))
      await connection.rule.remove(ours)
      assert.not(theirs(option).some(({ priority }) => priority === ours.priority))
    }
  }
)

test('a key that there is not is named before anything is sent', async () => {
  const given = { from: '10.0.0.0/8', prioritty: 5 }
  assert.is(await fault(rule.add(given)), 'prioritty')
  assert.is(await fault(rule.remove(given)), 'prioritty')
  assert.is(await fault(rule.list({ tabel: 5 } as never)), 'tabel')
  const sourcePorts = { start: 5, end: 6, ned: 6 }
  assert.is(await fault(rule.add({ ipProtocol: 6, sourcePorts })), 'sourcePorts.ned')
})

kernelTest(test, 'what was listed can be added again', [command('ip')], async () => {
  await using connection = open()
  for (const [ours] of kernelRules) await connection.rule.add(ours)
  const own = async (): Promise<ReadonlyArray<rule.Rule>> =>
    (await connection.rule.list()).filter(({ priority }) => priority > 0 && priority < 100)
  const before = await own()
  assert.is(before.length, kernelRules.length)
  for (const each of before) await connection.rule.remove(each)
  assert.equal(await own(), [])
  for (const each of before) await connection.rule.add(each)
  assert.equal(await own(), before)
  for (const each of before) await connection.rule.remove(each)
})

kernelTest(
  test,
  'a second rule like it, and a rule that is not there, are refused with a hint',
  [],
  async () => {
    await using connection = open()
    const given = { priority: 10, from: '10.0.0.0/8', table: 100 }
    await connection.rule.add(given)
    const twice = await connection.rule.add(given).catch(error => error)
    assert.ok(twice instanceof IsolinkError && twice.message.includes('such a rule already'), String(twice))
    await connection.rule.remove({ priority: 10 })
    const gone = await connection.rule.remove({ priority: 10 }).catch(error => error)
    assert.ok(gone instanceof IsolinkError && gone.message.includes('no such rule'), String(gone))
  }
)

test.run()
