import * as fc from 'fast-check'
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

test('a mark is always sent with its mask: the kernel adds one to any mark but 0', async () => {
  const attributesOf = async (given: rule.NewRule): Promise<object> =>
    (await sent(rule.remove(given))).attributes
  assert.equal(await attributesOf({ mark: 0 }), { fwmark: 0, fwmask: 0xffffffff })
  assert.equal(await attributesOf({ mark: 5 }), { fwmark: 5, fwmask: 0xffffffff })
  assert.equal(await attributesOf({ mark: 0, markMask: 0xff }), { fwmark: 0, fwmask: 0xff })
  assert.equal(await attributesOf({ markMask: 0xff }), { fwmask: 0xff })
})

test('ip -6 rule delete flowlabel 5 dscp 1/3 sport 16/0xf0 dport 80/0xff', async () => {
  const { attributes } = await sent(
    rule.remove({
      family: 'ipv6',
      flowLabel: 5,
      dscp: 1,
      dscpMask: 3,
      sourcePorts: { start: 16, end: 16 },
      sourcePortsMask: 0xf0,
      destinationPorts: { start: 80, end: 80 },
      destinationPortsMask: 0xff
    })
  )
  assert.equal(attributes, {
    sportRange: { start: 16, end: 16 },
    dportRange: { start: 80, end: 80 },
    dscp: 1,
    flowlabel: 5,
    flowlabelMask: 0xfffff,
    sportMask: 0xf0,
    dportMask: 0xff,
    dscpMask: 3
  })
})

test('what the kernel takes for nothing is no selector, or the rule would be for all packets', async () => {
  for (const change of [rule.add, rule.remove]) {
    assert.is(await fault(change({ priority: 9, tos: 0 })), 'tos')
    assert.is(await fault(change({ priority: 9, ipProtocol: 0 })), 'ipProtocol')
    assert.is(await fault(change({ priority: 9, tunnelId: 0n })), 'tunnelId')
  }
})

test('what is wrong is named before anything is sent', async () => {
  assert.is(await fault(rule.add({ from: '10.0.0.0/33' })), 'from')
  assert.is(await fault(rule.add({ from: '10.0.0.0/8', to: 'fd00::/8' })), 'to')
  assert.is(await fault(rule.add({ family: 'ipv6', from: '10.0.0.0/8' })), 'from')
  assert.is(await fault(rule.add({ priority: 2 ** 32 })), 'priority')
  assert.is(await fault(rule.add({ action: 'jump' as never })), 'action')
  assert.is(await fault(rule.remove({ family: 'ipv4' })), 'priority')
  assert.is(await fault(rule.list({ family: 'bogus' as never })), 'family')
  assert.is(await fault(rule.add({ family: 'bogus' as never, priority: 9 })), 'family')
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
  [{ priority: 22, mark: 0, table: 100 }, ['fwmark', '0/0xffffffff', 'table', '100']],
  [{ priority: 23, mark: 0, markMask: 15, table: 100 }, ['fwmark', '0/15', 'table', '100']],
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

kernelTest(test, 'a rule for the mark 0 is listed with it, and leaves other marks alone', [], async () => {
  await using connection = open()
  await connection.rule.add({ priority: 10, mark: 0, table: 100 })
  await connection.rule.add({ priority: 11, mark: 0, markMask: 0xff, table: 100 })
  const [all, some] = (await connection.rule.list()).filter(({ table }) => table === 100)
  assert.equal([all?.mark, all?.markMask], [0, undefined])
  assert.equal([some?.mark, some?.markMask], [0, 0xff])
  for (const each of [all, some]) await connection.rule.remove(each as rule.Rule)
})

/** The newest of them is of Linux 6.15, and older kernels pass it over. */
const newSelectors = async (): Promise<boolean> => {
  await using connection = open()
  const asked = { priority: 99, dscp: 1, dscpMask: 1, action: 'nop' } as const
  await connection.rule.add(asked)
  const [made] = await connection.rule.list({ priority: 99 })
  await connection.rule.remove({ priority: 99 })
  return made?.dscpMask !== undefined
}

const member = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined, freq: 3 })

/** The kernel takes no port of all ones. */
const port = fc.integer({ min: 1, max: 65_534 })

const ports: fc.Arbitrary<rule.Range> = fc
  .tuple(port, port)
  .map(([one, other]) => ({ start: Math.min(one, other), end: Math.max(one, other) }))

/** A number and a mask with all its bits, as the kernel wants them. */
const masked = (bits: number): fc.Arbitrary<readonly [number, number]> =>
  fc
    .tuple(fc.integer({ min: 0, max: 2 ** bits - 1 }), fc.integer({ min: 1, max: 2 ** bits - 1 }))
    .map(([value, mask]) => [(value & mask) >>> 0, mask])

