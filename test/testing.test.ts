import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addresses, connections } from '../fixtures/sessions/calls'
import type { Message } from '../protocol'
import { NLM_F } from '../protocol/netlink/header'
import { open } from '../src/promises'
import {
  acknowledged,
  answered,
  faults,
  listed,
  type OpenTransport,
  type Receiver,
  recorder,
  replayer,
  type SessionRecord,
  type Transport,
  transportFrom
} from '../src/testing'
import { flowsIn, flowsOf } from './conntrack/flow'

const test = suite('testing')

const holds = <A>(property: fc.IProperty<A>): void => fc.assert(property)

const sessions = join(__dirname, '../fixtures/sessions')

const recordsOf = (name: string): ReadonlyArray<SessionRecord> =>
  readFileSync(join(sessions, `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as SessionRecord)

const nothing = (): void => undefined

/** A kernel that has eth0, and to which nothing is wrong. */
const obliging = (messages: ReadonlyArray<Message>): ReadonlyArray<Message> =>
  messages.flatMap(asked => {
    const eth0 = { header: { index: 5 }, attributes: { ifname: 'eth0', mtu: 1500 } }
    if ((asked.flags & NLM_F.DUMP) === NLM_F.DUMP) return listed(asked, 'RTM_NEWLINK', [eth0])
    if (asked.type === 'RTM_GETLINK') return [answered(asked, 'RTM_NEWLINK', eth0)]
    return (asked.flags & NLM_F.ACK) === 0 ? [] : [acknowledged(asked)]
  })

const messageOf = (error: Error): string => error.message

test('a recording of links and addresses, played again: what ip -j address said', async () => {
  await using connection = open({ transport: replayer(join(sessions, 'addresses.jsonl')) })
  const { again, links, listed: ours } = await addresses(connection, nothing)
  const [theirs] = JSON.parse(readFileSync(join(sessions, 'addresses.json'), 'utf8'))
  const link = links.find(({ name }) => name === 'a0')
  assert.is(again, 'address.add: ipv4: Address already assigned (EEXIST); the link has this address already')
  assert.equal(
    [link?.index, link?.address, link?.mtu, link?.up, link?.qdisc],
    [theirs.ifindex, theirs.address, theirs.mtu, true, theirs.qdisc]
  )
  assert.equal(
    ours
      .filter(each => each.link === 100)
      .map(({ address, prefixLength, broadcast, label }) => [address, prefixLength, broadcast, label]),
    theirs.addr_info
      .filter(({ family }: { family: string }) => family === 'inet')
      .map(({ local, prefixlen, broadcast, label }: { [key: string]: unknown }) => [
        local,
        prefixlen,
        broadcast,
        label
      ])
  )
})

test('a recording of tracked connections, played again: what conntrack -L said', async () => {
  await using connection = open({ transport: replayer(join(sessions, 'connections.jsonl')) })
  const { all, one, removed, left } = await connections(connection, nothing)
  assert.equal(flowsOf(all), flowsIn(readFileSync(join(sessions, 'connections.xml'), 'utf8')))
  assert.is(one.mark, 2)
  assert.is(removed, 3)
  assert.equal(
    left.map(({ id }) => id).sort(),
    all
      .filter(({ protocol }) => protocol !== 'udp')
      .map(({ id }) => id)
      .sort()
  )
})

test('what is recorded into a file or a function is the same, and answers as the original did', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'isolink-'))
  const path = join(folder, 'session.jsonl')
  const records: Array<SessionRecord> = []
  const calls = async (transport: OpenTransport): Promise<unknown> => {
    await using connection = open({ transport })
    await connection.link.set('eth0', { up: true })
    return [await connection.link.list(), await connection.link.get('eth0')]
  }
  try {
    const original = await calls(
      recorder(
        path,
        recorder(record => records.push(record), transportFrom(obliging))
      )
    )
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    assert.equal(
      lines.map(line => JSON.parse(line)),
      records
    )
    assert.equal(
      records.map(({ event }) => event),
      ['opened', ...Array.from({ length: 4 }, () => ['sent', 'received']).flat()]
    )
    assert.equal(await calls(replayer(path)), original)
    assert.equal(await calls(replayer(records)), original)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** The same recording, made by a session that had sent other requests before. */
const later = (records: ReadonlyArray<SessionRecord>, by: number): ReadonlyArray<SessionRecord> =>
  records.map(record => {
    if (record.event !== 'sent' && record.event !== 'received') return record
    const bytes = Buffer.from(record.hex, 'hex')
    for (let at = 0; at < bytes.length; at += Math.max(16, (bytes.readUInt32LE(at) + 3) & ~3)) {
      bytes.writeUInt32LE((bytes.readUInt32LE(at + 8) + by) >>> 0, at + 8)
      if (bytes.readUInt16LE(at + 4) === 2)
        bytes.writeUInt32LE((bytes.readUInt32LE(at + 28) + by) >>> 0, at + 28)
    }
    return { ...record, hex: bytes.toString('hex') }
  })

test('the sequence numbers of a recording do not matter', async () => {
  const records = recordsOf('connections')
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), async by => {
      await using connection = open({ transport: replayer(later(records, by)) })
      assert.is((await connections(connection, nothing)).removed, 3)
    }),
    { numRuns: 10 }
  )
})

test('a request that was not recorded says how it differs', async () => {
  const attempt = async (use: (connection: ReturnType<typeof open>) => Promise<unknown>): Promise<string> => {
    await using connection = open({ transport: replayer(join(sessions, 'addresses.jsonl')) })
    return String(await use(connection).catch(messageOf))
  }
  const failed = (operation: string): string => `${operation}: the netlink socket failed: replay: `
  assert.is(
    await attempt(({ link }) => link.list()),
    `${failed('link.list')}RTM_GETLINK was sent where RTM_NEWLINK was recorded`
  )
  assert.match(
    await attempt(({ link }) => link.add({ kind: 'veth', name: 'a0', index: 99, peer: { name: 'a1' } })),
    `${failed('link.add')}RTM_NEWLINK was sent with ifinfomsg`
  )
  assert.is(
    await attempt(({ link }) =>
      link.add({ kind: 'veth', name: 'b0', index: 100, peer: { name: 'a1', index: 101 } })
    ),
    `${failed('link.add')}RTM_NEWLINK was sent with IFLA_IFNAME "b0" where IFLA_IFNAME "a0" was recorded`
  )
  assert.is(
    await attempt(async connection => {
      await addresses(connection, nothing)
      return connection.link.list()
    }),
    `${failed('link.list')}the recording ends before RTM_GETLINK`
  )
})

test('what a function throws, and what cannot be written down, is the error of whoever asked', async () => {
  const thrower = (): never => {
    throw new Error('this was not to be asked')
  }
  const of = async (transport: OpenTransport): Promise<string> => {
    await using connection = open({ transport, timeout: 5000 })
    return String(await connection.link.list().catch(messageOf))
  }
  const made = transportFrom(obliging)
  assert.match(await of(transportFrom(thrower)), /failed: this was not to be asked$/)
  assert.match(await of(transportFrom(() => undefined as never)), /failed: the function gave no array of/)
  assert.is(await of(thrower), 'open: this was not to be asked')
  assert.is(await of(recorder(thrower, made)), 'record: this was not to be asked')
  assert.match(await of(recorder('/dev/full', made)), /^record: no space left on device \(ENOSPC\)/)
  for (const event of ['sent', 'received'])
    assert.match(
      await of(recorder(record => (record.event === event ? thrower() : undefined), made)),
      /failed: this was not to be asked$/
    )
})

test('a record that is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'isolink-'))
  writeFileSync(join(folder, 'null.jsonl'), 'null\n')
  await using connection = open({ transport: replayer(join(folder, 'null.jsonl')) })
  assert.is(
    await connection.link.list().catch(messageOf),
    `open: ${folder}/null.jsonl: the record at 0 says no event: null`
  )
  rmSync(folder, { recursive: true })
})

test('monitor follows a made-up kernel', async () => {
  await using host = open({
    transport: transportFrom(messages => obliging(messages.filter(({ type }) => type !== 'NLMSG_NOOP')))
  })
  const { value } = await host.monitor(['link'], { snapshot: true }).next()
  assert.equal(value?.object === 'resync' && value.values.link.map(({ name }) => name), ['eth0'])
})

test('a recording that is not there, and a socket that is not in it, are errors', async () => {
  await using absent = open({ transport: replayer('/nowhere/session.jsonl') })
  assert.is(
    await absent.link.list().catch(messageOf),
    'open: /nowhere/session.jsonl: no such file or directory (ENOENT)'
  )
  await using other = open({ transport: replayer(recordsOf('addresses')) })
  assert.is(
    await other.conntrack.list().catch(messageOf),
    'replay: the recording has no further netfilter socket'
  )
})

interface Opening {
  readonly transport: Transport
  readonly arrived: ReadonlyArray<readonly [text: string, sender: number]>
  readonly failures: ReadonlyArray<string>
  readonly settled: () => Promise<void>
}

/** A socket whose other end sends back single bytes, none of them a message. */
const echoing = (wrap: (open: OpenTransport) => OpenTransport): Opening => {
  const arrived: Array<readonly [string, number]> = []
  const failures: Array<string> = []
  const receiver: Receiver = {
    datagram: (bytes, sender) => arrived.push([Buffer.from(bytes).toString(), sender]),
    failed: error => failures.push(error.message)
  }
  const echo: OpenTransport = (_, to) =>
    E.right({
      port: 1,
      receiveBuffer: 1000,
      send: datagram => {
        to.datagram(datagram, 0)
        return undefined
      },
      dropped: () => 0,
      join: nothing,
      leave: nothing,
      hold: nothing,
      close: nothing
    })
  const opened = wrap(echo)('route', receiver)
  if (E.isLeft(opened)) throw new Error(opened.left.message)
  return {
    transport: opened.right,
    arrived,
    failures,
    settled: () => new Promise(resolve => setTimeout(resolve, 60))
  }
}

/** What failed to leave. */
const sendAll = ({ transport }: Opening, text: string): ReadonlyArray<string> =>
  [...text].flatMap(letter => transport.send(Buffer.from(letter))?.message ?? [])

test('faults: what is dropped is counted, what is cut is reported, by number or by a function', async () => {
  const socket = echoing(echo =>
    faults({ drop: [1], truncate: (_, bytes) => bytes[0] === 0x64, unsent: [4] }, echo)
  )
  assert.equal(sendAll(socket, 'abcdef'), ['no buffer space available'])
  await socket.settled()
  assert.is(socket.arrived.map(([text]) => text).join(''), 'acf')
  assert.is(socket.transport.dropped(), 1)
  assert.equal(socket.failures, ['a datagram of 1 bytes was cut'])
})

test('faults: what is late keeps its place in the line, and nothing comes after the close', async () => {
  const socket = echoing(echo => faults({ delay: { milliseconds: 20, which: [1] } }, echo))
  sendAll(socket, 'abc')
  assert.is(socket.arrived.map(([text]) => text).join(''), 'a')
  while (socket.arrived.length < 3) await socket.settled()
  assert.is(socket.arrived.map(([text]) => text).join(''), 'abc')
  const closed = echoing(echo => faults({ delay: { milliseconds: 5 } }, echo))
  sendAll(closed, 'abc')
  closed.transport.close()
  await closed.settled()
  assert.equal(closed.arrived, [])
})

test('without faults, everything passes at once', () => {
  holds(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), text => {
      const socket = echoing(echo => faults({}, echo))
      sendAll(socket, text)
      assert.equal(
        socket.arrived,
        [...text].map(letter => [letter, 0])
      )
    })
  )
})

test('what a made-up kernel answers wrongly is said', async () => {
  const wrong = { type: 'RTM_NEWLINK', header: { index: 'five' }, attributes: {} }
  const transport = transportFrom(messages =>
    messages.map(({ sequence }) => ({ ...wrong, flags: 0, sequence, port: 0 }) as unknown as Message)
  )
  await using connection = open({ transport })
  assert.match(
    String(await connection.link.get(5).catch(messageOf)),
    /the netlink socket failed: .*RTM_NEWLINK.*index/
  )
})

test.run()
