import { createSocket } from 'node:dgram'
import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeMessages } from '../../protocol'
import type { Entry, Filter, NewEntry } from '../../src/conntrack'
import { turned } from '../../src/conntrack/entry'
import { open } from '../../src/promises'
import { recorder } from '../../src/testing'
import { command, kernelTest, run } from '../sandbox'
import { flowsIn, flowsOf } from './flow'

const test = suite('conntrack and kernel')

const needs = [command('conntrack')]

const conntrack = (words: string): string => run('conntrack', ...words.split(' '))

const listed = (words = ''): ReturnType<typeof flowsIn> => flowsIn(conntrack(`-L${words} -o xml,id`))

const insert = (): void => {
  for (const words of [
    '-p tcp -s 10.1.0.1 -d 10.2.0.1 --sport 1001 --dport 80 --state ESTABLISHED -u ASSURED,SEEN_REPLY -t 600',
    '-p tcp -s 10.1.0.2 -d 10.2.0.1 --sport 1002 --dport 80 -r 172.16.0.1 -q 10.1.0.2 --reply-port-src 8080 --reply-port-dst 1002 --state SYN_SENT -t 600',
    '-p udp -s 10.1.0.1 -d 10.2.0.2 --sport 1003 --dport 53 -t 600 -m 5',
    '-p udp -s 10.1.0.3 -d 10.2.0.2 --sport 1004 --dport 53 -t 600 -m 21 -w 7',
    '-p icmp -s 10.1.0.4 -d 10.2.0.2 --icmp-type 8 --icmp-code 0 --icmp-id 9 -t 600',
    '-p udp -s fd00::1 -d fd00::2 --sport 1005 --dport 53 -t 600',
    '-p tcp -s fd00::1 -d fd00::3 --sport 1006 --dport 443 --state TIME_WAIT -t 600'
  ])
    conntrack(`-I ${words}`)
}

kernelTest(test, 'conntrack -I, and list: the same as conntrack -L', needs, async () => {
  insert()
  await using connection = open()
  const entries = await connection.conntrack.list()
  assert.is(entries.length, 7)
  assert.equal(flowsOf(entries), listed())
  for (const { timeout = 0 } of entries) assert.ok(timeout > 500 && timeout <= 600)
  assert.equal(entries.find(({ protocol }) => protocol === 'icmp')?.original.icmp, {
    id: 9,
    type: 8,
    code: 0
  })
  const behind = entries.find(({ original }) => original.sourcePort === 1002)
  assert.is(behind?.reply.source, '172.16.0.1')
})

const filters: ReadonlyArray<readonly [filter: Filter, words: string, exact: boolean]> = [
  [{ family: 'ipv4' }, ' -f ipv4', true],
  [{ family: 'ipv6' }, ' -f ipv6', true],
  [{ family: 'ipv4', protocol: 'tcp' }, ' -f ipv4 -p tcp', true],
  [{ family: 'ipv6', protocol: 'udp' }, ' -f ipv6 -p udp', true],
  [{ original: { source: '10.1.0.1' } }, ' -f ipv4 -s 10.1.0.1', true],
  [{ original: { source: 'fd00:0::1' } }, ' -f ipv6 -s fd00::1', false],
  [{ original: { source: '10.1.0.0/30' } }, ' -f ipv4 -s 10.1.0.0/30', false],
  [{ reply: { source: '172.16.0.1' } }, ' -f ipv4 -r 172.16.0.1', true],
  [
    { family: 'ipv4', protocol: 'udp', original: { destinationPort: 53 } },
    ' -f ipv4 -p udp --dport 53',
    true
  ],
  [
    { family: 'ipv4', protocol: 'tcp', reply: { sourcePort: 8080 } },
    ' -f ipv4 -p tcp --reply-port-src 8080',
    true
  ],
  [{ family: 'ipv4', mark: 5, markMask: 15 }, ' -f ipv4 -m 5/15', true],
  [{ family: 'ipv4', mark: 5 }, ' -f ipv4 -m 5', true],
  [{ family: 'ipv4', zone: 7 }, ' -f ipv4 -w 7', false],
  [{ family: 'ipv4', status: ['assured'] }, ' -f ipv4 -u ASSURED', true],
  [{ tcpState: 'timeWait' }, ' -f ipv6 -p tcp --state TIME_WAIT', false]
]

kernelTest(test, 'filters: the same as conntrack -L with options, mostly by the kernel', needs, async () => {
  let messages = 0
  const counting = recorder(record => {
    if (record.event !== 'received') return
    const decoded = decodeMessages('netfilter', Buffer.from(record.hex, 'hex'))
    if (decoded._tag === 'Right')
      messages += decoded.right.filter(({ type }) => type === 'IPCTNL_MSG_CT_NEW').length
  })
  await using connection = open({ transport: counting })
  for (const [filter, words, exact] of filters) {
    messages = 0
    const ours = flowsOf(await connection.conntrack.list(filter))
    const title = JSON.stringify(filter)
    assert.equal(ours, listed(words), title)
    assert.ok(ours.length > 0 && ours.length < 7, title)
    if (exact) assert.is(messages, ours.length, `${title}: the kernel filters`)
  }
})

