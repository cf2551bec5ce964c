import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { NamespaceRef } from '../../src/index'
import { apply, directLink, explain, teardown } from '../../src/promises'
import type { DirectLinkParameters } from '../../src/recipe'
import {
  ask,
  briefly,
  host,
  ip,
  raise,
  raze,
  reaches,
  refusal,
  seenOnHost,
  serve,
  sh,
  stateOfHost,
  type Unnamed,
  unnamed
} from '../lab'
import { command, kernelTest } from '../sandbox'
import { comesToBe, essence, isReady, stateIn } from './essence'

const test = suite('direct-link')
const needs = [command('ip'), command('nft'), command('unshare'), command('nsenter')]

let running: ReadonlyArray<Unnamed> = []

/** Processes in unnamed namespaces, for one test. */
const processes = async (count: number): Promise<ReadonlyArray<Unnamed>> => {
  running = await Promise.all(Array.from({ length: count }, unnamed))
  return running
}

test.before.each(raise)
test.after.each(async () => {
  for (const { end } of running) await end()
  running = []
  raze()
})

interface Wire {
  readonly family: 4 | 6
  readonly own: string
  readonly other: string
  readonly length: number
}

const wires: ReadonlyArray<Wire> = [
  { family: 4, own: '192.168.5.1', other: '192.168.5.2', length: 24 },
  { family: 6, own: 'fd00:5::1', other: 'fd00:5::2', length: 64 }
]

type End = DirectLinkParameters['ends'][number]

const between = (
  one: Omit<End, 'address'>,
  other: Omit<End, 'address'>,
  { own, other: theirs, length }: Wire = wires[0] as Wire
): DirectLinkParameters => ({
  name: 'ab',
  ends: [
    { interface: 'veth11', ...one, address: `${own}/${length}` },
    { interface: 'veth22', ...other, address: `${theirs}/${length}` }
  ]
})

const up = (parameters: DirectLinkParameters) => apply(directLink(parameters))

/** Both ends reach each other, with the first packet and with the addresses that they were given. */
const reachEachOther = async (
  a: NamespaceRef,
  b: NamespaceRef,
  { own, other }: Wire = wires[0] as Wire
): Promise<void> => {
  assert.ok(isReady(a, own) && isReady(b, other), 'the first packet passes')
  assert.ok(await reaches(a, other))
  assert.ok(await reaches(b, own))
  const servers = [await serve(a, 80), await serve(b, 80)]
  for (const protocol of ['tcp', 'udp'] as const) {
    assert.is(await ask(a, other, 80, { protocol }), own)
    assert.is(await ask(b, own, 80, { protocol }), other)
  }
  for (const each of servers) each.close()
}

const isDown = async (): Promise<void> => assert.equal(await teardown('ab'), { name: 'ab', found: true })

for (const wire of wires) {
  kernelTest(test, `IPv${wire.family}: two unnamed namespaces, told by their processes`, needs, async () => {
    const [a, b] = (await processes(2)) as [Unnamed, Unnamed]
    const before = [stateOfHost(), stateIn(a), stateIn(b)]
    assert.equal(
      await seenOnHost(async () => {
        assert.ok((await up(between({ pid: a.pid }, { pid: b.pid }, wire))).changed)
        await reachEachOther(a, b, wire)
      }),
      [],
      'nothing of it is seen on the host, not even for a moment'
    )
    assert.equal(stateOfHost(), before[0])
    assert.not(await reaches(host, wire.own, briefly))
    await isDown()
    assert.equal([stateOfHost(), stateIn(a), stateIn(b)], before)
  })

  kernelTest(test, `IPv${wire.family}: names are made, and go with it`, needs, async () => {
    const before = stateOfHost()
    await up(between({ namespace: 'a' }, { namespace: 'b' }, wire))
    await reachEachOther('a', 'b', wire)
    assert.match(sh('ip -n a link show lo'), /LOOPBACK,UP/)
    await isDown()
    assert.equal(stateOfHost(), before)
  })

  kernelTest(test, `IPv${wire.family}: explain(plan) | sh = apply(plan)`, needs, async () => {
    const [a] = (await processes(1)) as [Unnamed]
    const file = '/run/direct-link-test'
    ip('netns add c')
    sh(`touch ${file}\nmount --bind /run/netns/c ${file}`)
    const places: ReadonlyArray<readonly [Omit<End, 'address'>, Omit<End, 'address'>]> = [
      [{ pid: a.pid }, { namespace: 'b' }],
      [{ namespace: 'b' }, { pid: a.pid }],
      [{ path: file }, { pid: a.pid }],
      [{ pid: a.pid }, { path: file }]
    ]
    for (const [one, other] of places) {
      const refs = [one, other].map(({ namespace, ...rest }) => namespace ?? (rest as NamespaceRef)) as [
        NamespaceRef,
        NamespaceRef
      ]
      const plan = directLink(between(one, other, wire))
      const before = stateOfHost()
      const world = (): unknown => [essence(stateOfHost()), ...refs.map(ref => essence(stateIn(ref)))]
      await apply(plan)
      const ours = world()
      await reachEachOther(...refs, wire)
      await isDown()
      assert.equal(stateOfHost(), before)
      sh(explain(plan))
      await comesToBe(world, ours)
      await reachEachOther(...refs, wire)
      sh(`nsenter --net=/proc/${a.pid}/ns/net ip link delete ${one.pid === undefined ? 'veth22' : 'veth11'}
ip netns delete b 2>/dev/null || true`)
    }
    sh(`umount ${file}\nrm ${file}`)
  })
}

