import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeMessages, type Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import * as address from '../../src/address'
import * as link from '../../src/link'
import * as route from '../../src/route'
import { invalidInput } from '../../src/socket/error'
import type { Request } from '../../src/socket/request'
import { openSession, type Session, type SessionOptions } from '../../src/socket/session'
import {
  type Answer,
  acknowledged,
  answered,
  faults,
  listed,
  type OpenTransport,
  refused,
  transportFrom
} from '../../src/testing'

const test = suite('session')

/** A made-up kernel, and what it was sent. */
const kernel = (
  answer: Answer
): { readonly transport: OpenTransport; readonly sent: Array<ReadonlyArray<Message>> } => {
  const sent: Array<ReadonlyArray<Message>> = []
  return {
    sent,
    transport: transportFrom((messages, to) => {
      sent.push(messages)
      return answer(messages, to)
    })
  }
}

const eth0 = { header: { index: 5 }, attributes: { ifname: 'eth0' } }

/** A kernel where `eth0` is link 5 and everything else succeeds. */
const obliging = (messages: ReadonlyArray<Message>): ReadonlyArray<Message> =>
  messages.flatMap(asked => {
    if (asked.type === 'RTM_GETLINK' && 'attributes' in asked && asked.attributes.ifname === 'eth0')
      return [answered(asked, 'RTM_NEWLINK', eth0)]
    if (asked.type === 'RTM_GETLINK') return [refused(asked, 'ENODEV')]
    return (asked.flags & NLM_F.ACK) === 0 ? [] : [acknowledged(asked)]
  })

const session = (transport: OpenTransport, options: SessionOptions = {}): Session => {
  const opened = openSession({ transport, timeout: 2000, ...options })
  if (E.isLeft(opened)) throw new Error(opened.left.message)
  return opened.right
}

const left = <L, A>(result: E.Either<L, A>): L => {
  if (E.isRight(result)) throw new Error('this should have failed')
  return result.left
}

const typesOf = (sent: ReadonlyArray<ReadonlyArray<Message>>): ReadonlyArray<ReadonlyArray<string>> =>
  sent.map(messages => messages.map(({ type }) => type))

test('others have their turn while a request of many pieces is made; a wrong piece ends it', async () => {
  const fake = kernel(obliging)
  const { send, close } = session(fake.transport)
  const one = (n: number): Message => ({
    type: 'NLMSG_NOOP',
    flags: NLM_F.REQUEST,
    sequence: n,
    port: 0
  })
  let made = 0
  const request = (wrongAt: number): Request<void> => ({
    operation: 'test',
    protocol: 'route',
    answering: 'transaction',
    messages: () => E.right([]),
    *pieces() {
      for (made = 0; made < 30; made++) {
        const end = performance.now() + 1
        while (performance.now() < end);
        yield made === wrongAt ? E.left(invalidInput('test', 'piece', 'is wrong')) : E.right([one(made)])
      }
    },
    read: () => undefined,
    fields: {}
  })
  let turns = 0
  const turn = (): void => {
    turns++
    next = setImmediate(turn)
  }
  let next = setImmediate(turn)
  assert.ok(E.isRight(await send(request(-1))()))
  clearImmediate(next)
  assert.ok(turns >= 3, `${turns} turns in 30 ms`)
  assert.equal(typesOf(fake.sent), [new Array(30).fill('NLMSG_NOOP')])
  assert.is(left(await send(request(3))())._tag, 'InvalidInput')
  assert.equal([made, fake.sent.length], [3, 1])
  close()
})

test('requests of one tick leave in one datagram', async () => {
  const fake = kernel(obliging)
  const { send, close } = session(fake.transport)
  await Promise.all([
    send(address.add({ link: 3, address: '10.0.0.1/24' }))(),
    send(address.add({ link: 3, address: '10.0.0.2/24' }))(),
    send(link.set(3, { up: true }))()
  ])
  assert.equal(typesOf(fake.sent), [['RTM_NEWADDR', 'RTM_NEWADDR', 'RTM_NEWLINK']])
  close()
})