kernelTest(test, 'get, set, forget', needs, async () => {
  await using connection = open()
  const ref = {
    protocol: 'udp',
    original: { source: '10.1.0.1', destination: '10.2.0.2', sourcePort: 1003, destinationPort: 53 }
  } as const
  const entry = await connection.conntrack.get(ref)
  assert.is(entry.mark, 5)
  const turned = await connection.conntrack.get({ protocol: 'udp', original: entry.reply })
  assert.is(turned.id, entry.id)
  await connection.conntrack.set(ref, { mark: 6, timeout: 60 })
  assert.equal(
    listed(' -m 6').map(({ id }) => id),
    [entry.id]
  )
  await connection.conntrack.set(ref, { timeout: 50 })
  const { timeout = 0 } = await connection.conntrack.get(ref)
  assert.ok(timeout > 0 && timeout <= 50)
  const other = await connection.conntrack.forget({ ...ref, id: (entry.id ^ 1) >>> 0 }).catch(error => error)
  assert.is(other.code, 'ENOENT')
  assert.is((await connection.conntrack.list({ original: entry.original })).length, 1)
  await connection.conntrack.set(entry, { timeout: 40 })
  await connection.conntrack.forget(entry)
  assert.equal(listed(' -m 6'), [])
  await connection.conntrack.add({ timeout: 60, ...entry })
  assert.is((await connection.conntrack.get(ref)).mark, entry.mark, 'as it was listed it can be given back')
  await connection.conntrack.forget(ref)
  const gone = await connection.conntrack.get(ref).catch(error => error)
  assert.is(gone.message, 'conntrack.get: no such file or directory (ENOENT); there is no such connection')
  const lacking = { protocol: 'tcp', original: { source: '10.1.0.1', destination: '10.2.0.1' } } as const
  const refused = await connection.conntrack.get(lacking).catch(error => error)
  assert.is(refused.code, 'EINVAL')
  assert.match(refused.message, 'ports are needed')
})

kernelTest(
  test,
  'remove says how many; conntrack -L no longer has them; flush takes a family',
  needs,
  async () => {
    await using connection = open()
    const { conntrack: table } = connection
    assert.is(await table.remove({ protocol: 'tcp' }), 3)
    assert.is(await table.remove({ protocol: 'tcp' }), 0)
    assert.equal(listed(' -p tcp'), [])
    assert.equal(
      listed()
        .map(({ protocol }) => protocol)
        .sort(),
      [1, 17, 17]
    )
    await table.flush('ipv6')
    assert.equal(listed(' -f ipv6'), [])
    assert.is(listed().length, 2)
    await table.flush()
    assert.equal(listed(), [])
  }
)

kernelTest(test, 'add: conntrack -L has what was put in', needs, async () => {
  await using connection = open()
  const { conntrack: table } = connection
  await table.add({
    protocol: 'tcp',
    original: { source: '10.1.0.1', destination: '10.2.0.1', sourcePort: 1, destinationPort: 80 },
    reply: { source: '10.3.0.1', destination: '10.1.0.1', sourcePort: 8080, destinationPort: 1 },
    timeout: 600,
    tcpState: 'established',
    status: ['seenReply', 'assured'],
    mark: 0xffffffff,
    zone: 2
  })
  await table.add({
    protocol: 'icmpv6',
    original: { source: 'fd00::1', destination: 'fd00::2', icmp: { id: 3, type: 128, code: 0 } },
    timeout: 600
  })
  await table.add({
    protocol: 89,
    original: { source: '10.1.0.1', destination: '10.2.0.1' },
    timeout: 600
  })
  const [tcp, other] = [listed(' -p tcp')[0], listed(' -p 89')[0]]
  assert.equal(
    { ...tcp, id: 0 },
    {
      id: 0,
      family: 'ipv4',
      protocol: 6,
      original: { source: '10.1.0.1', destination: '10.2.0.1', sourcePort: 1, destinationPort: 80 },
      reply: { source: '10.3.0.1', destination: '10.1.0.1', sourcePort: 8080, destinationPort: 1 },
      state: 'ESTABLISHED',
      mark: 0xffffffff,
      zone: 2,
      assured: true,
      replied: true,
      packets: undefined
    }
  )
  assert.is(other?.protocol, 89)
  assert.match(conntrack('-L -f ipv6'), /icmpv6 .* src=fd00::2 dst=fd00::1 type=129 code=0 id=3/)
  assert.equal(flowsOf(await table.list()), listed())
  const again = await table
    .add({ protocol: 89, original: { source: '10.1.0.1', destination: '10.2.0.1' }, timeout: 600 })
    .catch(error => error)
  assert.is(again.code, 'EEXIST')
  await table.flush()
})

