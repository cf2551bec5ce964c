import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeMessages, type Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import * as fp from '../../src'
import { IsolinkError, open } from '../../src/promises'
import type { OpenTransport } from '../../src/socket/transport'
import { faults, refused, transportFrom } from '../../src/testing'

const test = suite('stream')

/** A table of routes whose parts are there when they are asked for, as the kernel's are; how many were asked for. */
const table = (parts: number, size = 10) => {
  const told = { parts: 0, open: 0, closed: 0 }
  const entry = (n: number, sequence: number): Message =>
    ({
      type: 'RTM_NEWROUTE',
      flags: NLM_F.MULTI,
      sequence,
      port: 0,
      header: { family: 2, dstLen: 32, table: 254, type: 1 },
      attributes: { dst: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` }
    }) as unknown as Message
  const transport: OpenTransport = (protocol, receiver, options) => {
    let asked: Message | undefined
    let at = 0
    const opened = transportFrom(messages => {
      asked = messages[0]
      return []
    })(protocol, receiver, options)
    if (E.isLeft(opened)) return opened
    const next = (): boolean => {
      if (asked === undefined || at > parts) return false
      const { sequence } = asked
      const { port } = opened.right
      const end = { type: 'NLMSG_DONE', flags: NLM_F.MULTI, sequence, port, error: 0 } as Message
      const part = Array.from({ length: size }, (_, n) => ({ ...entry(at * size + n, sequence), port }))
      const datagram = encodeMessages(protocol, at === parts ? [end] : part)
      told.parts = Math.max(told.parts, ++at)
      if (E.isRight(datagram)) receiver.datagram(datagram.right, 0)
      return true
    }
    told.open++
    return E.right({
      ...opened.right,
      more: next,
      close: () => {
        told.closed++
        opened.right.close()
      }
    })
  }
  return { told, transport }
}

test('a stream is the list, one by one, and complete', async () => {
  const { transport } = table(7)
  await using host = open({ transport })
  const stream = host.route.stream()
  assert.is(stream.complete, undefined)
  const all: Array<string> = []
  for await (const { destination } of stream) all.push(destination)
  assert.equal(
    all,
    (await host.route.list()).map(({ destination }) => destination)
  )
  assert.is(all.length, 70)
  assert.is(stream.complete, true)
})

test('who asks again before there is an answer gets what follows, and nothing is lost', async () => {
  const { transport } = table(7)
  await using host = open({ transport })
  const all = (await host.route.list()).map(({ destination }) => destination)
  const stream = host.route.stream()
  const first = await Promise.all(Array.from({ length: 25 }, () => stream.next()))
  const rest: Array<string> = []
  for await (const { destination } of stream) rest.push(destination)
  assert.equal([...first.map(({ value }) => value?.destination), ...rest], all)
  const parts = host.route.stream().parts()
  const some = await Promise.all(Array.from({ length: 9 }, () => parts.next()))
  assert.equal(
    some.flatMap(({ value }) => value ?? []).map(({ destination }) => destination),
    all
  )
  assert.equal(some.slice(7), new Array(2).fill({ value: undefined, done: true }))
  const plain = fp.open({ transport })
  const tasks = plain.route.stream()
  const both = await Promise.all(Array.from({ length: 71 }, () => tasks.next()))
  assert.equal(
    both.flatMap(({ value }) => (value !== undefined && E.isRight(value) ? [value.right.destination] : [])),
    all
  )
  plain.close()
})

test('a stream that was left before it could begin sends nothing by a socket that is closed', async () => {
  const { transport } = table(1)
  const sent: Array<string> = []
  const kept: Array<() => void> = []
  let sockets = 0
  const held: OpenTransport = (protocol, receiver, options) => {
    const socket = sockets++
    let isOpen = true
    // The first one answers when it is told to, so that a second list has to wait.
    const opened = transport(
      protocol,
      {
        ...receiver,
        datagram: (...given) =>
          socket === 0 ? kept.push(() => receiver.datagram(...given)) : receiver.datagram(...given)
      },
      options
    )
    if (E.isLeft(opened)) return opened
    return E.right({
      ...opened.right,
      send: datagram => {
        sent.push(`${socket} ${isOpen ? 'open' : 'closed'}`)
        return opened.right.send(datagram)
      },
      more: () => socket !== 0 && opened.right.more?.() === true,
      close: () => {
        isOpen = false
        opened.right.close()
      }
    })
  }
  const host = open({ transport: held })
  const lists = [host.route.list(), host.route.list()].map(each => each.catch(() => undefined))
  await new Promise(setImmediate)
  const stream = host.route.stream()
  const next = stream.next()
  await new Promise(setImmediate)
  await stream.return()
  assert.equal(await next, { value: undefined, done: true })
  assert.equal(sent, ['0 open'])
  host.close()
  await Promise.all(lists)
  assert.equal(sent, ['0 open'])
})

test('nothing is read that nobody has asked for', async () => {
  const { told, transport } = table(100)
  await using host = open({ transport })
  const stream = host.route.stream()
  await new Promise(resolve => setTimeout(resolve, 30))
  assert.is(told.open, 0)
  for (let n = 0; n < 25; n++) await stream.next()
  await new Promise(resolve => setTimeout(resolve, 60))
  assert.ok(told.parts <= 4, `${told.parts} parts were read for three`)
  await stream.return()
  assert.is(told.closed, 1)
  assert.equal(await stream.next(), { value: undefined, done: true })
})

test('a loop that is left ends the reading, and so does the connection’s end', async () => {
  const { told, transport } = table(100)
  const host = open({ transport })
  for await (const { destination } of host.route.stream()) if (destination === '10.0.0.5/32') break
  assert.equal([told.open, told.closed], [1, 1])
  const stream = host.route.stream()
  await stream.next()
  host.close()
  assert.is(told.closed, 2)
  for (let n = 0; n < 9; n++) await stream.next()
  const error = await stream.next().catch((thrown: unknown) => thrown)
  assert.is(error instanceof IsolinkError && error._tag, 'Closed')
})

test('a stream of a table that changed says so at the end, and is not read again', async () => {
  const { told, transport } = table(3)
  await using host = open({ transport: faults({ interrupt: [2] }, transport) })
  const stream = host.route.stream()
  let count = 0
  for await (const _ of stream) count++
  assert.is(count, 30)
  assert.is(stream.complete, false)
  assert.is(told.open, 1)
})

test('errors are thrown out of the loop in one surface, and are its last values in the other', async () => {
  const transport = transportFrom(messages => messages.map(asked => refused(asked, 'EPERM')))
  const host = open({ transport })
  const thrown = await (async () => {
    for await (const _ of host.route.stream()) assert.unreachable('there is no route')
  })().catch((error: unknown) => error)
  assert.is(thrown instanceof IsolinkError && thrown._tag, 'Rejected')
  host.close()
  const connection = fp.open({ transport })
  const seen: Array<string> = []
  for await (const route of connection.route.stream()) seen.push(E.isLeft(route) ? route.left._tag : 'route')
  assert.equal(seen, ['Rejected'])
  connection.close()
})

test('options that there are not, or that are no times, are refused', async () => {
  for (const [options, message] of [
    [{ namespcae: 'blue' }, 'open: namespcae is no field: did you mean namespace?'],
    [{ timeout: Number.NaN }, 'open: timeout NaN is no number of 0 or more'],
    [{ timeout: -1 }, 'open: timeout -1 is no number of 0 or more'],
    [{ signal: 'SIGINT' }, 'open: signal is no AbortSignal'],
    [5, 'open: options 5 is no object']
  ] as const) {
    const { opened, link, close } = fp.open(options as never)
    assert.is(E.isLeft(opened) && opened.left.message, message)
    const listed = await link.list()()
    assert.is(E.isLeft(listed) && listed.left._tag === 'InvalidInput' && listed.left.message, message)
    close()
    assert.throws(
      () => open(options as never),
      ({ message: thrown }: Error) => thrown === message
    )
  }
  await using silent = open({ transport: transportFrom(() => []) })
  const hasty = silent.with({ timeuot: 5 } as never)
  assert.match(
    String(await hasty.link.list().catch(({ message }: Error) => message)),
    'with: timeuot is no field: did you mean timeout?'
  )
})

test('a signal and a timeout end a stream too', async () => {
  const silent = open({ transport: transportFrom(() => []) })
  const tag = (given: Promise<unknown>): Promise<unknown> =>
    given.then(
      () => 'nothing',
      (error: unknown) => (error as IsolinkError)._tag
    )
  assert.is(await tag(silent.with({ timeout: 10 }).route.stream().next()), 'TimedOut')
  const controller = new AbortController()
  const waiting = tag(silent.with({ signal: controller.signal }).route.stream().next())
  setTimeout(() => controller.abort(), 5)
  assert.is(await waiting, 'Aborted')
  assert.is(await tag(silent.with({ signal: AbortSignal.abort() }).route.stream().next()), 'Aborted')
  silent.close()
})

test('whatever the parts are, and however they are read, the order is the kernel’s', () =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 40 }), async (parts, size) => {
      const { transport } = table(parts, size)
      await using host = open({ transport })
      const one: Array<string> = []
      for await (const { destination } of host.route.stream()) one.push(destination)
      const many: Array<string> = []
      for await (const part of host.route.stream().parts())
        many.push(...part.map(({ destination }) => destination))
      assert.is(one.length, parts * size)
      assert.equal(one, many)
      assert.is(new Set(one).size, one.length)
    }),
    { numRuns: 20 }
  ))

test.run()
