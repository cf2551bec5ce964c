/** Whoever has no types is told of a key that there is not, by every verb that takes an object. */
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { open } from '../../src'
import type { NetlinkError } from '../../src/socket/error'
import { refused, transportFrom } from '../../src/testing'

const test = suite('key')

/** Those that take a name, a number or nothing. */
const plain: ReadonlyArray<string> = [
  'link.addNames',
  'link.removeNames',
  'link.remove',
  'link.removeGroup',
  'route.get',
  'nexthop.get',
  'nexthop.remove',
  'nsid.list',
  'nsid.get',
  'conntrack.flush',
  'wireguard.get'
]

/** Those whose object comes second. */
const second: ReadonlyArray<string> = ['link.get', 'link.set', 'wireguard.set']

const host = open({ transport: transportFrom(messages => messages.map(asked => refused(asked, 'EPERM'))) })

type Verb = (...given: ReadonlyArray<unknown>) => () => Promise<E.Either<NetlinkError, unknown>>
interface Verbs {
  readonly [name: string]: Verb | Verbs
}

const { link, address, route, rule, neighbour, nexthop, nsid, qdisc, class: trafficClass } = host
const { filter, conntrack, wireguard } = host
const objects = {
  ...{ link, address, route, rule, neighbour, nexthop, nsid, qdisc, class: trafficClass },
  ...{ filter, conntrack, wireguard }
} as unknown as Verbs

const visit = (verbs: Verbs, path: string): void => {
  for (const [name, verb] of Object.entries(verbs)) {
    const operation = `${path}${name}`
    if (typeof verb !== 'function') visit(verb, `${operation}.`)
    else if (!plain.includes(operation) && name !== 'stream' && name !== 'events')
      test(operation, async () => {
        const given = second.includes(operation) ? [1, { kye: 1 }] : [{ kye: 1 }]
        const result = await verb(...given)()
        if (E.isRight(result)) throw new Error('it succeeded')
        assert.is(result.left.message, `${operation}: kye is no field`)
        assert.ok(result.left._tag === 'InvalidInput' && result.left.field === 'kye')
      })
  }
}

visit(objects, '')

/** Whatever is given, what a verb makes of it is a task or a stream; to throw would be no value. */
const anything: ReadonlyArray<ReadonlyArray<unknown>> = [
  [],
  [null],
  [undefined, null],
  [1, undefined],
  ['eth0', null],
  [Symbol('link'), {}],
  [Object.create(null), 5],
  [[], []],
  [{ link: null, address: null, kind: null, parent: {}, group: [null], nexthops: [null], options: null }]
]

/** Those that give events. */
const watching = ['events', 'monitor']

const answering = async (verbs: Verbs): Promise<void> => {
  for (const [name, verb] of Object.entries(verbs)) {
    if (typeof verb !== 'function') await answering(verb)
    else if (name === 'stream')
      for (const given of anything) await (verb(...given) as unknown as AsyncIterator<unknown>).next()
    else if (!watching.includes(name))
      for (const given of anything) assert.match((await verb(...given)())._tag, /^(Left|Right)$/)
  }
}

type Batch = (requests: unknown) => () => Promise<ReadonlyArray<E.Either<unknown, unknown>>>

test('no verb throws', async () => {
  await answering(objects)
  const { nftables, sysctl, send } = host
  // What computes changes is the caller's own, where it is a function.
  await answering({ nftables, sysctl, send } as unknown as Verbs)
  for (const [given] of anything) {
    const objects = host.with(given as never)
    const batch = objects.batch as unknown as Batch
    assert.is((await batch([link.get(5)])())[0]?._tag, 'Left')
    assert.is((await objects.nftables.modify(given as never)())._tag, 'Left')
    if (!Array.isArray(given)) assert.is((await (host.batch as unknown as Batch)(given)()).length, 1)
  }
})

test('what is streamed', async () => {
  const { value } = await host.route.stream({ tabel: 5 } as never).next()
  assert.ok(value !== undefined && E.isLeft(value))
  assert.is(value.left.message, 'route.list: tabel is no field: did you mean table?')
})

test.after(() => host.close())

test.run()
