/** Datagrams that another thread sends, by a made-up transport that says when the kernel is through with them. */
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeMessages, encodeMessages, type Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { type Asked, type Channel, openChannel } from '../../src/socket/channel'
import { closed, type NetlinkError } from '../../src/socket/error'
import type { Outcome } from '../../src/socket/exchange'
import type { Receiver, SocketTransport } from '../../src/socket/transport'
import { acknowledged, refused } from '../../src/testing'

const test = suite('channel')

/** Messages of 64 bytes: so many make a datagram that is not sent at once. */
const many = 200
/** No more leave together. */
const most = 400
const size = 64

const right = <L, A>(result: E.Either<L, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

interface World {
  readonly channel: Channel<Asked>
  /** What happened, in order. */
  readonly events: Array<string>
  readonly ask: (name: string, count?: number, kernelTime?: number) => ReadonlyArray<Asked>
  /** The kernel is through with what another thread sent, or it could not be sent. */
  readonly land: (failure?: Error) => void
  readonly answer: (...messages: ReadonlyArray<Message>) => void
  /** The messages of what was sent last. */
  readonly last: () => ReadonlyArray<Message>
}

const world = (isBusy = () => false): World => {
  const events: Array<string> = []
  let sent: ReadonlyArray<Message> = []
  let away: ((failure: Error | undefined) => void) | undefined
  let receiver: Receiver | undefined
  const taken = (datagram: Uint8Array): string => {
    sent = right(decodeMessages('route', datagram))
    return String(sent.length)
  }
  const transport: SocketTransport = {
    port: 77,
    receiveBuffer: 4_000_000,
    send: datagram => {
      assert.is(away, undefined, 'nothing is sent while another thread sends')
      events.push(`sent ${taken(datagram)}`)
      return undefined
    },
    sendAside: (datagram, then) => {
      assert.is(away, undefined, 'nothing is sent while another thread sends')
      if (isBusy()) return undefined
      events.push(`sent ${taken(datagram)} aside`)
      away = then
      return () => events.push('called back')
    },
    dropped: () => 0,
    join: () => undefined,
    leave: () => undefined,
    hold: () => undefined,
    close: () => {
      assert.is(away, undefined, 'nothing is closed while another thread sends')
      events.push('closed')
    }
  }
  const names = new Map<Asked, string>()
  const settled = (ticket: Asked, result: E.Either<NetlinkError, Outcome>): void => {
    const name = names.get(ticket)
    if (name !== undefined) events.push(`${name}: ${E.isLeft(result) ? result.left._tag : result.right._tag}`)
  }
  const channel = right(
    openChannel<Asked>(
      (_, given) => {
        receiver = given
        return E.right(transport)
      },
      'route',
      settled
    )
  )
  return {
    channel,
    events,
    ask: (name, count = 1, kernelTime = undefined) => {
      const message: Message = { type: 'NLMSG_NOOP', flags: NLM_F.REQUEST, sequence: 0, port: 0 }
      const header = right(encodeMessages('route', [message]))
      const tickets = Array.from({ length: count }, (_, n): Asked => {
        const bytes = new Uint8Array(size)
        bytes.set(header)
        new Uint32Array(bytes.buffer)[0] = size
        return {
          operation: name,
          answering: 'acknowledged',
          bytes,
          from: 0,
          to: size,
          kernelTime,
          release: n === 0 ? () => events.push(`${name} released`) : () => undefined
        }
      })
      names.set(tickets[0] as Asked, name)
      for (const ticket of tickets) channel.submit(ticket)
      channel.pump()
      channel.drain()
      return tickets
    },
    land: failure => {
      const then = away
      away = undefined
      if (then === undefined) throw new Error('nobody sends')
      then(failure)
    },
    answer: (...messages) =>
      receiver?.datagram(
        right(
          encodeMessages(
            'route',
            messages.map(each => ({ ...each, port: 77 }))
          )
        ),
        0
      ),
    last: () => sent
  }
}

const lastOf = (messages: ReadonlyArray<Message>): Message => messages.at(-1) as Message

test('what is issued meanwhile leaves when the kernel is through, in order, and a little leaves at once', () => {
  const { ask, events, land, answer, last } = world()
  ask('first')
  ask('bulk', many)
  ask('second')
  ask('third')
  assert.equal(events, ['sent 1', 'sent 200 aside'])
  land()
  assert.equal(events.splice(0), ['sent 1', 'sent 200 aside', 'sent 2'])
  answer(acknowledged(lastOf(last())))
  assert.equal(events, ['second released', 'second: Answered', 'third released', 'third: Answered'])
})

test('a single message leaves the event loop alone, too, where the kernel takes long for it', () => {
  const { ask, events, land } = world()
  ask('removal', 1, 17)
  land()
  ask('creation', 1, 0.5)
  assert.equal(events, ['sent 1 aside', 'sent 1'])
})

test('answers may come before the kernel is through', () => {
  const { ask, events, land, answer, last } = world()
  ask('bulk', many)
  const sent = last()
  answer(refused(sent[0] as Message, 'EEXIST'))
  assert.equal(events.splice(0), ['sent 200 aside', 'bulk: Refused'])
  land()
  assert.equal(events, ['bulk released'])
  answer(acknowledged(lastOf(sent)))
})

test('what could not be sent fails alone', () => {
  const { ask, events, land, answer, last } = world()
  ask('bulk', many)
  ask('after')
  land(new Error('no room'))
  assert.equal(events.splice(0), ['sent 200 aside', 'bulk released', 'bulk: Failed', 'sent 1'])
  answer(acknowledged(lastOf(last())))
  assert.equal(events, ['after released', 'after: Answered'])
})

test('who gives up has what was opened for him kept until the kernel is through with it', () => {
  const { ask, channel, events, land } = world()
  const [first, ...others] = ask('bulk', many)
  channel.abandon(first as Asked)
  assert.equal(events, ['sent 200 aside'], 'somebody waits for the others')
  for (const each of others) channel.abandon(each)
  assert.equal(events.splice(0), ['sent 200 aside', 'called back'])
  land(new Error('taken back'))
  assert.equal(events, ['bulk released'])
})

test('closing ends who waits at once, and the socket when the kernel is through', () => {
  const { ask, channel, events, land } = world()
  ask('bulk', many)
  ask('after')
  channel.close(closed)
  assert.equal(events.splice(0), ['sent 200 aside', 'bulk: Closed', 'after: Closed', 'called back'])
  land()
  assert.equal(events, ['bulk released', 'after released', 'closed'])
})

test('who waits for the kernel is told when it is through, and the next has left by then', async () => {
  const { ask, channel, events, land } = world()
  assert.is(channel.progress(), undefined)
  ask('bulk', many)
  ask('next', many)
  assert.is(channel.unsent(), many)
  const landing = channel.progress()
  void landing?.then(() => events.push('landed'))
  await new Promise(setImmediate)
  land()
  await landing
  assert.equal(events, ['sent 200 aside', 'sent 200 aside', 'landed'])
  assert.is(channel.unsent(), 0)
  land()
})

test('who waits until what was before him is sent does not wait for what came later', () => {
  const { ask, channel, events, land } = world()
  ask('bulk', most)
  ask('next', most)
  channel.afterSent(() => events.push('both are sent'))
  ask('later', most)
  land()
  land()
  assert.equal(events.splice(0), ['sent 400 aside', 'sent 400 aside', 'both are sent', 'sent 400 aside'])
  channel.afterSent(() => events.push('none will be'))
  channel.close(closed)
  assert.ok(events.includes('none will be'))
  land()
})

test('two threads send at a time, whoever is asked; a socket that is closed meanwhile sends nothing', () => {
  const [first, second, third, fourth] = Array.from({ length: 4 }, () => world()) as [
    World,
    World,
    World,
    World
  ]
  for (const { ask } of [first, second, third, fourth]) ask('bulk', many)
  const all = (): ReadonlyArray<number> => [first, second, third, fourth].map(({ events }) => events.length)
  assert.equal(all(), [1, 1, 0, 0])
  third.channel.close(closed)
  first.land()
  assert.equal(third.events, ['bulk: Closed', 'bulk released', 'closed'])
  assert.equal(fourth.events, ['sent 200 aside'])
  second.land()
  fourth.land()
})

test('where no thread can take it, it is sent at once', () => {
  const { ask, events } = world(() => true)
  ask('bulk', many)
  ask('next')
  assert.equal(events, ['sent 200', 'sent 1'])
})

test.run()