/** A range, or one port with a mask. */
const portSelector = (isNew: boolean): fc.Arbitrary<readonly [rule.Range, number | undefined]> =>
  fc.oneof(
    ports.map(range => [range, undefined] as const),
    ...(isNew
      ? [
          masked(16)
            .filter(([start]) => start > 0 && start < 65_535)
            .map(([start, mask]) => [{ start, end: start }, mask] as const)
        ]
      : [])
  )

const randomRule = (isNew: boolean): fc.Arbitrary<rule.NewRule> =>
  fc
    .record({
      family: fc.constantFrom('ipv4', 'ipv6'),
      priority: fc.integer({ min: 1, max: 30_000 }),
      from: member(fc.boolean()),
      to: member(fc.boolean()),
      incoming: member(fc.constantFrom('lo', 'nope')),
      outgoing: member(fc.constantFrom('lo', 'nix')),
      mark: member(masked(32)),
      field: fc.constantFrom('tos', ...(isNew ? ['dscp', 'flowLabel'] : []), undefined),
      tos: fc.integer({ min: 1, max: 7 }),
      dscp: masked(6),
      flowLabel: masked(20),
      ipProtocol: member(fc.integer({ min: 1, max: 255 })),
      sourcePorts: member(portSelector(isNew)),
      destinationPorts: member(portSelector(isNew)),
      users: member(fc.constant({ start: 0, end: lastUser })),
      tunnelId: member(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n })),
      invert: member(fc.constant(true)),
      action: fc.constantFrom('table', 'nop', 'blackhole', 'unreachable', 'prohibit', 'l3mdev'),
      protocol: member(fc.integer({ min: 1, max: 255 })),
      realms: member(fc.integer({ min: 1, max: 2 ** 32 - 1 })),
      suppressPrefixLength: member(fc.integer({ min: 0, max: 32 })),
      suppressGroup: member(fc.integer({ min: 0, max: 2 ** 31 - 1 }))
    })
    .map(
      ({ family, from, to, mark, field, tos, dscp, flowLabel, sourcePorts, destinationPorts, ...given }) => {
        const prefix = family === 'ipv4' ? '10.9.0.0/16' : 'fd00:9::/32'
        const { action, realms, ...others } = given
        const table = action === 'table'
        return Object.fromEntries(
          Object.entries({
            ...others,
            family,
            action: action === 'l3mdev' ? 'table' : action,
            from: from === true ? prefix : undefined,
            to: to === true ? prefix : undefined,
            mark: mark?.[0],
            markMask: mark?.[1],
            tos: field === 'tos' ? tos << 2 : undefined,
            dscp: field === 'dscp' ? dscp[0] : undefined,
            dscpMask: field === 'dscp' ? dscp[1] : undefined,
            flowLabel: field === 'flowLabel' && family === 'ipv6' ? flowLabel[0] : undefined,
            flowLabelMask: field === 'flowLabel' && family === 'ipv6' ? flowLabel[1] : undefined,
            sourcePorts: sourcePorts?.[0],
            sourcePortsMask: sourcePorts?.[1],
            destinationPorts: destinationPorts?.[0],
            destinationPortsMask: destinationPorts?.[1],
            // IPv6 has no realms.
            realms: family === 'ipv4' ? realms : undefined,
            table: table ? 100 : undefined,
            l3mdev: action === 'l3mdev' ? true : undefined,
            suppressPrefixLength: table ? given.suppressPrefixLength : undefined,
            suppressGroup: table ? given.suppressGroup : undefined
          }).filter(([, value]) => value !== undefined)
        ) as unknown as rule.NewRule
      }
    )

kernelTest(
  test,
  'a rule of any selectors is listed as it was given, and given back as it is listed',
  [],
  async () => {
    await using connection = open()
    const isNew = await newSelectors()
    const before = await connection.rule.list()
    await fc.assert(
      fc.asyncProperty(randomRule(isNew), async given => {
        await connection.rule.add(given)
        const listed = await connection.rule.list({ priority: Number(given.priority) })
        try {
          assert.is(listed.length, 1)
          const [made] = listed as ReadonlyArray<rule.Rule>
          for (const [key, value] of Object.entries(given)) {
            const all = { markMask: 0xffffffff, dscpMask: 0x3f, flowLabelMask: 0xfffff }[key]
            const told = made?.[key as keyof rule.Rule]
            if (value !== all && !(key.endsWith('PortsMask') && value === 0xffff))
              assert.equal(told, value, key)
            else assert.is(told, undefined, key)
          }
          await connection.rule.remove(made as rule.Rule)
          assert.equal(await connection.rule.list(), before)
          await connection.rule.add(made as rule.Rule)
          assert.equal(await connection.rule.list({ priority: Number(given.priority) }), listed)
        } finally {
          await connection.rule.remove({ family: given.family ?? 'ipv4', priority: Number(given.priority) })
        }
      }),
      { numRuns: 200, includeErrorInReport: true }
    )
  }
)

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
