import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Message } from '../../protocol'
import { IPS } from '../../protocol/conntrack/connection'
import * as conntrack from '../../src/conntrack'
import { entryOf, turned } from '../../src/conntrack/entry'
import { matches } from '../../src/conntrack/filter'
import { open } from '../../src/index'
import type { Request } from '../../src/socket/request'
import { acknowledged, answered, listed, refused, transportFrom } from '../../src/testing'

const test = suite('conntrack')

const holds = <A>(property: fc.IProperty<A>): void => fc.assert(property)

const known = { indexOf: () => 0, descriptorOf: () => -1 }

const messageOf = (request: Request<unknown>): Message => {
  const messages = request.messages(known)
  if (E.isLeft(messages)) throw new Error(messages.left.message)
  return messages.right[0] as Message
}

const contentOf = (request: Request<unknown>): object => {
  const { header, attributes } = messageOf(request) as { header?: object; attributes?: object }
  return { header, attributes }
}

const wrongIn = (request: Request<unknown>): string => {
  const messages = request.messages(known)
  return E.isLeft(messages) ? messages.left.message : 'nothing'
}

const udp = {
  protocol: 'udp',
  original: { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 1, destinationPort: 53 }
} as const

const body = {
  header: { nfgenFamily: 2 },
  attributes: {
    tupleOrig: { ip: { v4Src: '10.0.0.1', v4Dst: '10.0.0.2' }, proto: { num: 17, srcPort: 1, dstPort: 53 } },
    tupleReply: { ip: { v4Src: '10.0.0.2', v4Dst: '10.0.0.1' }, proto: { num: 17, srcPort: 53, dstPort: 1 } },
    status: IPS.CONFIRMED | IPS.ASSURED,
    timeout: 30,
    id: 7
  }
} as const

test('conntrack -L -p tcp -s 10.0.0.1 --dport 80 -m 1/3: the kernel filters', () => {
  const filter = {
    protocol: 'tcp',
    original: { source: '10.0.0.1', destinationPort: 80 },
    mark: 1,
    markMask: 3
  } as const
  assert.equal(contentOf(conntrack.list(filter)), {
    header: { nfgenFamily: 2 },
    attributes: {
      tupleOrig: { ip: { v4Src: '10.0.0.1' }, proto: { num: 6, dstPort: 80 } },
      tupleReply: { ip: {}, proto: { num: 6 } },
      filter: { origFlags: 0x29, replyFlags: 0x8 },
      mark: 1,
      markMask: 3
    }
  })
})

test('what the kernel cannot compare is not sent to it: networks, and tuples of no family', () => {
  assert.equal(contentOf(conntrack.list({ original: { source: '10.0.0.0/8' }, tcpState: 'close' })), {
    header: { nfgenFamily: 2 },
    attributes: {}
  })
  assert.equal(contentOf(conntrack.list({ protocol: 'tcp', original: { sourcePort: 1 } })), {
    header: { nfgenFamily: 0 },
    attributes: {}
  })
})

test('conntrack -F -f ipv6: only version 1 heeds the family', () => {
  assert.equal(contentOf(conntrack.flush('ipv6')), {
    header: { nfgenFamily: 10, version: 1 },
    attributes: {}
  })
  assert.equal(contentOf(conntrack.flush()), { header: {}, attributes: {} })
})