kernelTest(test, 'ends with addresses of both families', needs, async () => {
  const [four, six] = wires as [Wire, Wire]
  await up({
    name: 'ab',
    ends: [
      { namespace: 'a', addresses: [`${four.own}/24`, `${six.own}/64`] },
      { namespace: 'b', addresses: [`${six.other}/64`, `${four.other}/24`] }
    ]
  })
  for (const wire of wires) await reachEachOther('a', 'b', wire)
  assert.match(sh('ip -n a -br address show eth0'), /192\.168\.5\.1\/24 fd00:5::1\/64/)
})

kernelTest(test, 'both ends in one namespace', needs, async () => {
  ip('netns add a')
  await up(between({ namespace: 'a' }, { namespace: 'a' }))
  assert.match(sh('ip -n a -br link'), /veth11@veth22|veth22@veth11/)
  await isDown()
  assert.not.match(sh('ip -n a -br link'), /veth/)
})

kernelTest(test, 'a namespace that is there is used, and left as it was', needs, async () => {
  ip('netns add a\nnetns add b')
  ip(
    'link set lo up\nlink add d0 type veth peer name d1\naddress add 10.9.9.9/24 dev d0\nlink set d0 up',
    '-n',
    'a'
  )
  const before = [stateOfHost(), stateIn('a'), stateIn('b')]
  await up(between({ namespace: 'a' }, { namespace: 'b' }))
  await reachEachOther('a', 'b')
  await isDown()
  assert.equal([stateOfHost(), stateIn('a'), stateIn('b')], before)
})

for (const gone of [0, 1])
  kernelTest(test, `isolink down when the process of end ${gone} is gone`, needs, async () => {
    const [a] = (await processes(1)) as [Unnamed]
    ip('netns add b')
    const before = [stateOfHost(), stateIn('b')]
    const ends = [{ pid: a.pid }, { namespace: 'b' }] as const
    await up(gone === 0 ? between(ends[0], ends[1]) : between(ends[1], ends[0]))
    await a.end()
    await isDown()
    assert.equal([stateOfHost(), stateIn('b')], before)
  })

kernelTest(
  test,
  'isolink down when the process is gone, and something else keeps its namespace',
  needs,
  async () => {
    const [a] = (await processes(1)) as [Unnamed]
    ip('netns add b')
    const file = '/run/direct-link-test'
    sh(`touch ${file}\nmount --bind /proc/${a.pid}/ns/net ${file}`)
    const before = [stateOfHost(), stateIn('b'), stateIn({ path: file })]
    await up(between({ pid: a.pid }, { namespace: 'b' }))
    await a.end()
    assert.match(sh('ip -n b -br link'), /veth22/)
    await isDown()
    assert.equal([stateOfHost(), stateIn('b'), stateIn({ path: file })], before)
    sh(`umount ${file}\nrm ${file}`)
  }
)

kernelTest(
  test,
  'what the plan takes for granted is looked at before anything is changed',
  needs,
  async () => {
    const [a] = (await processes(1)) as [Unnamed]
    ip('netns add b')
    ip('link add veth22 type veth peer name other', '-n', 'b')
    sh(`nsenter --net=/proc/${a.pid}/ns/net ip link add taken type veth peer name taken2`)
    const before = [stateOfHost(), stateIn('b'), stateIn(a)]
    for (const [parameters, field, reason] of [
      [
        between({ pid: 4_194_304 }, { namespace: 'b' }),
        'ends.0.pid',
        'there is no network namespace with the pid 4194304'
      ],
      [
        between({ namespace: 'fresh' }, { path: '/run/nothing' }),
        'ends.1.path',
        'there is no network namespace with the path /run/nothing'
      ],
      [
        between({ namespace: 'fresh' }, { path: '/etc/passwd' }),
        'ends.1.path',
        '/etc/passwd is not a network namespace'
      ],
      [
        between({ namespace: 'fresh' }, { namespace: 'b' }),
        'ends.1.interface',
        'veth22 exists already in b; choose another name, or remove it'
      ],
      [
        between({ pid: a.pid, interface: 'taken' }, { namespace: 'fresh' }),
        'ends.0.interface',
        `taken exists already in the namespace of process ${a.pid}; choose another name, or remove it`
      ]
    ] as const) {
      const failed = await refusal(up(parameters))
      assert.equal([failed._tag, failed.message], ['PremiseFailed', `${field}: ${reason}`])
    }
    assert.equal([stateOfHost(), stateIn('b'), stateIn(a)], before)
  }
)

kernelTest(test, 'whichever step fails, all is as before', needs, async () => {
  const [a] = (await processes(1)) as [Unnamed]
  ip('netns add b')
  const before = [stateOfHost(), stateIn('b'), stateIn(a)]
  const plan = directLink(between({ pid: a.pid }, { namespace: 'b' }))
  for (let at = 1; at <= plan.steps.length; at++) {
    const steps = plan.steps.toSpliced(at, 0, {
      _tag: 'AddRoute',
      route: { destination: '203.0.113.0/24', gateway: '198.51.100.1' }
    })
    const { _tag, leftBehind } = await refusal(apply({ ...plan, steps }))
    assert.equal([_tag, leftBehind], ['StepFailed', []])
    assert.equal([stateOfHost(), stateIn('b'), stateIn(a)], before, `step ${at}`)
  }
})

test.run()
