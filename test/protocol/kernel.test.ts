import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { memberName } from '../../protocol'
import { describe } from '../../protocol/describe'
import { type AnyStruct, within } from './arbitrary'
import { definitions } from './definitions'

const test = suite('kernel')

const root = resolve(__dirname, '../..')
const load = createRequire(__filename)

const facts = <A>(name: string): A =>
  JSON.parse(readFileSync(join(root, `fixtures/kernel/${name}.json`), 'utf8')) as A

interface Table<A> {
  readonly [name: string]: A
}

/** Where we differ from the headers or from the kernel's own code, and why. */
const differences: ReadonlyArray<readonly [names: RegExp, why: string]> = [
  // Names and numbers.
  [/^DPLL_A_PIN_ID$/, 'of a header that was not looked up'],
  [/^IOAM6_IPTUNNEL_SRC$/, 'younger than the header that was looked up'],
  [/^TCP_METRIC_/, 'the header counts them from 0, the attributes count from 1'],
  // Types.
  [/^IFLA_PORT_HOST_UUID$/, 'a string by the policy, but the kernel copies its 16 bytes'],
  [
    /^IFLA_BOND_AD_ACTOR_SYSTEM$/,
    'six bytes, which the kernel reads as an integer to see whether they are zero'
  ],
  [/^IFLA_VXLAN_TTL_INHERIT$/, 'a flag by the policy, but ip sends a byte with it'],
  [/^RTA_DST$/, 'labels of MPLS, besides the addresses and the byte of MCTP'],
  [/^RTA_MULTIPATH$/, 'begun as a nest, but filled with struct rtnexthop'],
  [/^NDA_DST$/, 'a byte of MCTP, which is kept as unknown'],
  [/^TCA_OPTIONS$/, 'by the kind: a nest, a struct, or both'],
  [/^TCA_STATS_APP$/, 'by the kind: a nest or a struct'],
  [/^TCA_GRED_MAX_P$/, 'read one by one, but an array of 16'],
  [/^ETHTOOL_A_STATS_GRP_STAT$/, 'a nest of them, each under its own number'],
  // Members of structs.
  [/^ifla_bridge_id\.prio$/, 'two bytes, which are a big-endian integer'],
  [/^ipv6_sr_hdr\.tag$/, '__u16, but in network order like the rest of the header'],
  [/^ioam6_trace_hdr\.type$/, 'a union of bit fields and their integer'],
  [/^tcf_meta_val\.kind$/, 'bits of an integer'],
  [
    /^(ioam6_trace_hdr\.lengths|ipv6_rpl_sr_hdr\.compression|tcf_em_(text\.layers|nbyte\.place|cmp\.(width|relation)))$/,
    'bit fields'
  ],
  // Constants.
  [/^NLA_TYPE_MASK$/, 'of an int in the header, of 16 bits here'],
  [/^BR_BOOLOPT_/, 'masks; the header numbers the bits'],
  [/^GRE_(CSUM|KEY|SEQ)$/, 'numbers here, in the header as they lie in memory in network order'],
  [/^SIT_ISATAP$/, 'the kernel keeps it in host order in a field of network order']
]

type Complaint = readonly [name: string, complaint: string]

/** The complaints that no difference explains. An explanation that nobody needs is a complaint too, at the end. */
const needed = new Set<RegExp>()
const unexplained = (complaints: ReadonlyArray<Complaint>): ReadonlyArray<string> =>
  complaints.flatMap(([name, complaint]) => {
    const [names] = differences.find(([each]) => each.test(name)) ?? []
    if (names === undefined) return [`${name} ${complaint}`]
    needed.add(names)
    return []
  })

const numbers = facts<{ readonly constants: Table<number>; readonly older: Table<number> }>('constants')
const constants: Table<number> = { ...numbers.older, ...numbers.constants }

const { families } = describe()
const attributes = families.flatMap(({ attributeSets }) =>
  attributeSets.flatMap(set => Object.entries(set.attributes))
)

const numbered: ReadonlyArray<readonly [name: string, number: number]> = [
  ...families.flatMap(({ messages }) => Object.entries(messages)),
  ...attributes.map(([name, { number }]) => [name, number] as const)
]

test('messages and attributes have the kernel’s names and numbers', () => {
  const complaints = numbered.flatMap(
    ([name, number]): ReadonlyArray<Complaint> =>
      constants[name] === number ? [] : [[name, `is ${number} here, ${constants[name]} in the kernel`]]
  )
  assert.equal(unexplained(complaints), [])
})