test('wrong input is named', () => {
  const wrong = (given: object): never => given as never
  assert.equal(
    [
      conntrack.list({ original: { source: 'ten' } }),
      conntrack.list({ family: 'ipv6', reply: { destination: '10.0.0.1' } }),
      conntrack.list({ original: { source: '10.0.0.1' }, reply: { source: '::1' } }),
      conntrack.list(wrong({ protocol: 'tpc' })),
      conntrack.list(wrong({ status: ['assured', 'sure'] })),
      conntrack.get({ ...udp, original: { ...udp.original, destination: '::1' } }),
      conntrack.get({ ...udp, original: wrong({ destination: '10.0.0.1' }) }),
      conntrack.list(wrong({ tcpState: 'open' })),
      conntrack.add({ ...udp, timeout: 1, tcpState: 'close' }),
      conntrack.add({ ...udp, timeout: 1, status: ['srcNat'] }),
      conntrack.add({
        ...udp,
        reply: { ...turned(udp.original), destination: '10.0.0.9' },
        timeout: 1,
        status: ['dstNat']
      }),
      conntrack.flush(wrong('inet' as never))
    ].map(request => wrongIn(request).replace(/ is none of .*/, ' is none')),
    [
      'conntrack.list: original.source "ten" is not an address with a prefix length, such as 10.0.0.1/24 or fd00::1/64',
      'conntrack.list: reply.destination is of ipv4, and another member of ipv6',
      'conntrack.list: reply.source is of ipv6, and another member of ipv4',
      'conntrack.list: protocol tpc is none',
      'conntrack.list: status sure is none',
      'conntrack.get: original.destination is not of the family of 10.0.0.1',
      'conntrack.get: original.source is missing',
      'conntrack.list: tcpState open is none',
      'conntrack.add: tcpState is for TCP alone',
      'conntrack.add: status srcNat says that the source is translated, and reply leads back to it',
      'conntrack.add: status dstNat says that the destination is translated, and reply comes from it',
      'conntrack.flush: family inet is none'
    ]
  )
})

test('a key that there is not is named', () => {
  const given = { ...udp, timeout: 1, makr: 5 }
  const { add, get, forget, set, list } = conntrack
  for (const verb of [add, get, forget])
    assert.match(wrongIn(verb(given)), ': makr is no field: did you mean mark?')
  assert.match(wrongIn(set(given, {})), ': makr is no field')
  assert.match(wrongIn(set(udp, { tiemout: 5 } as never)), ': tiemout is no field: did you mean timeout?')
  assert.match(wrongIn(list({ protcol: 'udp' } as never)), ': protcol is no field: did you mean protocol?')
  const original = { ...udp.original, icmp: { id: 1, type: 8, code: 0, seq: 1 } }
  assert.match(wrongIn(add({ ...udp, timeout: 1, original })), ': original.icmp.seq is no field')
  assert.match(wrongIn(list({ reply: { prot: 53 } } as never)), ': reply.prot is no field')
})

test('remove takes away nothing, rather than all, if a key of the filter is misspelt', async () => {
  await using connection = open({ transport: transportFrom(messages => messages.map(acknowledged)) })
  const result = await connection.conntrack.remove({ orignal: { destinationPort: 53 } } as never)()
  assert.ok(E.isLeft(result))
  assert.is(result.left.message, 'conntrack.remove: orignal is no field: did you mean original?')
})

const address = fc.nat({ max: 255 }).map(n => `10.0.0.${n}`)
const port = fc.nat({ max: 0xffff })
const tuple = fc.record(
  { source: address, destination: address, sourcePort: port, destinationPort: port },
  { noNullPrototype: true }
)

const statusNames = Object.keys(conntrack.statuses) as ReadonlyArray<conntrack.Status>

const entry = fc
  .record({
    num: fc.constantFrom(6, 17, 89),
    there: tuple,
    back: tuple,
    status: fc.nat({ max: 0xffff }),
    mark: fc.nat({ max: 0xffffffff }),
    zone: port
  })
  .map(({ num, there, back, ...rest }) => {
    const wire = ({ source, destination, sourcePort, destinationPort }: typeof there) => ({
      ip: { v4Src: source, v4Dst: destination },
      proto: { num, srcPort: sourcePort, dstPort: destinationPort }
    })
    return entryOf({
      header: { nfgenFamily: 2, version: 0, resId: 0 },
      attributes: { tupleOrig: wire(there), tupleReply: wire(back), ...rest }
    })
  })

/** The filter that asks for all that an entry has. */
const narrowest = ({
  family,
  protocol,
  original,
  reply,
  mark,
  zone,
  status
}: conntrack.Entry): conntrack.Filter => ({
  family,
  protocol,
  original,
  reply,
  mark,
  zone,
  status
})

