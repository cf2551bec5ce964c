import fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeMessages, encodeMessages, type Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { exchange, type Settled, type Ticket } from '../../src/socket/exchange'
import { message } from '../../src/socket/message'

const test = suite('exchange')

/** What the kernel makes of a request, as a test decides. */
interface Asked extends Ticket {
  readonly id: number
  /** errno, one for each message; 0 is success. */
  readonly errors: ReadonlyArray<number>
  /** Messages of a dump, or of the answer to a get. */
  readonly parts: number
  readonly interrupted: boolean
}

const encoded = (messages: ReadonlyArray<Message>): Uint8Array => {
  const bytes = encodeMessages('route', messages)
  if (E.isLeft(bytes)) throw new Error(bytes.left.reason)
  return bytes.right
}

const request = (index: number, flags: number): Message =>
  message('RTM_NEWADDR', NLM_F.REQUEST | flags, { header: { index } })

const ask = (id: number, given: Partial<Asked> = {}): Asked => {
  const { answering = 'acknowledged', errors = [0], parts = 1, interrupted = false, kernelTime } = given
  const flags = answering === 'dump' ? NLM_F.DUMP : 0
  const bytes = encoded(errors.map(() => request(id, flags)))
  return { id, answering, errors, parts, interrupted, bytes, from: 0, to: bytes.length, kernelTime }
}

const decoded = (bytes: Uint8Array): ReadonlyArray<Message> => {
  const messages = decodeMessages('route', bytes)
  if (E.isLeft(messages)) throw new Error(messages.left.reason)
  return messages.right
}

const errorFor = (asked: Message, error: number): Message => ({
  type: 'NLMSG_ERROR',
  flags: NLM_F.CAPPED,
  sequence: asked.sequence,
  port: 7,
  error: -error,
  request: { len: 24, type: 20, flags: asked.flags, seq: asked.sequence, pid: 0 }
})

const partOf = (asked: Message, flags: number): Message => ({ ...asked, flags, port: 7 })

const done = (asked: Message, error: number, flags: number): Message => ({
  type: 'NLMSG_DONE',
  flags: NLM_F.MULTI | flags,
  sequence: asked.sequence,
  port: 7,
  error: -error
})

/** A kernel that answers a datagram as the real one does: in order, refusals always, successes when asked. */
const kernel = (known: ReadonlyMap<number, Asked>, datagram: Uint8Array): ReadonlyArray<Message> => {
  const positions = new Map<number, number>()
  return decoded(datagram).flatMap(asked => {
    const id = 'header' in asked && 'index' in asked.header ? Number(asked.header.index) : 0
    const ticket = known.get(id)
    if (ticket === undefined) throw new Error(`nobody asked ${id}`)
    const position = positions.get(id) ?? 0
    positions.set(id, position + 1)
    const error = ticket.errors[position] ?? 0
    const flags = ticket.interrupted ? NLM_F.DUMP_INTR : 0
    switch (ticket.answering) {
      case 'dump':
        return [
          ...Array.from({ length: ticket.parts }, () => partOf(asked, NLM_F.MULTI | flags)),
          done(asked, error, flags)
        ]
      case 'single':
        return error === 0 ? [partOf(asked, 0)] : [errorFor(asked, error)]
      default:
        return error !== 0 || (asked.flags & NLM_F.ACK) !== 0 ? [errorFor(asked, error)] : []
    }
  })
}

const limits = { answers: 200, messages: 50, bytes: 65536, kernelTime: 4 }

/** Lets everything be sent and answered; says what was settled and how many messages were under way at most. */
const play = (
  tickets: ReadonlyArray<Asked>,
  deliver: (answers: ReadonlyArray<Message>) => ReadonlyArray<ReadonlyArray<Message>> = answers => [answers],
  bounds = limits
) => {
  const known = new Map(tickets.map(ticket => [ticket.id, ticket]))
  const machine = exchange<Asked>(bounds)
  const settled: Array<Settled<Asked>> = []
  const datagrams: Array<Uint8Array> = []
  const waiting: Array<ReadonlyArray<Message>> = []
  let refusals = 0
  machine.submit(tickets)
  for (;;) {
    for (let outgoing = machine.next(); outgoing !== undefined; outgoing = machine.next()) {
      const { bytes } = outgoing
      datagrams.push(bytes)
      const answers = kernel(known, bytes)
      refusals = Math.max(
        refusals,
        waiting.flat().length + answers.filter(({ type }) => type === 'NLMSG_ERROR').length
      )
      waiting.push(...deliver(answers))
    }
    const next = waiting.shift()
    if (next === undefined) break
    settled.push(...machine.receive(next))
  }
  return { machine, settled, datagrams, refusals }
}

const kinds = fc.oneof(
  fc.record({
    answering: fc.constant('acknowledged' as const),
    errors: fc.tuple(fc.constantFrom(0, 0, 0, 17))
  }),
  fc.record({ answering: fc.constant('single' as const), errors: fc.tuple(fc.constantFrom(0, 0, 19)) }),
  fc.record({
    answering: fc.constant('dump' as const),
    errors: fc.tuple(fc.constantFrom(0, 0, 22)),
    parts: fc.nat(4),
    interrupted: fc.boolean()
  })
)

