import fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeMessages, encodeMessages, type Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import * as nsid from '../../src/nsid'
import { closed, type NetlinkError } from '../../src/socket/error'
import { listOf } from '../../src/socket/request'
import type { Session } from '../../src/socket/session'
import { type Event, type Subscription, subscribe } from '../../src/socket/subscription'
import type { Receiver } from '../../src/socket/transport'

const test = suite('subscription')

const sources = { nsid: nsid.changes }
type Told = Event<typeof sources>

const port = 77

const encoded = (message: object): Uint8Array => {
  const bytes = encodeMessages('route', [message as Message])
  if (E.isLeft(bytes)) throw new Error(bytes.left.reason)
  return bytes.right
}

/** A kernel with numbers that come and go, and a socket that holds so many datagrams. */
const kernel = (room = Number.POSITIVE_INFINITY) => {
  const there = new Set<number>()
  let waiting: Array<Uint8Array> = []
  let receiver: Receiver | undefined
  const state = {
    there,
    drops: 0,
    held: false,
    open: false,
    joined: [] as Array<number>,
    lists: 0,
    /** What becomes of the next lists, if not the truth. */
    troubles: [] as Array<NetlinkError | 'torn'>,
    put: (bytes: Uint8Array): void => {
      if (waiting.length >= room) state.drops++
      else waiting.push(bytes)
    },
    tell: (type: 'RTM_NEWNSID' | 'RTM_DELNSID', id: number): void =>
      state.put(
        encoded({ type, flags: 0, sequence: 0, port: 0, header: { family: 0 }, attributes: { nsid: id } })
      ),
    add: (id: number): void => {
      there.add(id)
      state.tell('RTM_NEWNSID', id)
    },
    remove: (id: number): void => {
      if (there.delete(id)) state.tell('RTM_DELNSID', id)
    },
    deliver: (most = Number.POSITIVE_INFINITY, sender = 0): void => {
      const now = waiting.slice(0, most)
      waiting = waiting.slice(now.length)
      for (const bytes of now) receiver?.datagram(bytes, sender)
    },
    fail: (error: Error): void => receiver?.failed(error),
    session: {
      whenClosed: () => () => undefined,
      patience: (given: number | undefined) => given ?? 2000,
      batch: () => async () => {
        state.lists++
        await Promise.resolve()
        const trouble = state.troubles.shift()
        const list = listOf(
          [...there].map(id => ({ id })),
          trouble !== 'torn'
        )
        return [trouble === undefined || trouble === 'torn' ? E.right(list) : E.left(trouble)]
      },
      openTransport: (_protocol: unknown, given: Receiver) => {
        receiver = given
        state.open = true
        return E.right({
          port,
          receiveBuffer: 212_992,
          send: (datagram: Uint8Array) => {
            const asked = decodeMessages('route', datagram)
            if (E.isLeft(asked)) throw new Error(asked.left.reason)
            for (const { type, flags, sequence } of asked.right) {
              assert.equal([type, flags], ['NLMSG_NOOP', NLM_F.REQUEST | NLM_F.ACK])
              const request = { len: 16, type: 1, flags, seq: sequence, pid: 0 }
              state.put(encoded({ type: 'NLMSG_ERROR', flags: 0, sequence, port, error: 0, request }))
            }
          },
          dropped: () => state.drops,
          join: (group: number) => void state.joined.push(group),
          leave: () => undefined,
          hold: (held: boolean) => {
            state.held = held
          },
          close: () => {
            state.open = false
          }
        })
      }
    } as unknown as Session
  }
  return state
}

const idle = (milliseconds: number): Promise<undefined> =>
  new Promise(resolve => setTimeout(() => resolve(undefined), milliseconds))

