/**
 * The recipes against what a person would type instead: `npx ts-node test/bench/recipe.ts [RECIPE…]`. Both set up the same on the same
 * host, in turns and in one process that is warm, inside a sandbox; ratios are taken within a round, so that whatever
 * else the machine does blurs both sides alike. `veth-masquerade` is also measured against the post's own commands, up
 * and down, and against a C program that sends what was encoded beforehand: the floor. ROUNDS and WARM change how often.
 *
 * `kernel, ms` is how long an application is in system calls, and `at best` by how much it would be faster than the
 * script if it took no more than that.
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { encodeMessages, type Message, type Protocol } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { address, link, nftables, route } from '../../src'
import { entryChanges, tableChanges, tableOf } from '../../src/isolation/firewall'
import { apply, explain, namespaces, open, teardown } from '../../src/promises'
import { type Plan, planFrom } from '../../src/recipe'
import type { Request } from '../../src/socket/request'
import { median, rounded } from './figure'
import { sandboxed } from './sandboxed'
import { inSystemCalls } from './system-call'

const post = {
  up: `set -e
ip netns add blue
ip link add veth_host type veth peer name veth1
ip link set veth1 netns blue
ip address add 192.168.45.2/24 dev veth_host
ip link set veth_host up
ip netns exec blue ip link set veth1 name eth0
ip netns exec blue ip address add 192.168.45.3/24 dev eth0
ip netns exec blue ip link set eth0 up
ip netns exec blue ip link set lo up
ip netns exec blue ip route add default via 192.168.45.2
sysctl -q -w net.ipv4.ip_forward=1
iptables -t nat -A POSTROUTING -s 192.168.45.0/24 -o eth0 -j MASQUERADE
iptables -A FORWARD -i eth0 -o veth_host -j ACCEPT
iptables -A FORWARD -o eth0 -i veth_host -j ACCEPT`,
  down: `iptables -D FORWARD -o eth0 -i veth_host -j ACCEPT
iptables -D FORWARD -i eth0 -o veth_host -j ACCEPT
iptables -t nat -D POSTROUTING -s 192.168.45.0/24 -o eth0 -j MASQUERADE
sysctl -q -w net.ipv4.ip_forward=0
ip link delete veth_host
ip netns delete blue`
}

const masquerade = {
  recipe: 'veth-masquerade',
  namespace: 'blue',
  uplink: 'eth0',
  address: '192.168.45.3/24',
  gateway: '192.168.45.2'
}

const ends = [
  { namespace: 'a', interface: 'veth11', address: '192.168.5.1/24' },
  { namespace: 'b', interface: 'veth22', address: '192.168.5.2/24' }
]

const recipes: ReadonlyArray<{ readonly recipe: string; readonly [key: string]: unknown }> = [
  masquerade,
  {
    recipe: 'bridge-network',
    name: 'web',
    gateway: '10.100.0.1/24',
    endpoints: [
      { namespace: 'red', address: '10.100.0.2/24', publish: [{ hostPort: 8000, port: 8000 }] },
      { namespace: 'green', address: '10.100.0.3/24' }
    ]
  },
  { recipe: 'direct-link', name: 'ab', ends },
  { recipe: 'namespace-switch', name: 'sw', namespace: 'netns3', bridge: 'brx', members: ends },
  { recipe: 'dual-nic', namespace: 'blue', nic: 'eth1', addresses: ['10.0.8.14/24'], gateway: '10.0.8.1' },
  { recipe: 'host-fake-ip', namespace: 'blue', nic: 'eth0', publish: [{ hostPort: 22, port: 22 }] },
  { recipe: 'macvlan', namespace: 'blue', parent: 'eth1', mode: 'bridge', addresses: ['10.0.8.22/24'] },
  { recipe: 'ipvlan', namespace: 'blue', parent: 'eth1', mode: 'l2', addresses: ['10.0.8.22/24'] }
]

const right = <L, A>(result: E.Either<L, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

const sh = (script: string): void => void execFileSync('sh', ['-c', script], { stdio: 'pipe' })

const nic = (name: string, own: string): ReadonlyArray<Request<unknown>> => [
  link.add({ kind: 'veth', name, up: true, peer: { name: `${name}-wire`, namespace: 'world' } }),
  address.add({ link: name, address: own })
]

/** The host as it is before a sample, whatever the last one left: two interfaces to the world, and a default route. */
const freshHost = async (): Promise<void> => {
  for (const { name } of await namespaces.list()) await namespaces.remove(name)
  await using host = open()
  for (const { index, kind } of await host.link.list())
    if (kind !== undefined) await host.link.remove(index).catch(() => undefined)
  sh('nft flush ruleset; sysctl -qw net.ipv4.ip_forward=0')
  await namespaces.create('world')
  const made = await host.batch([
    ...nic('eth0', '10.0.6.10/24'),
    ...nic('eth1', '10.0.8.10/24'),
    route.add({ destination: 'default', gateway: '10.0.6.1', link: 'eth0' })
  ])
  made.map(right)
  await using world = open({ namespace: 'world' })
  await world.batch([link.set('eth0-wire', { up: true }), link.set('eth1-wire', { up: true })])
}