const translated: ReadonlyArray<readonly [words: string, entry: NewEntry]> = [
  [
    '-p udp -s 10.1.0.1 -d 10.2.0.1 --sport 1 --dport 53 --src-nat 10.3.0.1 -t 600',
    {
      protocol: 'udp',
      original: { source: '10.1.0.1', destination: '10.2.0.1', sourcePort: 1, destinationPort: 53 },
      reply: { source: '10.2.0.1', destination: '10.3.0.1', sourcePort: 53, destinationPort: 1 },
      timeout: 600
    }
  ],
  [
    '-p tcp -s 10.1.0.1 -d 10.2.0.1 --sport 1 --dport 80 --dst-nat 10.4.0.1:8080 --state ESTABLISHED -u ASSURED,SEEN_REPLY -t 600',
    {
      protocol: 'tcp',
      original: { source: '10.1.0.1', destination: '10.2.0.1', sourcePort: 1, destinationPort: 80 },
      reply: { source: '10.4.0.1', destination: '10.1.0.1', sourcePort: 8080, destinationPort: 1 },
      timeout: 600,
      tcpState: 'established',
      status: ['assured', 'seenReply']
    }
  ],
  [
    '-p tcp -s 10.1.0.1 -d 10.2.0.1 --sport 1 --dport 80 --src-nat 10.2.0.9:99 --dst-nat 10.4.0.1 --state ESTABLISHED -t 600',
    {
      protocol: 'tcp',
      original: { source: '10.1.0.1', destination: '10.2.0.1', sourcePort: 1, destinationPort: 80 },
      reply: { source: '10.4.0.1', destination: '10.2.0.9', sourcePort: 80, destinationPort: 99 },
      timeout: 600,
      tcpState: 'established'
    }
  ],
  [
    '-p udp -s fd00::1 -d fd00::2 --sport 1 --dport 53 --src-nat fd00::3 -t 600',
    {
      protocol: 'udp',
      original: { source: 'fd00::1', destination: 'fd00::2', sourcePort: 1, destinationPort: 53 },
      reply: { source: 'fd00::2', destination: 'fd00::3', sourcePort: 53, destinationPort: 1 },
      timeout: 600
    }
  ],
  [
    '-p icmp -s 10.1.0.1 -d 10.2.0.1 --icmp-type 8 --icmp-code 0 --icmp-id 9 --src-nat 10.3.0.1 -t 600',
    {
      protocol: 'icmp',
      original: { source: '10.1.0.1', destination: '10.2.0.1', icmp: { id: 9, type: 8, code: 0 } },
      reply: { source: '10.2.0.1', destination: '10.3.0.1', icmp: { id: 9, type: 0, code: 0 } },
      timeout: 600
    }
  ],
  [
    '-p 89 -s 10.1.0.1 -d 10.2.0.1 --src-nat 10.3.0.1 -t 600',
    {
      protocol: 89,
      original: { source: '10.1.0.1', destination: '10.2.0.1' },
      reply: { source: '10.2.0.1', destination: '10.3.0.1' },
      timeout: 600
    }
  ]
]

for (const [words, entry] of translated)
  kernelTest(test, `conntrack -I ${words}: added alike, and again as it is listed`, needs, async () => {
    await using connection = open()
    const { conntrack: table } = connection
    const translations = (): ReadonlyArray<string> =>
      ['-n', '-g'].map(each =>
        conntrack(`-L ${each} -f ${entry.original.source.includes(':') ? 'ipv6' : 'ipv4'}`).replaceAll(
          / \d+ (?=src=|[A-Z])/g,
          ' '
        )
      )
    const seen = async (): Promise<ReadonlyArray<unknown>> => {
      const [one] = await table.list()
      const { id: _, timeout: __, message: ___, ...rest } = one as Entry
      return [rest, ...translations()]
    }
    await table.flush()
    conntrack(`-I ${words}`)
    const [listed] = await table.list()
    const theirs = await seen()
    await table.flush()
    await table.add(entry)
    assert.equal(await seen(), theirs)
    await table.flush()
    await table.add(listed as NewEntry)
    assert.equal(await seen(), theirs)
    await table.flush()
  })