/** What bears such a prefix and is no attribute: values of attributes, bits, other names for the same attribute. */
const others: Table<RegExp> = {
  IFA_: /^IFA_F_|^IFA_MC_USERS$/,
  RTA_: /^RTA_ALIGNTO$/,
  RTAX_: /^RTAX_FEATURE_/,
  NDA_: /^$/,
  FRA_: /^FRA_UNUSED\d$|^FRA_IFNAME$/,
  NHA_: /^NHA_OP_FLAG_/,
  NETNSA_: /^NETNSA_(NONE|NSID_NOT_ASSIGNED)$/,
  IFLA_: /^IFLA_VF_LINK_STATE_(AUTO|ENABLE|DISABLE)$|^IFLA_EVENT_|^IFLA_IF_NETNSID$|^IFLA_DSA_MASTER$/,
  TCA_: /^TCA_(ID|ACT|ACT_HW_STATS|(CT|MPLS|TUNNEL_KEY|VLAN)_ACT)_[A-Z0-9_]+$|_FLAGS?_|^TCA_PEDIT_KEY_EX_(HDR_TYPE|CMD)_|^TCA_(E|IN)GRESS_(REDIR|MIRROR)$|_XSTATS_(QDISC|CLASS)$/,
  NFTA_: /^NFTA_FIB_F_/,
  CTA_: /^CTA_NAT$|^CTA_NAT_(M(IN|AX)IP|SEQ_\w+)$/
}

const ours = new Set(attributes.map(([name]) => name))

for (const [prefix, other] of Object.entries(others)) {
  const all = Object.keys(numbers.constants).filter(
    name => name.startsWith(prefix) && !/_(UNSPEC|MAX)$/.test(name) && (ours.has(name) || !other.test(name))
  )
  const missing = all.filter(name => !ours.has(name))
  const percent = ((100 * (all.length - missing.length)) / all.length).toFixed(1)
  const without = missing.length === 0 ? '' : `, without ${missing.join(' ')}`

  test(`${prefix}: ${percent} % of ${all.length} attributes${without}`, () => {
    assert.ok(Number(percent) >= 95)
  })
  console.log(`${prefix} ${percent} % of ${all.length} attributes${without}`)
}

interface Treatment {
  readonly policy?: string
  readonly put?: string
  readonly get?: string
  readonly spec?: string
}

const treatments = facts<{ readonly attributes: Table<Treatment> }>('attributes').attributes

/** Width in bytes and byte order of the types that are integers. */
const integers: Table<string> = {
  u8: '1',
  s8: '1',
  u16: '2',
  s16: '2',
  u32: '4',
  s32: '4',
  u64: '8',
  s64: '8',
  be16: '2 big-endian',
  be32: '4 big-endian',
  be64: '8 big-endian',
  sbe32: '4 big-endian',
  sbe64: '8 big-endian'
}

/** The kernel's words for a kind of payload, and our types for it. */
const kinds: ReadonlyArray<readonly [words: RegExp, types: RegExp]> = [
  [/^(nul_)?string$|^str(scpy|dup|cmp)$/, /^string$/],
  [/^flag$/, /^flag$/],
  [/nest/, /^(nest|list|indexed|numbered|array)$/],
  [/^in6?_addr$/, /^ip[46]?$/],
  [/^u32$|^be32$/, /^ip4?$/],
  [/^uint$/, /^uint$/],
  [/^bitfield32$/, /^struct$/]
]

const words = (text = ''): ReadonlyArray<string> =>
  text === '' ? [] : text.split('|').map(word => word.replace('u64_64bit', 'u64'))

/** What is wrong with a type of ours, as far as the kernel's own code tells. */
const objection = (type: string, { policy, put, get, spec }: Treatment): string | undefined => {
  const declared = [...words(policy), ...words(spec)]
  const done = [...words(put), ...words(get)]
  const widths = (some: ReadonlyArray<string>): ReadonlyArray<string> => some.filter(word => word in integers)
  // Policies say little of byte orders: what is done with the attribute counts more.
  const told = widths(done).length > 0 ? widths(done) : widths(declared)
  const mine = integers[type]
  if (mine !== undefined && told.length > 0) {
    const same = told.some(
      word => integers[word] === mine || (widths(done).length === 0 && integers[word] === mine[0])
    )
    return same ? undefined : `is ${type} here, ${told.join(' or ')} in the kernel`
  }
  const telling = [...declared, ...done].filter(
    word => word in integers || kinds.some(([kind]) => kind.test(word))
  )
  const fits = telling.some(word => kinds.some(([kind, types]) => kind.test(word) && types.test(type)))
  return telling.length === 0 || fits ? undefined : `is ${type} here, ${telling.join(' or ')} in the kernel`
}

test('attributes have the types, widths and byte orders that the kernel’s code gives them', () => {
  const known = attributes.filter(([name]) => name in treatments)
  const complaints = known.flatMap(
    ([name, { type }]): ReadonlyArray<Complaint> =>
      type.split('|').flatMap((each): ReadonlyArray<Complaint> => {
        const complaint = objection(each, treatments[name] as Treatment)
        return complaint === undefined ? [] : [[name, complaint] as const]
      })
  )
  assert.equal(unexplained(complaints), [])
  assert.ok(known.length >= 1900, `${known.length} attributes could be checked`)
})