test('a name is looked up once, by a single get; one that the batch makes is not', async () => {
  const fake = kernel(obliging)
  const { batch, close } = session(fake.transport)
  const results = await batch([
    address.add({ link: 'eth0', address: '10.0.0.1/24' }),
    route.add({ destination: '10.1.0.0/16', link: 'eth0' }),
    link.add({ kind: 'veth', name: 'v0', index: 4711, peer: { name: 'v1' } }),
    address.add({ link: 'v0', address: '10.2.0.1/24' })
  ])()
  assert.ok(results.every(E.isRight))
  assert.equal(typesOf(fake.sent), [
    ['RTM_GETLINK'],
    ['RTM_NEWADDR', 'RTM_NEWROUTE', 'RTM_NEWLINK', 'RTM_NEWADDR']
  ])
  const indexes = fake.sent[1]?.map(message =>
    'header' in message && 'index' in message.header ? message.header.index : 0
  )
  assert.equal(indexes, [5, 0, 4711, 4711])
  close()
})

test('a name that is not there fails its own request only, and says so', async () => {
  const fake = kernel(obliging)
  const { batch, close } = session(fake.transport)
  const [missing, fine] = await batch([
    address.add({ link: 'nope', address: '10.0.0.1/24' }),
    address.add({ link: 'eth0', address: '10.0.0.1/24' })
  ])()
  const error = left(missing)
  assert.is(error._tag, 'NotFound')
  assert.is(error.message, 'address.add: there is no link nope')
  assert.ok(E.isRight(fine))
  close()
})

test('wrong input is refused before anything is sent', async () => {
  const fake = kernel(obliging)
  const { batch, close } = session(fake.transport)
  const results = await batch([
    address.add({ link: 3, address: '10.0.0.1/99' }),
    address.add({ link: 3, address: 'ten' }),
    link.set(3, { mtu: -1 }),
    link.set(3, { address: '02:42' + ':zz' }),
    route.add({ destination: '10.0.0.0/8', metric: 2 ** 33 })
  ])()
  assert.equal(
    results.map(result => {
      const error = left(result)
      return error._tag === 'InvalidInput' ? error.field : error._tag
    }),
    ['address', 'address', 'mtu', 'address', 'metric']
  )
  assert.equal(fake.sent, [])
  close()
})

test('a refusal gives the kernel’s sentence, its errno, and the caller’s field', async () => {
  // The extended ACK points at the attribute IFA_LOCAL: behind 16 bytes of nlmsghdr and 8 of ifaddrmsg, and IFA_ADDRESS.
  const fake = kernel(messages =>
    messages.map(asked => refused(asked, 'EINVAL', { msg: 'ipv4: Invalid address', offs: 32 }))
  )
  const { send, close } = session(fake.transport)
  const error = left(await send(address.add({ link: 3, address: '10.0.0.1/24' }))())
  if (error._tag !== 'Rejected') throw new Error(error._tag)
  assert.is(error.code, 'EINVAL')
  assert.is(error.request, 'RTM_NEWADDR')
  assert.is(error.reason, 'ipv4: Invalid address')
  assert.is(error.field, 'address')
  assert.is(error.message, 'address.add: ipv4: Invalid address (EINVAL, at address)')
  close()
})

test('a refusal names the option of a link’s kind, or the one that is missing', async () => {
  const vlan = link.add({ kind: 'vlan', name: 'v', parent: 3, options: { id: 5 } })
  const bytes = { offset: 0 }
  const fake = kernel(messages => {
    const sent = encodeMessages('route', messages)
    if (E.isLeft(sent)) throw new Error(sent.left.reason)
    // IFLA_VLAN_ID: length 6, type 1, in the nest IFLA_INFO_DATA.
    bytes.offset = Buffer.from(sent.right).indexOf(Buffer.from([6, 0, 1, 0, 5, 0]))
    return messages.map(asked => refused(asked, 'ERANGE', { msg: 'Invalid VLAN id', offs: bytes.offset }))
  })
  const first = session(fake.transport)
  const error = left(await first.send(vlan)())
  assert.is(error._tag === 'Rejected' && error.field, 'options.id')
  first.close()

  const lacking = kernel(messages => messages.map(asked => refused(asked, 'EINVAL', { missType: 5 })))
  const second = session(lacking.transport)
  const missing = left(await second.send(vlan)())
  assert.is(missing._tag === 'Rejected' && missing.missing, 'parent')
  second.close()
})

test('an answer that does not come is a timeout, and holds the process no longer', async () => {
  const holds: Array<boolean> = []
  const silent = transportFrom(() => [])
  const { send, close } = session(
    (...given) =>
      pipe(
        silent(...given),
        E.map(transport => ({ ...transport, hold: held => holds.push(held) }))
      ),
    { timeout: 20 }
  )
  const error = left(await send(link.list())())
  assert.is(error._tag, 'TimedOut')
  assert.is(error.message, 'link.list: the kernel did not answer within 20 ms')
  assert.equal([...new Set(holds)], [false, true])
  assert.is(holds.at(-1), false)
  close()
})