const milliseconds = async (work: () => unknown): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const ratio = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number =>
  median(a.map((time, n) => time / (b[n] ?? Number.NaN)))

const rounds = Number(process.env.ROUNDS ?? 15)
/** A process is warm when the compiler has nothing more to do: that takes it some dozens of rounds. */
const warmUp = Number(process.env.WARM ?? 80)

/** Time taken by each contestant in each round, after rounds in which only the first takes part: it gets warm. */
const inTurns = async <C extends string>(
  contestants: { readonly [name in C]: () => Promise<number> }
): Promise<{ readonly [name in C]: ReadonlyArray<number> }> => {
  const all = Object.entries<() => Promise<number>>(contestants)
  const times: { [name: string]: Array<number> } = Object.fromEntries(all.map(([name]) => [name, []]))
  for (let n = 0; n < warmUp; n++) await all[0]?.[1]()
  for (let n = 0; n < rounds; n++) for (const [name, sample] of all) times[name]?.push(await sample())
  return times as unknown as { readonly [name in C]: ReadonlyArray<number> }
}

const rows: Array<{ readonly [column: string]: string | number }> = []

const report = (row: { readonly [column: string]: string | number }): void => {
  rows.push(row)
  console.log(JSON.stringify({ bench: 'recipe', rounds, ...row }))
}

const againstScript = async (plan: Plan): Promise<void> => {
  const script = explain(plan)
  const inKernel: Array<number> = []
  const { isolink, typed } = await inTurns({
    isolink: async () => {
      await freshHost()
      const time = await milliseconds(async () => inKernel.push(await inSystemCalls(() => apply(plan))))
      await teardown(plan.name)
      return time
    },
    typed: async () => {
      await freshHost()
      return await milliseconds(() => sh(script))
    }
  })
  const kernel = inKernel.slice(warmUp)
  report({
    what: `${plan.recipe}, up`,
    'isolink, ms': rounded(median(isolink)),
    'script, ms': rounded(median(typed)),
    'times faster': rounded(ratio(typed, isolink)),
    'kernel, ms': rounded(median(kernel)),
    'at best': rounded(ratio(typed, kernel))
  })
}

/** The descriptor at which the floor has the namespace. */
const inner = 100

const known = {
  indexOf: (given: string | number): number => (typeof given === 'number' ? given : (indexes[given] ?? 1)),
  descriptorOf: (): number => inner
}
const indexes: { readonly [name: string]: number } = { 'veth-blue': 2000, eth0: 2001 }

const messagesOf = (requests: ReadonlyArray<Request<unknown>>): ReadonlyArray<Message> =>
  requests.flatMap(request => right(request.messages(known)))

const transactionOf = (changes: ReadonlyArray<Message>): ReadonlyArray<Message> => {
  const messages = messagesOf([nftables.transaction(changes)])
  return messages.map((message, n) =>
    n === messages.length - 2 ? { ...message, flags: message.flags | NLM_F.ACK } : message
  )
}