type Member = readonly [offset: number, size: number, type: string]

interface Layout {
  readonly size: number
  readonly members: Table<Member>
}

const layouts = facts<{ readonly structs: Table<Layout>; readonly older: Table<Layout> }>('structs')
const structs: Table<Layout> = { ...layouts.older, ...layouts.structs }

/** Integers as C has them on a 64-bit machine. */
const types: Table<RegExp> = {
  u8: /^(__u8|unsigned char)$/,
  s8: /^(__s8|char|signed char)$/,
  u16: /^(__u16|(short )?unsigned( short)?( int)?|__kernel_sa_family_t|ip_set_id_t)$/,
  s16: /^(__s16|short( int)?)$/,
  u32: /^(__u32|unsigned int|canid_t)$/,
  s32: /^(__s32|int)$/,
  u64: /^(__u64|long( long)? unsigned int)$/,
  s64: /^(__s64|long( long)?( int)?|__kernel_time64_t)$/,
  be16: /^__be16$/,
  be32: /^__be32$/,
  be64: /^__be64$/,
  ip4: /^(__be32|struct in_addr)$/
}

/** What is wrong with a member, whose kernel name may begin with the struct's own prefix. */
const objections = ({ members, offsets }: AnyStruct, key: string, layout: Layout): ReadonlyArray<string> => {
  const { type, size } = members[key] as AnyStruct['members'][string]
  const there = Object.entries(layout.members).filter(([, [offset]]) => offset === offsets[key])
  if (type === 'pad')
    return there.every(([name]) => /pad|re?s(er)?v|unused|res\d/i.test(name)) ? [] : ['is no pad']
  const wide = there.filter(([, member]) => member[1] === size)
  const bare = (name: string): string => name.toLowerCase().replaceAll('_', '')
  const named = wide.filter(([name]) => bare(name).endsWith(bare(memberName(key))))
  const [, [, , declared]] = named[0] ?? ['', [0, 0, '']]
  if (named.length === 0) return [`has no counterpart of ${size} bytes at ${offsets[key]}`]
  const wanted = types[type]
  const integer = Object.values(types).some(pattern => pattern.test(declared))
  return wanted?.test(declared) || (wanted === undefined && !integer)
    ? []
    : [`is ${type} here, ${declared} there`]
}

test('structs have the kernel’s sizes, offsets and types', () => {
  const all = [...new Set(definitions.flatMap(({ body }) => [...within(body)]))].filter(
    policy => policy.type === 'struct'
  ) as ReadonlyArray<unknown> as ReadonlyArray<AnyStruct>
  const named = all.filter(({ name }) => name !== '')
  const complaints = named.flatMap((struct): ReadonlyArray<Complaint> => {
    const layout = structs[struct.name]
    if (layout === undefined) return [[struct.name, 'has no counterpart']]
    const size =
      layout.size === struct.size
        ? []
        : [[struct.name, `has ${struct.size} bytes, not ${layout.size}`] as const]
    const members = Object.keys(struct.members).flatMap(key =>
      objections(struct, key, layout).map(complaint => [`${struct.name}.${key}`, complaint] as const)
    )
    const left = Object.entries(layout.members)
      .filter(
        ([, [offset]]) => offset < struct.size && !Object.values<number>(struct.offsets).includes(offset)
      )
      .map(([name, [offset]]) => [`${struct.name}.${name}`, `at ${offset} is left out`] as const)
    return [...size, ...members, ...left]
  })
  assert.equal(unexplained(complaints), [])
  assert.ok(named.length >= 170, `${named.length} structs could be checked`)
})

test('constants have the kernel’s values', () => {
  const files = readdirSync(join(root, 'protocol'), { recursive: true, encoding: 'utf8' }).filter(
    file => file.endsWith('.ts') && !file.endsWith('.d.ts')
  )
  const exported = new Map<string, number>()
  for (const file of files)
    for (const [name, value] of Object.entries(load(join(root, 'protocol', file)) as Table<unknown>))
      if (/^[A-Z][A-Z0-9_]*$/.test(name))
        for (const [key, each] of typeof value === 'number' ? [['', value]] : Object.entries(value as object))
          if (typeof each === 'number') exported.set(key === '' ? name : `${name}_${key}`, each)
  const known = [...exported].filter(([name]) => name in constants)
  const complaints = known.flatMap(
    ([name, value]): ReadonlyArray<Complaint> =>
      constants[name] === value ? [] : [[name, `is ${value} here, ${constants[name]} in the kernel`]]
  )
  assert.equal(unexplained(complaints), [])
  assert.ok(known.length >= 1100, `${known.length} constants could be checked`)
})

test('every difference that is explained is one', () => {
  assert.equal(
    differences.filter(([names]) => !needed.has(names)).map(([names]) => names.source),
    []
  )
})

test.run()