test('an answer that is there when the time is over counts, though the process was busy', async () => {
  const { send, close } = session(
    (...given) =>
      pipe(
        transportFrom(obliging)(...given),
        E.map(transport => ({
          ...transport,
          send: datagram => {
            const failure = transport.send(datagram)
            const end = performance.now() + 30
            while (performance.now() < end);
            return failure
          }
        }))
      ),
    { timeout: 10 }
  )
  // From here, timers come before the answer.
  await new Promise(setImmediate)
  assert.ok(E.isRight(await send(link.get('eth0'))()))
  close()
})

test('a timeout may be longer than any timer of Node', async () => {
  const { send, close } = session(
    transportFrom(() => []),
    { timeout: Number.POSITIVE_INFINITY }
  )
  for (const timeout of [undefined, 2 ** 40]) {
    const error = left(await send(link.list(), { timeout, signal: AbortSignal.timeout(30) })())
    assert.is(error._tag, 'Aborted')
  }
  close()
})

test('an AbortSignal ends the wait; one that is aborted already sends nothing', async () => {
  const fake = kernel(() => [])
  const { send, close } = session(fake.transport)
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 5)
  assert.is(left(await send(link.list(), { signal: controller.signal })())._tag, 'Aborted')
  const { length } = fake.sent
  assert.is(left(await send(link.list(), { signal: AbortSignal.abort() })())._tag, 'Aborted')
  assert.is(fake.sent.length, length)
  close()
})

test('a dump that was interrupted is taken again, and said to be incomplete when that never ends', async () => {
  const fake = kernel(messages => messages.flatMap(asked => listed(asked, 'RTM_NEWLINK', [eth0])))
  const calm = session(faults({ interrupt: [0, 1, 2] }, fake.transport))
  const links = await calm.send(link.list())()
  assert.ok(E.isRight(links) && links.right.length === 1 && links.right.complete)
  assert.is(fake.sent.length, 4)
  calm.close()
  const never = session(faults({ interrupt: true }, fake.transport))
  const torn = await never.send(link.list())()
  assert.ok(E.isRight(torn) && torn.right.length === 1 && !torn.right.complete)
  assert.is(fake.sent.length, 14)
  never.close()
})

test('datagrams of strangers, and answers to other ports, are ignored', async () => {
  const fake = kernel((messages, { deliver, port }) => {
    deliver(messages.map(asked => ({ ...refused(asked, 'EPERM'), port: port + 1 })))
    return obliging(messages)
  })
  const { send, close } = session(faults({ foreign: true }, fake.transport))
  assert.ok(E.isRight(await send(link.set(3, { up: true }))()))
  close()
  const believed = kernel((messages, { deliver, port }) => {
    deliver(messages.map(asked => ({ ...refused(asked, 'EPERM'), port })))
    return obliging(messages)
  })
  const gullible = session(believed.transport)
  assert.is(left(await gullible.send(link.set(3, { up: true }))())._tag, 'Rejected')
  gullible.close()
})

test('bytes that are no message fail what is under way, and the next request goes through', async () => {
  const { send, close } = session(faults({ malform: [0] }, transportFrom(obliging)))
  assert.is(left(await send(link.set(3, { up: true }))())._tag, 'Malformed')
  assert.ok(E.isRight(await send(link.set(3, { up: true }))()))
  close()
})

test('a datagram that was cut, and one that did not leave, fail what is under way', async () => {
  const { send, close } = session(faults({ truncate: [0], unsent: [1] }, transportFrom(obliging)))
  const cut = left(await send(link.set(3, { up: true }))())
  assert.is(cut.message, 'link.set: the netlink socket failed: a datagram of 36 bytes was cut')
  const unsent = left(await send(link.set(3, { up: true }))())
  assert.is(unsent._tag === 'Failed' && unsent.code, 'ENOBUFS')
  assert.ok(E.isRight(await send(link.set(3, { up: true }))()))
  close()
})