const tickets = fc.array(kinds, { maxLength: 300 }).map(all => all.map((each, n) => ask(n + 1, each)))

const expectOutcome = ({ ticket, outcome }: Settled<Asked>): void => {
  const error = ticket.errors.find(each => each !== 0)
  if (error !== undefined) assert.is(outcome._tag, 'Refused')
  else if (outcome._tag === 'Answered') {
    assert.is(outcome.messages.length, ticket.answering === 'acknowledged' ? 0 : ticket.parts)
    assert.is(outcome.interrupted, ticket.answering === 'dump' && ticket.interrupted)
  } else assert.unreachable('a success came back as a refusal')
}

test('every request gets its own answer, once, whatever the others meet', () => {
  fc.assert(
    fc.property(tickets, all => {
      const { settled, machine } = play(all)
      assert.equal(
        settled.map(({ ticket }) => ticket.id).toSorted((a, b) => a - b),
        all.map(({ id }) => id)
      )
      settled.forEach(expectOutcome)
      assert.is(machine.open(), 0)
    })
  )
})

test('answers split over datagrams, doubled, or mixed with strangers’ change nothing', () => {
  const stranger = (answers: ReadonlyArray<Message>): ReadonlyArray<Message> =>
    answers.flatMap(answer => [{ ...answer, sequence: 0 }, answer, { ...answer, sequence: 0xfffffff0 }])
  const deliveries = [
    (answers: ReadonlyArray<Message>) => answers.map(each => [each]),
    (answers: ReadonlyArray<Message>) => [stranger(answers)],
    (answers: ReadonlyArray<Message>) => [answers, answers.filter(({ type }) => type === 'NLMSG_ERROR')]
  ]
  fc.assert(
    fc.property(tickets, fc.constantFrom(...deliveries), (all, deliver) => {
      const { settled } = play(all, deliver)
      assert.is(settled.length, all.length)
      settled.forEach(expectOutcome)
    })
  )
})

test('never more refusals can come than the receive buffer holds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 64 }), (count, answers) => {
      const all = Array.from({ length: count }, (_, n) => ask(n + 1, { errors: [17] }))
      const { refusals, settled } = play(all, undefined, { ...limits, answers })
      assert.is(settled.length, count)
      assert.ok(refusals <= answers, `${refusals} of ${answers}`)
    })
  )
})

test('only the last request of a datagram asks for an acknowledgement', () => {
  const { datagrams } = play(Array.from({ length: 120 }, (_, n) => ask(n + 1)))
  assert.is(datagrams.length, 3)
  for (const datagram of datagrams) {
    const asking = decoded(datagram).map(({ flags }) => (flags & NLM_F.ACK) !== 0)
    assert.equal(asking, [...asking.slice(1).map(() => false), true])
  }
})

test('a success before a refusal is settled with it, in order', () => {
  const { settled } = play([ask(1), ask(2), ask(3, { errors: [17] }), ask(4), ask(5)])
  assert.equal(
    settled.map(({ ticket, outcome }) => [ticket.id, outcome._tag]),
    [
      [1, 'Answered'],
      [2, 'Answered'],
      [3, 'Refused'],
      [4, 'Answered'],
      [5, 'Answered']
    ]
  )
})

test('parts of a list come in between the answers to what was asked behind it, which all are what they are', () => {
  const errors = fc.array(fc.constantFrom(0, 0, 17), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(
      errors,
      errors,
      fc.nat(5),
      fc.infiniteStream(fc.boolean()),
      (before, behind, parts, listed) => {
        const tickets = [
          ...before.map((error, n) => ask(n + 1, { errors: [error] })),
          ask(100, { answering: 'dump', parts }),
          ...behind.map((error, n) => ask(200 + n, { errors: [error] }))
        ]
        const isPart = ({ type }: Message): boolean => type !== 'NLMSG_ERROR'
        // As the kernel writes the next part when one is read, others are answered meanwhile.
        const deliver = (answers: ReadonlyArray<Message>): ReadonlyArray<ReadonlyArray<Message>> => {
          const begin = answers.findIndex(isPart)
          const list = answers.slice(begin + 1).filter(isPart)
          const others = answers.slice(begin + 1).filter(each => !isPart(each))
          const rest: Array<Message> = []
          while (list.length + others.length > 0) {
            const next = others.length === 0 || (list.length > 0 && listed.next().value) ? list : others
            rest.push(next.shift() as Message)
          }
          return [...answers.slice(0, begin + 1), ...rest].map(each => [each])
        }
        const { settled } = play(tickets, deliver)
        assert.equal(
          new Map(settled.map(({ ticket, outcome }) => [ticket.id, outcome._tag])),
          new Map(
            tickets.map(({ id, errors: [error] }) => [id, error === 0 ? 'Answered' : 'Refused'] as const)
          )
        )
      }
    )
  )
})

