import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { captures } from '../../fixtures/captures/capture'
import { decodeMessages, encodeMessages, type Message } from '../../protocol'
import { hex, right } from './nftables/golden'
import { meanings } from './tree'

const test = suite('captures')

/** The members of a decoded value that no definition knows, by their paths. */
const unknownIn = (value: unknown, path = ''): ReadonlyArray<string> => {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return []
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'unknown' ? [`${path}.unknown ${JSON.stringify(member)}`] : unknownIn(member, `${path}.${key}`)
  )
}

const all = captures()

/** The families of generic netlink on the machine that they were captured on, by their own account. */
const families = Object.fromEntries(
  all.flatMap(({ protocol, hex: digits }) =>
    protocol !== 'generic'
      ? []
      : right(decodeMessages(protocol, hex(digits))).flatMap(message =>
          message.type === 'CTRL_CMD_NEWFAMILY' && message.attributes.familyId !== undefined
            ? [[message.attributes.familyId, message.attributes.familyName ?? '']]
            : []
        )
  )
)

/** Messages of families that are not described here. */
const foreign = ({ type }: Message): boolean => type === 'UNKNOWN'

for (const scene of new Set(all.map(each => each.scene)))
  test(scene, () => {
    for (const { command, protocol, hex: digits } of all.filter(each => each.scene === scene)) {
      const bytes = hex(digits)
      const messages = right(decodeMessages(protocol, bytes, families))
      assert.equal(messages.filter(foreign), [], command)
      assert.equal(
        messages.flatMap(message => unknownIn(message)),
        [],
        command
      )
      const again = right(encodeMessages(protocol, messages, families))
      assert.equal(meanings(messages, again), meanings(messages, bytes), command)
      // A copy has the values alone, and none of the forms that they came in.
      const copy = structuredClone(messages) as ReadonlyArray<Message>
      const fresh = right(encodeMessages(protocol, copy, families))
      assert.equal(right(decodeMessages(protocol, fresh, families)), messages, command)
    }
  })

interface Said {
  readonly [member: string]: string | number
}

/** What a tool printed as JSON, and where the same stands in the messages that it got. */
const sayings: ReadonlyArray<{
  readonly command: string
  readonly said: (
    printed: ReadonlyArray<Said & { readonly addr_info?: ReadonlyArray<Said> }>
  ) => ReadonlyArray<unknown>
  readonly heard: (message: Message) => unknown
}> = [
  {
    command: 'ip -d -j link show',
    said: links => links.map(({ ifindex, ifname, mtu, address }) => [ifindex, ifname, mtu, address]),
    heard: message =>
      message.type === 'RTM_NEWLINK' && [
        message.header.index,
        message.attributes.ifname,
        message.attributes.mtu,
        message.attributes.address
      ]
  },
  {
    command: 'ip -j address show',
    said: links =>
      links.flatMap(({ addr_info = [] }) =>
        addr_info.map(({ local, prefixlen, label, valid_life_time }) => [
          local,
          prefixlen,
          label,
          valid_life_time
        ])
      ),
    heard: message =>
      message.type === 'RTM_NEWADDR' && [
        message.attributes.local ?? message.attributes.address,
        message.header.prefixlen,
        message.attributes.label,
        message.attributes.cacheinfo?.valid
      ]
  },
  {
    command: 'ip -j rule',
    said: rules => rules.map(({ priority }) => priority),
    heard: message => message.type === 'RTM_NEWRULE' && (message.attributes.priority ?? 0)
  },
  {
    command: 'ip -j nexthop',
    said: nexthops => nexthops.map(({ id, gateway }) => [id, gateway]),
    heard: message => message.type === 'RTM_NEWNEXTHOP' && [message.attributes.id, message.attributes.gateway]
  },
  {
    command: 'ip -j neighbour show',
    said: neighbours => neighbours.map(({ dst, lladdr }) => [dst, lladdr]),
    heard: message => message.type === 'RTM_NEWNEIGH' && [message.attributes.dst, message.attributes.lladdr]
  }
]

for (const { command, said, heard } of sayings)
  test(`${command}: the tool read the same`, () => {
    const captured = all.filter(each => each.command === command && each.direction === 'in')
    const printed = said(JSON.parse(captured.at(-1)?.said ?? '[]'))
    const messages = captured.flatMap(each => right(decodeMessages(each.protocol, hex(each.hex))))
    const texts = messages.map(message => JSON.stringify(heard(message)))
    assert.ok(printed.length > 0)
    for (const each of printed)
      assert.ok(texts.includes(JSON.stringify(each)), `${JSON.stringify(each)} ${texts}`)
  })

test('as many as there are', () => {
  assert.ok(all.length > 400)
  for (const protocol of ['route', 'netfilter', 'generic'])
    for (const direction of ['in', 'out'])
      assert.ok(all.some(each => each.protocol === protocol && each.direction === direction))
})

test.run()