test('what did not leave takes nothing with it that is under way', async () => {
  const late = faults({ unsent: [1], delay: { milliseconds: 20 } }, transportFrom(obliging))
  const { send, close } = session(late)
  const before = send(link.set(3, { up: true }))()
  await new Promise(process.nextTick)
  const unsent = send(link.set(4, { up: true }))()
  assert.ok(E.isRight(await before))
  assert.is(left(await unsent)._tag, 'Failed')
  close()
})

test('an answer that comes too late is not taken for that of the next request', async () => {
  const late = faults({ delay: { milliseconds: 1500, which: [0] } }, transportFrom(obliging))
  const { send, close } = session(late)
  assert.is(left(await send(link.get('nope'), { timeout: 10 })())._tag, 'TimedOut')
  const found = await send(link.get('eth0'))()
  assert.is(E.isRight(found) && found.right.index, 5)
  close()
})

test('answers lost to a full buffer are an error at once, not a timeout', async () => {
  const { send, close } = session(
    transportFrom((_, { drop }) => {
      drop()
      return []
    })
  )
  assert.is(left(await send(link.set(3, { up: true }))())._tag, 'Overrun')
  close()
})

test('an answer that is lost later is noticed when the wait ends', async () => {
  const { send, close } = session(faults({ drop: [0] }, transportFrom(obliging)), { timeout: 20 })
  assert.is(left(await send(link.set(3, { up: true }))())._tag, 'Overrun')
  assert.ok(E.isRight(await send(link.set(3, { up: true }))()))
  close()
})

test('what a request or a transport gets wrong ends neither the process nor what is asked beside it', async () => {
  const fake = kernel(messages =>
    messages.flatMap(asked =>
      (asked.flags & NLM_F.DUMP) === NLM_F.DUMP ? listed(asked, 'RTM_NEWLINK', [eth0]) : obliging([asked])
    )
  )
  const { send, close } = session(fake.transport)
  const request = link.get('eth0') as Request<unknown>
  const broken = (): never => {
    throw new Error('is broken')
  }
  for (const wrong of [
    { ...request, links: 5 },
    { ...request, names: {} },
    { ...request, names: [null] },
    { ...request, namespaces: 'blue' },
    { ...request, messages: () => E.right(undefined) },
    { ...request, messages: broken },
    { ...request, linkField: 5, links: ['no'] },
    { ...request, read: broken },
    { ...link.list(), entries: broken },
    {
      ...link.get('absent'),
      fields: null,
      hints: {
        get ENODEV() {
          return broken()
        }
      }
    }
  ]) {
    const [error, ...beside] = await Promise.all([
      send(wrong as never)(),
      send(link.set(5, { mtu: 1400 }))(),
      send(link.get('eth0'))()
    ])
    assert.is(left(error)._tag, 'InvalidInput', left(error).message)
    assert.equal(
      beside.map(each => (E.isLeft(each) ? each.left.message : 'done')),
      ['done', 'done']
    )
  }
  close()
  for (const broken of ['dropped', 'hold', 'more'] as const) {
    const opened = session((...given) =>
      pipe(
        fake.transport(...given),
        E.map(transport => ({
          ...transport,
          [broken]: () => {
            throw new Error(`${broken} is broken`)
          }
        }))
      )
    )
    for (let n = 0; n < 2; n++)
      assert.match(left(await opened.send(link.get('eth0'))()).message, new RegExp(`${broken} is broken$`))
    opened.close()
  }
  const unclosing = session((...given) =>
    pipe(
      fake.transport(...given),
      E.map(transport => ({ ...transport, close: broken }))
    )
  )
  assert.ok(E.isRight(await unclosing.send(link.get('eth0'))()))
  unclosing.close()
})

test('a closed session answers with Closed, what was under way too', async () => {
  const fake = kernel(() => [])
  const { send, close } = session(fake.transport)
  const waiting = send(link.list())()
  await new Promise(setImmediate)
  close()
  assert.is(left(await waiting)._tag, 'Closed')
  assert.is(left(await send(link.list())())._tag, 'Closed')
})

test('what was issued first leaves first, even if it waits for a name', async () => {
  const fake = kernel(obliging)
  const { send, close } = session(fake.transport)
  const first = send(address.add({ link: 'eth0', address: '10.0.0.1/24' }))()
  await Promise.resolve()
  const second = send(link.set(3, { up: true }))()
  await Promise.all([first, second])
  assert.equal(typesOf(fake.sent).flat(), ['RTM_GETLINK', 'RTM_NEWADDR', 'RTM_NEWLINK'])
  close()
})

test.run()