kernelTest(
  test,
  'add: a port or an id that is translated alone; what translation has left as it was',
  needs,
  async () => {
    await using connection = open()
    const { conntrack: table } = connection
    const udp = { source: '10.1.0.1', destination: '10.2.0.1', sourcePort: 1, destinationPort: 53 }
    await table.add({
      protocol: 'udp',
      original: udp,
      reply: { ...turned(udp), destinationPort: 7 },
      timeout: 600
    })
    const icmp = { source: '10.1.0.1', destination: '10.2.0.1', icmp: { id: 9, type: 8, code: 0 } }
    await table.add({
      protocol: 'icmp',
      original: icmp,
      reply: { ...turned(icmp), icmp: { id: 10, type: 0, code: 0 } },
      timeout: 600
    })
    await table.add({
      protocol: 89,
      original: { source: '10.1.0.1', destination: '10.2.0.1' },
      status: ['srcNatDone', 'dstNatDone'],
      timeout: 600
    })
    const entries = await table.list()
    const states = Object.fromEntries(
      entries.map(({ protocol, reply, status }) => [
        protocol,
        [reply.destinationPort ?? reply.icmp?.id, status]
      ])
    )
    assert.equal(states, {
      udp: [7, ['confirmed', 'srcNat', 'srcNatDone', 'dstNatDone']],
      icmp: [10, ['confirmed', 'srcNat', 'srcNatDone', 'dstNatDone']],
      89: [undefined, ['confirmed', 'srcNatDone', 'dstNatDone']]
    })
    await table.flush()
  }
)

kernelTest(test, 'set: the timeout of a connection with a fixed one is refused as such', needs, async () => {
  await using connection = open()
  const { conntrack: table } = connection
  const ref = {
    protocol: 'udp',
    original: { source: '10.1.0.1', destination: '10.2.0.1', sourcePort: 1, destinationPort: 53 }
  } as const
  await table.add({ ...ref, timeout: 600, status: ['fixedTimeout'] })
  await table.set(ref, { mark: 1 })
  const refused = await table.set(ref, { timeout: 5 }).catch(error => error)
  assert.is(refused.code, 'EPERM')
  assert.match(refused.message, /; the timeout of a connection with the status fixedTimeout stays/)
  await table.flush()
})

const talk = async (): Promise<void> => {
  const server = createServer(socket => socket.pipe(socket))
  await new Promise<void>(resolve => server.listen(7000, '127.0.0.1', resolve))
  await new Promise<void>((resolve, reject) => {
    const socket = connect(7000, '127.0.0.1', () => socket.end('hello'))
    socket
      .resume()
      .on('close', () => resolve())
      .on('error', reject)
  })
  server.close()
  const [asker, answerer] = [createSocket('udp4'), createSocket('udp4')]
  answerer.on('message', (text, { port }) => answerer.send(text, port, '127.0.0.1'))
  await new Promise<void>(resolve => answerer.bind(7001, '127.0.0.1', resolve))
  await new Promise<void>(resolve => {
    asker.once('message', () => resolve())
    asker.send('hello', 7001, '127.0.0.1')
  })
  asker.close()
  answerer.close()
}

kernelTest(
  test,
  'connections that packets made: counters, states, and seen replies as conntrack -L has them',
  [...needs, command('nft')],
  async () => {
    writeFileSync('/proc/sys/net/netfilter/nf_conntrack_acct', '1')
    run(
      'nft',
      'add table ip t; add chain ip t c { type filter hook output priority 0; ct state new accept; }'
    )
    await talk()
    await using connection = open()
    const entries = await connection.conntrack.list({ original: { source: '127.0.0.0/8' } })
    assert.equal(entries.map(({ protocol }) => protocol).sort(), ['tcp', 'udp'])
    assert.equal(flowsOf(entries), listed())
    const udp = entries.find(({ protocol }) => protocol === 'udp')
    assert.equal(udp?.counters, {
      original: { packets: 1n, bytes: 33n },
      reply: { packets: 1n, bytes: 33n }
    })
    assert.is(entries.find(({ protocol }) => protocol === 'tcp')?.tcpState, 'timeWait')
    run('nft', 'delete table ip t')
  }
)

kernelTest(test, 'conntrack -I, -U and -D are events, in order', needs, async () => {
  await using connection = open()
  await using events = connection.conntrack.events()
  const next = async (): Promise<object | undefined> => {
    const { value } = await events.next()
    return value?.object === 'conntrack'
      ? { change: value.change, port: value.value.original.destinationPort, mark: value.value.mark }
      : value
  }
  const words = '-p udp -s 10.9.0.1 -d 10.9.0.2 --sport 1 --dport 99'
  conntrack(`-I ${words} -t 100 -m 1`)
  conntrack(`-U ${words} -m 2`)
  conntrack(`-D ${words}`)
  assert.equal(await next(), { change: 'added', port: 99, mark: 1 })
  assert.equal(await next(), { change: 'changed', port: 99, mark: 2 })
  assert.equal(await next(), { change: 'removed', port: 99, mark: 2 })
})

test.run()
