/**
 * What went wrong in other libraries, and our test of it. A lesson's test is where its subject's tests are; here each
 * is looked up by its title, so that none is lost when titles change.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeMessages, encodeMessages, type Message } from '../protocol'
import { NLM_F } from '../protocol/netlink/header'
import { open } from '../src/promises'
import { transportFrom } from '../src/testing'

const test = suite('regressions')

/** Whose bug; what it taught; the file of the test, and its title. */
const lessons: ReadonlyArray<readonly [whose: string, lesson: string, file: string, title: string]> = [
  [
    'vishvananda #26 #601, jsimonetti #18',
    'what is left out is not sent',
    'route/route',
    'what is not given is not sent'
  ],
  [
    'rust packet-route #140 #332',
    'short, long and unknown payloads are kept',
    'protocol/laws',
    'datagrams of any messages are kept as they are'
  ],
  [
    'vishvananda #354 #672 #1099',
    'nothing that comes throws',
    'protocol/laws',
    'encodeMessages gives an error or bytes, whatever it is given'
  ],
  [
    'pyroute2 #712, vishvananda #1220',
    'a name is looked up by one get',
    'socket/session',
    'a name is looked up once, by a single get'
  ],
  [
    'little-dude #170',
    'the ends of a batch are not acknowledged',
    'socket/exchange',
    'a transaction is refused with the position of the message at fault'
  ],
  [
    'google/nftables #103 #350',
    'buffers are sized by the transaction',
    'socket/kernel',
    'a transaction of 5,000 elements, larger than the send buffer'
  ],
  [
    'google/nftables #336',
    'only the last message asks',
    'socket/exchange',
    'only the last request of a datagram asks for an acknowledgement'
  ],
  ['sonic #114', 'a missing end is a timeout', 'socket/session', 'an answer that does not come is a timeout'],
  [
    'vishvananda #925, pyroute2 #874',
    'a torn list is taken again, then said to be one',
    'socket/session',
    'a dump that was interrupted is taken again'
  ],
  [
    'vsomeip #1051',
    'one dump at a time',
    'socket/exchange',
    'one dump at a time: the kernel answers a second one with EBUSY'
  ],
  ['mdlayher v1.10.0', 'what was cut is not believed', 'socket/session', 'a datagram that was cut'],
  [
    'mdlayher v1.11.1',
    'lengths that are no multiple of four',
    'protocol/padding',
    'the padding that the last attribute may lack'
  ],
  ['netlink-proto #44', 'nothing waits for ever', 'socket/exchange', 'an abandoned request is drained'],
  [
    'nlink #199 #209',
    'an error in the middle hides nothing',
    'socket/kernel',
    'one refusal among 500 routes hides no other answer'
  ],
  [
    'nlink #220, little-dude #139',
    'lost answers are noticed',
    'socket/kernel',
    'an overrun of the receive buffer is counted'
  ],
  [
    'libnl #418, vishvananda #773',
    'lost events are made good',
    'socket/subscription',
    'whatever is lost, and whenever'
  ],
  [
    'nlink: subscribe first',
    'then list, then merge',
    'socket/subscription',
    'a snapshot comes first, and what changes meanwhile behind it'
  ],
  [
    'nlink #185, rtnetlink #68',
    'a namespace is entered and left in one turn',
    'namespace/enter',
    'what the function throws comes through, after the way back'
  ],
  [
    'nlink #190',
    'foreign tables are left alone',
    'isolation/teardown',
    'what an isolink that died had begun is taken back'
  ],
  ['nlink #191-194 #218', 'rates, ticks and bytes', 'class/class', '10 Mbit/s are 1,250,000 bytes a second'],
  [
    'nlink #196 #227-232, node_netlink #16',
    'numbers are the kernel’s',
    'protocol/kernel',
    'constants have the kernel’s values'
  ],
  [
    'nlink #204',
    'a prefix of no bits',
    'ip/prefix',
    'networkOf and broadcastOf are the first and the last address'
  ],
  ['nlink #205 #206', 'reject and redirect are what nft sends', 'protocol/nftables/expression', 'reject'],
  [
    'nlink #207, pyroute2 #1140',
    'datatypes of sets',
    'protocol/nftables/datatype',
    'each datatype has a number of its own'
  ],
  [
    'pyroute2 #194 #400 #623',
    'descriptors and namespaces are given back',
    'socket/leak',
    '1,000 namespaces made, entered and removed'
  ],
  [
    'vishvananda #497',
    'strangers are not believed',
    'socket/session',
    'datagrams of strangers, and answers to other ports, are ignored'
  ]
]

for (const [whose, lesson, file, title] of lessons)
  test(`${lesson} (${whose}): ${file}.test.ts`, () => {
    assert.ok(readFileSync(join(__dirname, `${file}.test.ts`), 'utf8').includes(title), title)
  })

const numbers = fc.array(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 5 })

const links = (indexes: ReadonlyArray<number>): Uint8Array => {
  const bytes = encodeMessages(
    'route',
    indexes.map(
      index =>
        ({
          type: 'RTM_NEWLINK',
          flags: 0,
          sequence: 1,
          port: 0,
          header: { index },
          attributes: {
            ifname: `l${index}`,
            address: '02:00:00:00:00:01',
            unknown: [{ type: 999, payload: Uint8Array.of(1, 2, 3) }]
          }
        }) as unknown as Message
    )
  )
  if (E.isLeft(bytes)) throw new Error(bytes.left.reason)
  return bytes.right
}

test('what was decoded does not change when its bytes are read over (mdlayher v1.11.1)', () =>
  fc.assert(
    fc.property(numbers, indexes => {
      const bytes = links(indexes)
      const kept = decodeMessages('route', bytes.slice())
      const reused = decodeMessages('route', bytes)
      bytes.fill(0xff)
      assert.equal(reused, kept)
    })
  ))

/** The end of a list with an error, as rtnetlink sends it: the errno, an extended ACK, and no header of the request. */
const endWith = (asked: Message, error: number): Message =>
  ({
    type: 'NLMSG_DONE',
    flags: NLM_F.MULTI | NLM_F.ACK_TLVS,
    sequence: asked.sequence,
    port: 0,
    error: -error,
    attributes: { msg: 'no such table' }
  }) as unknown as Message

test('a list may end with an errno and a sentence (mdlayher #183)', async () => {
  await using host = open({ transport: transportFrom(messages => messages.map(asked => endWith(asked, 2))) })
  const error = await host.route.list().catch((thrown: unknown) => thrown)
  assert.match(String(error), /route\.list: no such table \(ENOENT\)/)
})

test('an answer with an odd sequence number is nobody’s, and the right one is waited for (mdlayher #108)', async () => {
  const transport = transportFrom((messages, { deliver, port }) => {
    const answer = (sequence: number): Message =>
      ({
        type: 'RTM_NEWLINK',
        flags: 0,
        sequence,
        port,
        header: { index: sequence },
        attributes: {}
      }) as unknown as Message
    for (const { sequence } of messages) deliver([answer(sequence + 7), answer(0), answer(sequence)])
    return []
  })
  await using host = open({ transport })
  assert.is((await host.link.get(5)).index, 1)
})

test.run()