test('one dump at a time: the kernel answers a second one with EBUSY', () => {
  const machine = exchange<Asked>(limits)
  machine.submit([ask(1, { answering: 'dump' }), ask(2, { answering: 'dump' })])
  const first = machine.next()
  assert.ok(first !== undefined)
  assert.is(machine.next(), undefined)
  const [asked] = decoded(first.bytes)
  machine.receive([done(asked as Message, 0, 0)])
  assert.ok(machine.next() !== undefined)
})

test('a transaction is refused with the position of the message at fault, however many are', () => {
  const transaction = fc
    .array(fc.constantFrom(0, 0, 0, 2, 17), { minLength: 1, maxLength: 20 })
    .map(errors => ask(1, { answering: 'transaction', errors: [0, ...errors, 0] }))
  fc.assert(
    fc.property(transaction, ticket => {
      const { settled, machine } = play([ticket])
      const [one, ...more] = settled
      assert.equal(more, [])
      const fault = ticket.errors.findIndex(error => error !== 0)
      if (fault < 0) assert.is(one?.outcome._tag, 'Answered')
      else if (one?.outcome._tag === 'Refused') assert.is(one.outcome.position, fault)
      else assert.unreachable()
      assert.is(machine.open(), 0)
    })
  )
})

test('a transaction refused at its beginning is settled by that alone', () => {
  const machine = exchange<Asked>(limits)
  machine.submit([ask(1, { answering: 'transaction', errors: [0, 0, 0, 0] })])
  const [begin] = decoded(machine.next()?.bytes as Uint8Array)
  const [settled] = machine.receive([errorFor(begin as Message, 1)])
  assert.is(settled?.outcome._tag, 'Refused')
})

test('an abandoned request is drained: its answer reaches nobody, and the next dump goes ahead', () => {
  const machine = exchange<Asked>(limits)
  const gone = ask(1, { answering: 'dump' })
  const next = ask(2, { answering: 'dump' })
  machine.submit([gone, next])
  const [asked] = decoded(machine.next()?.bytes as Uint8Array)
  machine.abandon(gone)
  assert.is(machine.open(), 1)
  assert.equal(machine.receive([partOf(asked as Message, NLM_F.MULTI), done(asked as Message, 0, 0)]), [])
  const [second] = decoded(machine.next()?.bytes as Uint8Array)
  const settled = machine.receive([done(second as Message, 0, 0)])
  assert.equal(
    settled.map(({ ticket }) => ticket.id),
    [2]
  )
})

test('a request abandoned before it was sent is not sent', () => {
  const machine = exchange<Asked>(limits)
  const gone = ask(1)
  machine.submit([gone, ask(2)])
  machine.abandon(gone)
  assert.is(decoded(machine.next()?.bytes as Uint8Array).length, 1)
})

test('what the kernel works on for long leaves in small companies, or alone', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(undefined, 0.5, 1, 3, 17), { minLength: 1 }), times => {
      const { datagrams, settled } = play(
        times.map((kernelTime, id) => ask(id + 1, kernelTime === undefined ? {} : { kernelTime }))
      )
      assert.is(settled.length, times.length)
      let begin = 0
      for (const datagram of datagrams) {
        const together = times.slice(begin, begin + decoded(datagram).length)
        const sum = together.reduce((all: number, time) => all + (time ?? 0), 0)
        assert.ok(sum <= limits.kernelTime || together.length === 1)
        begin += together.length
      }
    })
  )
})

test('sequence numbers go round without meeting 0, which notifications carry', () => {
  const machine = exchange<Asked>(limits, 0xffffffff)
  machine.submit([ask(1), ask(2), ask(3)])
  const sequences = decoded(machine.next()?.bytes as Uint8Array).map(({ sequence }) => sequence)
  assert.not(sequences.includes(0))
  assert.is(new Set(sequences).size, 3)
})

test('a datagram that did not leave is taken back, and all else goes on as if it had never been', () => {
  const gone = ask(3)
  const unsent = [ask(2, { answering: 'dump' }), gone, ask(4, { errors: [0, 0], answering: 'transaction' })]
  const machine = exchange<Asked>({ ...limits, messages: 2 })
  machine.submit([ask(1, { answering: 'single' })])
  const [first] = decoded(machine.next()?.bytes as Uint8Array)
  const back: Array<number> = []
  machine.submit(unsent)
  machine.abandon(gone)
  while (machine.next() !== undefined) back.push(...machine.takeBack().map(({ id }) => id))
  assert.equal(back, [2, 4])
  assert.is(machine.open(), 1)
  assert.ok(machine.underWay())
  assert.equal(
    machine.receive([partOf(first as Message, 0)]).map(({ ticket }) => ticket.id),
    [1]
  )
  // Room and the turn of dumps are given back, too.
  machine.submit([ask(5, { answering: 'dump' })])
  assert.ok(machine.next() !== undefined)
})

test('what is under way can be given up, all of it', () => {
  const machine = exchange<Asked>({ ...limits, messages: 2 })
  machine.submit([ask(1, { answering: 'dump' }), ask(2, { answering: 'dump' }), ask(3)])
  machine.next()
  assert.equal(
    machine.clear().map(({ id }) => id),
    [1, 2, 3]
  )
  assert.is(machine.open(), 0)
})

test.run()