test('an entry fits any part of what it has, and nothing that it has not', () => {
  const members = fc.subarray(Object.keys(narrowest(fc.sample(entry, 1)[0] as conntrack.Entry)))
  holds(
    fc.property(entry, members, (given, keys) => {
      const all = narrowest(given)
      const part = Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key)))
      assert.ok(matches(part)(given))
      const others: ReadonlyArray<conntrack.Filter> = [
        { ...part, family: 'ipv6', original: {}, reply: {} },
        { ...part, protocol: 'icmp' },
        { ...part, original: { source: '10.0.1.0/24' } },
        { ...part, reply: { destinationPort: (given.reply.destinationPort ?? 0) + 1 } },
        { ...part, mark: (given.mark ^ 1) >>> 0 },
        { ...part, zone: given.zone + 1 },
        { ...part, tcpState: 'close' }
      ]
      for (const other of others) assert.not(matches(other)(given), JSON.stringify(other))
      for (const name of statusNames)
        assert.is(matches({ status: [name] })(given), given.status.includes(name))
      assert.ok(matches({ protocol: given.message.attributes.tupleOrig?.proto?.num ?? 0 })(given))
    })
  )
})

test('turned twice, a tuple is itself', () => {
  holds(
    fc.property(tuple, given => {
      assert.equal(turned(turned(given)), given)
    })
  )
  assert.equal(turned({ source: '::1', destination: '::2', icmp: { id: 1, type: 128, code: 0 } }), {
    source: '::2',
    destination: '::1',
    icmp: { id: 1, type: 129, code: 0 }
  })
})

test('get: an answer that promises more is ended by its acknowledgement', async () => {
  const transport = transportFrom(messages =>
    messages.flatMap(asked => [
      { ...answered(asked, 'IPCTNL_MSG_CT_NEW', body), flags: 2 } as Message,
      acknowledged(asked)
    ])
  )
  const connection = open({ transport, timeout: 1000 })
  const entry = await connection.conntrack.get(udp)()
  if (E.isLeft(entry)) throw new Error(entry.left.message)
  const { message: _, ...rest } = entry.right
  assert.equal(rest, {
    id: 7,
    family: 'ipv4',
    protocol: 'udp',
    original: udp.original,
    reply: turned(udp.original),
    status: ['assured', 'confirmed'],
    timeout: 30,
    mark: 0,
    zone: 0
  })
  connection.close()
})

test('remove counts what it removed, not what ended by itself; another refusal is the answer', async () => {
  const removal = async (code: 'ENOENT' | 'EPERM'): Promise<unknown> => {
    const transport = transportFrom(messages =>
      messages.flatMap((asked, n) =>
        asked.type === 'IPCTNL_MSG_CT_GET'
          ? listed(asked, 'IPCTNL_MSG_CT_NEW', [body, body, body])
          : n === 1
            ? [refused(asked, code)]
            : n === 2
              ? [acknowledged(asked)]
              : []
      )
    )
    const connection = open({ transport, timeout: 1000 })
    const result = await connection.conntrack.remove({ protocol: 'udp' })()
    connection.close()
    return E.isRight(result) ? result.right : result.left.message.replace(/;.*/, '')
  }
  assert.is(await removal('ENOENT'), 2)
  assert.is(await removal('EPERM'), 'conntrack.remove: operation not permitted (EPERM)')
})

test('what a verb asks for is not the wait for the answer, though both be called timeout', async () => {
  const changes: Array<unknown> = []
  const transport = transportFrom(messages =>
    messages.map(asked => {
      changes.push('attributes' in asked && asked.attributes)
      return acknowledged(asked)
    })
  )
  const connection = open({ transport })
  assert.ok(E.isRight(await connection.with({ timeout: 1000 }).conntrack.set(udp, { timeout: 5 })()))
  assert.ok(E.isRight(await connection.conntrack.set(udp, { timeout: 6 })()))
  assert.equal(
    changes.map(each => (each as { timeout?: number }).timeout),
    [5, 6]
  )
  connection.close()
})

test.run()
