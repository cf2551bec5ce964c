/**
 * The recipe veth-masquerade against the post's own commands, each set up and taken down in turn in one process, in a
 * sandbox. Ratios within a round; a noisy machine blurs both sides alike.
 */
import { execFileSync } from 'node:child_process'
import * as E from 'fp-ts/Either'
import { inSandbox, sandboxSync } from '../../src/namespace/sandbox'
import { apply, open, teardown, vethMasquerade } from '../../src/promises'

const up = `set -e
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
iptables -A FORWARD -o eth0 -i veth_host -j ACCEPT`

const down = `iptables -D FORWARD -o eth0 -i veth_host -j ACCEPT
iptables -D FORWARD -i eth0 -o veth_host -j ACCEPT
iptables -t nat -D POSTROUTING -s 192.168.45.0/24 -o eth0 -j MASQUERADE
sysctl -q -w net.ipv4.ip_forward=0
ip link delete veth_host
ip netns delete blue`

const sh = (script: string): void => void execFileSync('sh', ['-c', script], { stdio: 'pipe' })

const milliseconds = async (work: () => unknown): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const plan = vethMasquerade({
  namespace: 'blue',
  uplink: 'eth0',
  address: '192.168.45.3/24',
  gateway: '192.168.45.2'
})

const rounds = Number(process.env.ROUNDS ?? 15)
const warmUp = 5

const main = async (): Promise<void> => {
  await using host = open()
  await host.link.add({ kind: 'veth', name: 'eth0', up: true, peer: { name: 'world' } })
  await host.address.add({ link: 'eth0', address: '10.0.6.10/24' })
  const times = {
    up: [] as Array<number>,
    down: [] as Array<number>,
    scriptUp: [] as Array<number>,
    scriptDown: [] as Array<number>
  }
  for (let round = 0; round < rounds + warmUp; round++) {
    const counted = round >= warmUp
    const record = async (where: Array<number>, work: () => unknown): Promise<void> => {
      const time = await milliseconds(work)
      if (counted) where.push(time)
    }
    await record(times.up, () => apply(plan))
    await record(times.down, () => teardown('blue'))
    if (!counted) continue
    await record(times.scriptUp, () => sh(up))
    await record(times.scriptDown, () => sh(down))
  }
  const ratio = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number =>
    median(a.map((time, n) => time / (b[n] ?? 1)))
  const row = {
    bench: 'veth-masquerade',
    rounds,
    up: {
      isolink: median(times.up),
      script: median(times.scriptUp),
      timesFaster: ratio(times.scriptUp, times.up)
    },
    down: {
      isolink: median(times.down),
      script: median(times.scriptDown),
      timesFaster: ratio(times.scriptDown, times.down)
    }
  }
  console.table({
    'set up': {
      'isolink, ms': row.up.isolink,
      'script, ms': row.up.script,
      'times faster': row.up.timesFaster
    },
    'take down': {
      'isolink, ms': row.down.isolink,
      'script, ms': row.down.script,
      'times faster': row.down.timesFaster
    }
  })
  console.log(JSON.stringify(row))
}

if (inSandbox()) void main()
else {
  const ended = sandboxSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)])
  if (E.isLeft(ended)) throw new Error(ended.left.message)
  process.exitCode = ended.right.code ?? 1
}