/** Reads without waiting for long, and believes what it reads. */
const reader = (events: Subscription<Told>) => {
  const believed = new Set<number>()
  const read: Array<Told> = []
  let pending: Promise<IteratorResult<Told, undefined>> | undefined
  const one = async (patience = 0): Promise<Told | undefined> => {
    pending ??= events.next()
    const result = await Promise.race([pending, idle(patience)])
    if (result === undefined) return undefined
    pending = undefined
    const { value } = result
    if (value === undefined) return undefined
    read.push(value)
    if (value.object === 'resync') {
      believed.clear()
      for (const { id } of value.values.nsid) believed.add(id)
    } else if (value.object === 'nsid') {
      if (value.change === 'added') believed.add(value.value.id)
      else believed.delete(value.value.id)
    }
    return value
  }
  return { one, believed, read }
}

type Act =
  | { readonly act: 'add' | 'remove'; readonly id: number }
  | { readonly act: 'deliver' | 'read'; readonly count: number }
  | { readonly act: 'wait' }

const acts = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ act: fc.constantFrom('add' as const, 'remove' as const), id: fc.nat(5) })
    },
    {
      weight: 2,
      arbitrary: fc.record({ act: fc.constant('deliver' as const), count: fc.integer({ min: 1, max: 6 }) })
    },
    {
      weight: 2,
      arbitrary: fc.record({ act: fc.constant('read' as const), count: fc.integer({ min: 1, max: 4 }) })
    },
    { weight: 1, arbitrary: fc.constant({ act: 'wait' as const }) }
  ) as fc.Arbitrary<Act>,
  { minLength: 12, maxLength: 60 }
)

test('whatever is lost, and whenever: who believes the events ends with the truth', async () => {
  let lost = 0
  await fc.assert(
    fc.asyncProperty(
      acts,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      async (all, room, queue) => {
        const world = kernel(room)
        const events = subscribe(world.session, sources, { queue })
        const { one, believed, read } = reader(events)
        for (const each of all)
          if (each.act === 'add') world.add(each.id)
          else if (each.act === 'remove') world.remove(each.id)
          else if (each.act === 'deliver') world.deliver(each.count)
          else if (each.act === 'read') for (let n = 0; n < each.count; n++) await one()
          else await idle(1)
        for (let quiet = 0; quiet < 3; ) {
          world.deliver()
          if ((await one(12)) === undefined) quiet++
          else quiet = 0
        }
        await events.return()
        if (read.some(({ object }) => object === 'resync')) lost++
        assert.equal([...believed].toSorted(), [...world.there].toSorted())
      }
    ),
    { numRuns: 60 }
  )
  assert.ok(lost > 20, `only ${lost} runs lost anything`)
})

test('events come in order, from the moment of subscribing', async () => {
  const world = kernel()
  const events = subscribe(world.session, sources)
  assert.equal(world.joined, [28])
  world.add(1)
  world.add(2)
  world.remove(1)
  world.deliver()
  const { one } = reader(events)
  assert.equal(await one(), { object: 'nsid', change: 'added', value: { id: 1 } })
  assert.equal(await one(), { object: 'nsid', change: 'added', value: { id: 2 } })
  assert.equal(await one(), { object: 'nsid', change: 'removed', value: { id: 1 } })
  assert.is(await one(), undefined)
  await events.return()
})

test('what came before a loss is not told after the resync', async () => {
  const world = kernel(2)
  const events = subscribe(world.session, sources)
  const { one, read } = reader(events)
  world.add(1)
  world.add(2)
  world.remove(1)
  world.deliver(1)
  await one()
  const resync = one(100)
  await idle(1)
  world.deliver()
  assert.equal(await resync, { object: 'resync', reason: 'lost', values: { nsid: [{ id: 2 }] } })
  world.add(3)
  world.deliver()
  assert.equal(await one(), { object: 'nsid', change: 'added', value: { id: 3 } })
  assert.is(read.length, 3)
  await events.return()
})

test('a reader that is slow gets what waits for it, then a resync', async () => {
  const world = kernel()
  const events = subscribe(world.session, sources, { queue: 2 })
  for (const id of [1, 2, 3, 4]) world.add(id)
  world.deliver()
  assert.is(world.lists, 0)
  const { one } = reader(events)
  assert.equal([(await one())?.object, (await one())?.object], ['nsid', 'nsid'])
  const resync = one(100)
  await idle(1)
  world.deliver()
  assert.equal(await resync, {
    object: 'resync',
    reason: 'lost',
    values: { nsid: [1, 2, 3, 4].map(id => ({ id })) }
  })
  await events.return()
})