/** What the floor sends: all that the plan does, and what undoes it. */
const floorFiles = (folder: string, plan: Plan): ReadonlyArray<string> => {
  const file = (name: string, protocol: Protocol, messages: ReadonlyArray<Message>): string => {
    const path = join(folder, name)
    const numbered = messages.map((message, n) => ({ ...message, sequence: n + 1 }))
    writeFileSync(path, right(encodeMessages(protocol, numbered as ReadonlyArray<Message>)))
    return path
  }
  const asking = (requests: ReadonlyArray<Request<unknown>>): ReadonlyArray<Message> =>
    messagesOf(requests).map(message => ({ ...message, flags: message.flags | NLM_F.ACK }))
  const requests = plan.steps.flatMap((step): ReadonlyArray<readonly [inside: boolean, Request<unknown>]> => {
    if (step._tag === 'AddLink') {
      const numbered = { ...step.link, index: 2000, peer: { name: 'eth0', namespace: 'blue', index: 2001 } }
      return [[false, link.add(numbered as Parameters<typeof link.add>[0])]]
    }
    const inside = 'namespace' in step && step.namespace !== undefined
    if (step._tag === 'SetLink') return [[inside, link.set(step.link, step.change)]]
    if (step._tag === 'AddAddress') return [[inside, address.add(step.address)]]
    return step._tag === 'AddRoute' ? [[inside, route.add(step.route)]] : []
  })
  const of = (wanted: boolean): ReadonlyArray<Message> =>
    asking(requests.filter(([inside]) => inside === wanted).map(([, request]) => request))
  const entries = plan.steps.flatMap(step => (step._tag === 'AddEntries' ? step.entries : []))
  return [
    file('host', 'route', of(false)),
    file('inside', 'route', of(true)),
    file(
      'table',
      'netfilter',
      transactionOf([...tableChanges('ip'), ...entryChanges('ip', entries, 'blue')])
    ),
    file('no-table', 'netfilter', transactionOf([nftables.removeTable(tableOf('ip'))])),
    file('no-link', 'route', asking([link.remove(2000)]))
  ]
}

const upAndDown = async (plan: Plan): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'isolink-bench-'))
  try {
    const floor = join(folder, 'floor')
    execFileSync('cc', ['-O2', '-o', floor, join(__dirname, 'floor.c')])
    const files = floorFiles(folder, plan)
    const downs = { isolink: [] as Array<number>, post: [] as Array<number>, floor: [] as Array<number> }
    const { isolink, typed, bare } = await inTurns({
      isolink: async () => {
        await freshHost()
        const time = await milliseconds(() => apply(plan))
        downs.isolink.push(await milliseconds(() => teardown(plan.name)))
        return time
      },
      typed: async () => {
        await freshHost()
        const time = await milliseconds(() => sh(post.up))
        downs.post.push(await milliseconds(() => sh(post.down)))
        return time
      },
      bare: async () => {
        await freshHost()
        const { up, down } = JSON.parse(execFileSync(floor, ['recipe', ...files], { encoding: 'utf8' }))
        downs.floor.push(down / 1e6)
        return up / 1e6
      }
    })
    const compare = (
      what: string,
      own: ReadonlyArray<number>,
      theirs: ReadonlyArray<number>,
      least: ReadonlyArray<number>
    ): void =>
      report({
        what: `the post's commands, ${what}`,
        'isolink, ms': rounded(median(own)),
        'script, ms': rounded(median(theirs)),
        'times faster': rounded(ratio(theirs, own)),
        'floor, ms': rounded(median(least)),
        '× floor': rounded(ratio(own, least))
      })
    const ownDowns = downs.isolink.slice(warmUp)
    const sum = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): ReadonlyArray<number> =>
      a.map((time, n) => time + (b[n] ?? Number.NaN))
    compare('up', isolink, typed, bare)
    compare('down', ownDowns, downs.post, downs.floor)
    compare('up and down', sum(isolink, ownDowns), sum(typed, downs.post), sum(bare, downs.floor))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A kernel without the kind of link has no such recipe. */
const lacks = async (recipe: string): Promise<boolean> => {
  if (recipe !== 'ipvlan' && recipe !== 'macvlan') return false
  await using host = open()
  const probe = await host.batch([
    link.add({ kind: recipe, name: 'probe', parent: 'eth1' } as Parameters<typeof link.add>[0])
  ])
  return probe.some(E.isLeft)
}

const main = async (): Promise<void> => {
  const wanted = process.argv.slice(2)
  for (const parameters of recipes) {
    if (wanted.length > 0 && !wanted.includes(parameters.recipe)) continue
    await freshHost()
    if (await lacks(parameters.recipe)) {
      console.log(`skipped: ${parameters.recipe} — the kernel has no such links`)
      continue
    }
    const plan = right(planFrom(parameters))
    await againstScript(plan)
    if (parameters === masquerade) await upAndDown(plan)
  }
  console.table(rows)
}

sandboxed(main)
