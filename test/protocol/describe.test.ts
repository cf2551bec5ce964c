import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describe, type FamilyDescription } from '../../protocol'
import { type AnySet, type AnyStruct, within } from './arbitrary'
import { definitions } from './definitions'

const test = suite('describe')

const { families } = describe()

const family = (name: string): FamilyDescription => {
  const found = families.find(each => each.name === name)
  if (found === undefined) throw new Error(`there is no family ${name}`)
  return found
}

const setOf = (name: string, set: string): { readonly [attribute: string]: unknown } =>
  family(name).attributeSets.find(each => each.name === set)?.attributes ?? {}

test('the address of an interface', () => {
  const { messages, structs } = family('rtnetlink')
  assert.is(messages.RTM_NEWADDR, 20)
  assert.equal(structs.ifaddrmsg, {
    size: 8,
    fields: {
      family: { offset: 0, size: 1 },
      prefixlen: { offset: 1, size: 1 },
      flags: { offset: 2, size: 1 },
      scope: { offset: 3, size: 1 },
      index: { offset: 4, size: 4 }
    }
  })
  const { IFA_LOCAL, IFA_RT_PRIORITY, IFA_CACHEINFO } = setOf('rtnetlink', 'IFA')
  assert.equal(IFA_LOCAL, { number: 2, type: 'ip' })
  assert.equal(IFA_RT_PRIORITY, { number: 9, type: 'u32' })
  assert.equal(IFA_CACHEINFO, { number: 6, type: 'struct' })
})

test('what every protocol has', () => {
  const { messages, structs } = family('netlink')
  assert.equal(messages, { NLMSG_NOOP: 1, NLMSG_ERROR: 2, NLMSG_DONE: 3, NLMSG_OVERRUN: 4 })
  assert.equal(structs.nlmsgerr?.fields, { error: { offset: 0, size: 4 }, msg: { offset: 4, size: 16 } })
  assert.equal(setOf('netlink', 'NLMSGERR_ATTR').NLMSGERR_ATTR_MSG, { number: 1, type: 'string' })
  assert.equal(setOf('netlink', 'NL_POLICY_TYPE_ATTR').NL_POLICY_TYPE_ATTR_MIN_VALUE_S, {
    number: 2,
    type: 's64'
  })
})

test('a name that prefix and key do not give is the row’s own', () => {
  assert.equal(setOf('ctnetlink', 'CTA_COUNTERS').CTA_COUNTERS32_BYTES, { number: 4, type: 'be32' })
  assert.equal(setOf('ethtool', 'ETHTOOL_A_PSE').ETHTOOL_A_C33_PSE_PW_CLASS, { number: 8, type: 'u32' })
})

test('an attribute that repeats has the type of each; one with several forms has them all', () => {
  assert.equal(setOf('ethtool', 'ETHTOOL_A_BITSET_BITS').ETHTOOL_A_BITSET_BITS_BIT, {
    number: 1,
    type: 'nest'
  })
  assert.equal(setOf('rtnetlink', 'RTA').RTA_EXPIRES, { number: 23, type: 'u32|u64' })
})

test('sets that occur in several places are one', () => {
  const group = setOf('ethtool', 'ETHTOOL_A_STATS_GRP')
  assert.equal(Object.keys(group).length, 9)
  assert.equal(group.ETHTOOL_A_STATS_GRP_STAT, { number: 4, type: 'numbered' })
  assert.equal(group.ETHTOOL_A_STATS_GRP_HIST_VAL, { number: 9, type: 'u64' })
})

test('every set and struct of the definitions is there', () => {
  const missing = definitions.flatMap(({ name, body }) => {
    const described = family(name.split(' ')[0] ?? '')
    const sets = new Map(described.attributeSets.map(set => [set.name, set.attributes]))
    return [...within(body)].flatMap(policy => {
      if (policy.type === 'struct') {
        const { name: struct, size } = policy as AnyStruct
        return struct === '' || described.structs[struct]?.size === size ? [] : [`${name}: ${struct}`]
      }
      if (policy.type !== 'nest') return []
      const { prefix, rows } = policy as AnySet
      const numbers = Object.values(sets.get(prefix) ?? {}).map(({ number }) => number)
      return Object.values(rows)
        .filter(([number]) => !numbers.includes(number))
        .map(([number]) => `${name}: ${prefix} ${number}`)
    })
  })
  assert.equal(missing, [])
})

test('a name is a name of the kernel’s headers', () => {
  const odd = families
    .flatMap(({ messages, attributeSets }) => [
      ...Object.keys(messages),
      ...attributeSets.flatMap(({ attributes }) => Object.keys(attributes))
    ])
    .filter(name => !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*(_mV)?$/.test(name))
  assert.equal(odd, [])
})

test('the fields of a struct fill it without a gap', () => {
  for (const { structs } of families)
    for (const [name, { size, fields }] of Object.entries(structs)) {
      const parts = Object.values(fields)
      const ends = parts.map(field => field.offset + field.size)
      assert.equal([...parts.map(({ offset }) => offset), size], [0, ...ends], name)
    }
})

test('npm run --silent protocol', () => {
  const root = resolve(__dirname, '../..')
  const script = resolve(root, 'src/command/protocol.ts')
  const output = execFileSync(process.execPath, ['-r', 'ts-node/register', script], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 24
  })
  assert.equal(JSON.parse(output), describe())
})

test.run()