test('a snapshot comes first, and what changes meanwhile behind it', async () => {
  const world = kernel()
  world.there.add(1)
  const events = subscribe(world.session, sources, { snapshot: true })
  const { one } = reader(events)
  const first = one(100)
  await idle(1)
  world.deliver()
  world.add(2)
  world.deliver()
  assert.equal((await first)?.object, 'resync')
  assert.equal(await one(), { object: 'nsid', change: 'added', value: { id: 2 } })
  await events.return()
})

test('a list of no one moment is told as such, and another follows; trouble is the last event', async () => {
  const world = kernel()
  world.troubles.push('torn', closed('nsid.list'))
  const events = subscribe(world.session, sources, { snapshot: true })
  const { one } = reader(events)
  const soon = async (lists: number): Promise<Told | undefined> => {
    const event = one(500)
    for (let n = 0; n < 40 && world.lists < lists; n++) {
      world.deliver()
      await idle(2)
    }
    return event
  }
  const torn = await soon(1)
  assert.is(torn?.object === 'resync' && torn.values.nsid.complete, false)
  const failure = await soon(2)
  assert.is(failure?.object === 'failure' && failure.error._tag, 'Closed')
  assert.equal(await events.next(), { value: undefined, done: true })
  assert.is(world.open, false)
})

test('a socket that fails ends the subscription, behind what waits', async () => {
  const world = kernel()
  const events = subscribe(world.session, sources)
  world.add(1)
  world.deliver()
  world.fail(Object.assign(new Error('gone'), { code: 'EBADF' }))
  const objects: Array<string> = []
  for await (const { object } of events) objects.push(object)
  assert.equal(objects, ['nsid', 'failure'])
})

test('datagrams of strangers are ignored', async () => {
  const world = kernel()
  const events = subscribe(world.session, sources)
  world.add(1)
  world.deliver(1, 4321)
  assert.is(await reader(events).one(), undefined)
  await events.return()
})

test('the process lives on while somebody waits for an event, and no longer', async () => {
  const world = kernel()
  const events = subscribe(world.session, sources)
  assert.is(world.held, false)
  const next = events.next()
  assert.is(world.held, true)
  world.add(1)
  world.deliver()
  await next
  assert.is(world.held, false)
  await events.return()
})

test('break, return and an AbortSignal close the socket and end the loop', async () => {
  const broken = kernel()
  const events = subscribe(broken.session, sources)
  broken.add(1)
  broken.deliver()
  for await (const { object } of events) {
    assert.is(object, 'nsid')
    break
  }
  assert.is(broken.open, false)

  const aborted = kernel()
  const controller = new AbortController()
  const waiting = subscribe(aborted.session, sources, { signal: controller.signal }).next()
  controller.abort()
  assert.equal([await waiting, aborted.open], [{ value: undefined, done: true }, false])

  const never = kernel()
  const already = subscribe(never.session, sources, { signal: AbortSignal.abort() })
  assert.equal([await already.next(), never.open], [{ value: undefined, done: true }, false])
})

test('a resync that does not come to an end is given up', async () => {
  const world = kernel()
  const events = subscribe(world.session, sources, { snapshot: true, timeout: 20 })
  // What was asked is never answered.
  const { value } = await events.next()
  assert.is(value?.object === 'failure' && value.error._tag, 'TimedOut')
  assert.equal([await events.next(), world.open], [{ value: undefined, done: true }, false])
})

test('drops are noticed though nothing comes after them', async () => {
  const world = kernel()
  const events = subscribe(world.session, sources)
  const { one } = reader(events)
  await one()
  world.there.add(5)
  world.drops++
  const resync = one(5000)
  while (world.lists === 0) {
    world.deliver()
    await idle(20)
  }
  assert.is((await resync)?.object, 'resync')
  await events.return()
})

test.run()
