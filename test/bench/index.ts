/**
 * The benchmarks: `npm run bench [WORKLOAD…]`. Every sample is a fresh process in a fresh namespace, inside a sandbox;
 * contestants take turns, and ratios are taken within a round, against a C program that sends what was encoded
 * beforehand. Compare ratios with another run's, never times. ROUNDS and SCALE (a percentage) change how much is done.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as E from 'fp-ts/Either'
import { javaScriptOf, root, sourcesIn } from '../../.ci/javascript'
import { encodeMessages, type Message, type Protocol } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { address, link, nftables, route } from '../../src'
import { namespaces, open } from '../../src/promises'
import type { Request } from '../../src/socket/request'
import { oracle } from '../sandbox'
import { destinationOf } from './destination'
import { median, rounded } from './figure'
import { dnatRule, rules, textOf } from './rule'
import { sandboxed } from './sandboxed'

interface Sample {
  readonly ns: number
  readonly cpu?: number
  readonly count?: number
  readonly held?: number
  readonly removed?: number
}

interface Contestant {
  readonly name: string
  readonly run: (namespace: string) => Promise<Sample>
}

interface Workload {
  readonly name: string
  /** What one of `count` is: a route, a pair. */
  readonly what: string
  readonly count: number
  readonly prepare: (namespace: string) => Promise<void>
  readonly contestants: ReadonlyArray<Contestant>
  /** Whether all is one message, as far as the kernel is concerned: the loop is held for as long as it works on it. */
  readonly whole?: boolean
  /** Of isolink's, against the floor: wall-clock time. */
  readonly must?: { readonly [contestant: string]: number }
}

const rounds = Number(process.env.ROUNDS ?? 3)
const scale = Number(process.env.SCALE ?? 100) / 100
const sized = (count: number): number => Math.max(10, Math.round(count * scale))
const wanted = process.argv.slice(2)

const folder = mkdtempSync(join(tmpdir(), 'isolink-bench-'))
const floor = join(folder, 'floor')

/** Where isolink's packages are found from. */
const built = mkdtempSync(join(root, 'node_modules', '.bench-'))

/**
 * isolink's part as JavaScript, as it is published: ts-node would have the TypeScript compiler lie in the memory that
 * the garbage collector goes through, and have it compile what is loaded when it is first used.
 */
const contestant = join(built, 'test/bench/contestant.js')

const build = (): void => {
  for (const path of ['protocol', 'src', 'test/bench'].flatMap(sourcesIn)) {
    const target = join(built, path.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, javaScriptOf(path))
  }
}

/** The index of the only link that routes go by. */
const bench0 = 1000

const known = {
  indexOf: (given: string | number): number => (typeof given === 'number' ? given : bench0),
  descriptorOf: (): number => -1
}

const right = <L, A>(result: E.Either<L, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

/** What a request sends, as the floor is given it: every message asks for an acknowledgement. */
const file = (name: string, protocol: Protocol, messages: ReadonlyArray<Message>, all = true): string => {
  const path = join(folder, name)
  const asking = messages.map((message, n) => ({
    ...message,
    sequence: n + 1,
    flags: all ? message.flags | NLM_F.ACK : message.flags
  }))
  writeFileSync(path, right(encodeMessages(protocol, asking as ReadonlyArray<Message>)))
  return path
}

const messagesOf = (requests: ReadonlyArray<Request<unknown>>): ReadonlyArray<Message> =>
  requests.flatMap(request => right(request.messages(known)))

/** Runs a program in the namespace: its last line, and the time that the process took. */
const run = async (
  namespace: string,
  program: string,
  args: ReadonlyArray<string>,
  ready?: () => Promise<void>
): Promise<{ readonly last: string; readonly ns: number }> => {
  const begin = process.hrtime.bigint()
  const child = await namespaces.spawn(namespace, program, args, {
    stdio: [
      'ignore',
      ready === undefined && program !== process.execPath && program !== floor ? 'ignore' : 'pipe',
      'inherit'
    ]
  })
  let output = ''
  let told = false
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk
    if (!told && ready !== undefined && output.includes('ready')) {
      told = true
      void ready()
    }
  })
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${code}`)
  return { last: output.trim().split('\n').at(-1) ?? '', ns: Number(process.hrtime.bigint() - begin) }
}

const byFloor = (...args: ReadonlyArray<string>): Contestant => ({
  name: 'floor, in C',
  run: async namespace => JSON.parse((await run(namespace, floor, args)).last)
})

const byIsolink = (name: string, workload: string, count = 0): Contestant => ({
  name,
  run: async namespace =>
    JSON.parse((await run(namespace, process.execPath, [contestant, workload, String(count)])).last)
})

/** Whoever else is installed; the time is that of the process. */
const by = (name: string, program: string, ...args: ReadonlyArray<string>): ReadonlyArray<Contestant> => {
  const path = oracle(program)
  return path === undefined
    ? []
    : [{ name, run: async namespace => ({ ns: (await run(namespace, path, args)).ns }) }]
}

const text = (name: string, lines: ReadonlyArray<string>): string => {
  const path = join(folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

const range = <A>(count: number, of: (n: number) => A): ReadonlyArray<A> =>
  Array.from({ length: count }, (_, n) => of(n))

const withLink = async (namespace: string): Promise<void> => {
  await using inside = open({ namespace })
  await inside.link.add({
    kind: 'veth',
    name: 'bench0',
    index: bench0,
    up: true,
    peer: { name: 'bench1', index: 1001 }
  })
  await inside.link.set('bench1', { up: true })
  await inside.address.add({ link: 'bench0', address: '192.0.2.1/24' })
}

const python = `
import time, sys
from pyroute2 import IPRoute
ip = IPRoute()
for n in range(int(sys.argv[1])):
    ip.route('add', dst='10.%d.%d.%d/32' % (n >> 16, n >> 8 & 255, n & 255), oif=${bench0})
`

const pyroute2 = (count: number): ReadonlyArray<Contestant> => {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import pyroute2'], { stdio: 'ignore' })
  } catch {
    return []
  }
  return [
    {
      name: 'pyroute2',
      run: async namespace => {
        // A tenth, as it takes long.
        const { ns } = await run(namespace, '/usr/bin/python3', [
          '-c',
          python,
          String(Math.round(count / 10))
        ])
        return { ns: ns * 10 }
      }
    }
  ]
}

const added = (count: number, must: number): Workload => {
  const requests = range(count, n => route.add({ destination: destinationOf(n), link: bench0 }))
  return {
    name: `W1 add ${count} routes`,
    what: 'route',
    count,
    prepare: withLink,
    contestants: [
      byFloor('send', '0', file(`add${count}`, 'route', messagesOf(requests))),
      byIsolink('isolink', 'routes', count),
      ...by(
        'ip -batch',
        'ip',
        '-batch',
        text(
          `add${count}.ip`,
          range(count, n => `route add ${destinationOf(n)} dev bench0`)
        )
      ),
      ...pyroute2(count)
    ],
    must: { isolink: must }
  }
}

const dumped = (count: number, kept: number, streamed?: number): Workload => {
  const messages = messagesOf(
    range(count, n =>
      route.add({
        destination: destinationOf(n),
        link: bench0,
        metric: 100 + (n & 7),
        ...(n & 1 ? { gateway: '192.0.2.2' } : {})
      })
    )
  )
  const all = file(`dump${count}`, 'route', messages)
  const question = file(`question`, 'route', messagesOf([route.list({ table: 254, family: 'ipv4' })]), false)
  return {
    name: `W2 list ${count} routes`,
    what: 'route',
    count,
    prepare: async namespace => {
      await withLink(namespace)
      await run(namespace, floor, ['send', '0', all])
    },
    contestants: [
      byFloor('dump', '0', question),
      byIsolink('isolink, kept', 'list'),
      byIsolink('isolink, one by one', 'stream'),
      byIsolink('isolink, by parts', 'parts'),
      ...by('ip route', 'ip', 'route', 'show', 'table', 'main'),
      ...by('ip -j route', 'ip', '-j', 'route', 'show', 'table', 'main')
    ],
    must: {
      'isolink, kept': kept,
      ...(streamed !== undefined && { 'isolink, one by one': streamed, 'isolink, by parts': streamed })
    }
  }
}

const pairs = (count: number): Workload => {
  const made = range(count, n => [
    link.add({
      kind: 'veth',
      name: `a${n}`,
      index: 2000 + n,
      up: true,
      peer: { name: `b${n}`, index: 102_000 + n }
    }),
    link.set(102_000 + n, { up: true }),
    address.add({ link: 2000 + n, address: `10.${n >> 8}.${n & 255}.1/24` })
  ]).flat()
  const gone = range(count, n => link.remove(2000 + n))
  const [create, remove] = [file('pairs', 'route', messagesOf(made)), file('gone', 'route', messagesOf(gone))]
  return {
    name: `W3 ${count} veth pairs`,
    what: 'pair',
    count,
    prepare: async () => undefined,
    contestants: [
      {
        name: 'floor, in C',
        run: async namespace => {
          const sample: Sample = JSON.parse((await run(namespace, floor, ['send', '0', create])).last)
          const removed: Sample = JSON.parse((await run(namespace, floor, ['send', '0', remove])).last)
          return { ...sample, count: (sample.count ?? 0) / 3, removed: removed.ns }
        }
      },
      byIsolink('isolink', 'pairs', count),
      ...by(
        'ip -batch',
        'ip',
        '-batch',
        text(
          'pairs.ip',
          range(count, n => [
            `link add a${n} up type veth peer name b${n}`,
            `link set b${n} up`,
            `address add 10.${n >> 8}.${n & 255}.1/24 dev a${n}`
          ]).flat()
        )
      )
    ],
    must: { isolink: 1.2, 'isolink: removed': 0.05 }
  }
}

const named = (count: number): Workload => ({
  name: `W4 ${count} namespaces`,
  what: 'namespace',
  count,
  prepare: async () => {
    await namespaces.create('first')
    await namespaces.remove('first')
  },
  contestants: [
    byFloor('netns', '/run/netns', String(count)),
    byIsolink('isolink', 'namespaces', count),
    ...by(
      'ip -batch',
      'ip',
      '-batch',
      text(
        'netns.ip',
        range(count, n => `netns add theirs${n}`)
      )
    )
  ],
  must: { isolink: 1.3 }
})

const table = { family: 'ip', table: 'bench' } as const
const chain = [nftables.addTable(table), nftables.addChain(table, 'publish')]

const transactionOf = (changes: ReadonlyArray<Message>): ReadonlyArray<Message> =>
  messagesOf([nftables.transaction(changes)])

const withChain = async (namespace: string): Promise<void> => {
  await using inside = open({ namespace })
  await inside.nftables.transaction(chain)
}

const batch = (name: string, changes: ReadonlyArray<Message>): string => {
  const messages = transactionOf(changes)
  return file(
    name,
    'netfilter',
    messages.map((message, n) =>
      n === 0 || n === messages.length - 1 ? message : { ...message, flags: message.flags | NLM_F.ACK }
    ),
    false
  )
}

const loaded = (count: number, must: number): Workload => ({
  name: `W6 load ${count} rules at once`,
  what: 'rule',
  count,
  prepare: withChain,
  contestants: [
    byFloor(
      'batch',
      '12',
      batch(
        `load${count}`,
        range(count, n => dnatRule(table, 'publish', n))
      )
    ),
    byIsolink('isolink', 'load', count),
    ...by(
      'nft -f',
      'nft',
      '-f',
      text(
        `load${count}.nft`,
        range(count, n => `add rule ip bench publish ${textOf(n)}`)
      )
    )
  ],
  whole: true,
  must: { isolink: must }
})

const listed = (count: number, must?: number): Workload => ({
  name: `W6 list ${count} rules`,
  what: 'rule',
  count,
  prepare: async namespace => {
    await withChain(namespace)
    await run(namespace, floor, [
      'batch',
      '12',
      batch(
        `list${count}`,
        range(count, n => dnatRule(table, 'publish', n))
      )
    ])
  },
  contestants: [
    byFloor('dump', '12', file('rules', 'netfilter', messagesOf([rules]), false)),
    byIsolink('isolink', 'rules', count),
    ...by('nft list', 'nft', 'list', 'table', 'ip', 'bench'),
    ...by('nft -j list', 'nft', '-j', 'list', 'table', 'ip', 'bench')
  ],
  ...(must !== undefined && { must: { isolink: must } })
})

const followed = (count: number): Workload => {
  const half = count / 2
  const changes = messagesOf(
    range(half, n => [
      link.set(bench0, { alias: `name ${n}` }),
      address.add({ link: bench0, address: `10.${n >> 8}.${n & 255}.1/24` })
    ]).flat()
  )
  const burst = file('burst', 'route', changes)
  const during =
    (program: string, args: ReadonlyArray<string>): Contestant['run'] =>
    async namespace =>
      JSON.parse(
        (
          await run(namespace, program, args, async () => {
            await run(namespace, floor, ['send', '0', burst])
          })
        ).last
      )
  return {
    name: `W7 ${count} events in a burst, CPU`,
    what: 'event',
    count,
    prepare: withLink,
    contestants: [
      { name: 'floor, in C', run: during(floor, ['listen', String(1 | 16), String(count)]) },
      {
        name: 'isolink',
        run: during(process.execPath, [contestant, 'events', String(count)])
      }
    ],
    must: { isolink: 8 }
  }
}

/** Made when it is their turn: a million messages are much to keep. What is small may be slower: the code gets warm. */
const workloads: ReadonlyArray<() => Workload> = [
  () => added(sized(10_000), 1.5),
  () => added(sized(100_000), 1.25),
  () => dumped(sized(100_000), 8),
  () => dumped(sized(1_000_000), 5, 2.5),
  () => pairs(sized(500)),
  () => named(sized(100)),
  () => loaded(sized(1000), 6),
  () => loaded(sized(10_000), 1.7),
  () => listed(sized(1000)),
  () => listed(sized(10_000), 5.5),
  () => followed(sized(2000))
]

const whole = ({ ns }: Sample): number => ns

const measure = async (workload: Workload): Promise<void> => {
  const samples = new Map<string, Array<Sample>>(workload.contestants.map(({ name }) => [name, []]))
  for (let n = 0; n < rounds; n++)
    for (const { name, run: take } of workload.contestants) {
      const namespace = `bench${process.pid}`
      await namespaces.create(namespace)
      await workload.prepare(namespace)
      const sample = await take(namespace)
      // The main table has some routes more than we put there, and the kernel may tell of more than we did.
      if (sample.count !== undefined && Math.abs(sample.count - workload.count) > 10)
        throw new Error(`${name}: ${sample.count} of ${workload.count}`)
      samples.get(name)?.push(sample)
      // Whoever was timed may have left some.
      for (const { name: left } of await namespaces.list()) await namespaces.remove(left)
    }
  const base = samples.get('floor, in C') ?? []
  const report = (name: string, taken: ReadonlyArray<Sample>, part: (sample: Sample) => number): void => {
    const ratio = median(taken.map((sample, n) => part(sample) / part(base[n] as Sample)))
    const kernel = (n: number): number => (workload.whole === true ? (base[n] as Sample).ns / 1e6 : 0)
    const held = median(taken.map((sample, n) => Math.max(0, (sample.held ?? Number.NaN) - kernel(n))))
    const must = workload.must?.[name]
    const row = {
      workload: workload.name,
      contestant: name,
      microseconds: rounded(median(taken.map(part)) / 1000 / workload.count),
      ratio: rounded(ratio),
      ...(must !== undefined && { must }),
      ...(!Number.isNaN(held) && part === whole && { held: rounded(held) })
    }
    rows.push(row)
    console.log(JSON.stringify({ bench: 'isolink', ...row }))
  }
  for (const [name, taken] of samples) report(name, taken, whole)
  for (const [name, taken] of samples)
    if (taken[0]?.removed !== undefined)
      report(`${name}: removed`, taken, ({ removed = Number.NaN }) => removed)
}

interface Row {
  readonly workload: string
  readonly contestant: string
  readonly microseconds: number
  readonly ratio: number
  readonly must?: number
  readonly held?: number
}

const rows: Array<Row> = []

const printed = (): string => {
  const [{ model } = { model: 'unknown' }] = cpus()
  const line = ({ workload, contestant, microseconds, ratio, must, held }: Row): string =>
    `| ${[workload, contestant, microseconds, ratio, must ?? '', held ?? ''].join(' | ')} |`
  return [
    `${cpus().length} × ${model}, Linux ${release()}, Node ${process.version}, ${rounds} rounds.`,
    '',
    '| workload | who | µs each | × floor | must | loop held, ms |',
    '|---|---|---|---|---|---|',
    ...rows.map(line)
  ].join('\n')
}

const main = async (): Promise<void> => {
  try {
    build()
    execFileSync('cc', ['-O2', '-o', floor, join(__dirname, 'floor.c')])
    for (const make of workloads) {
      const workload = make()
      if (wanted.length === 0 || wanted.some(word => workload.name.includes(word))) await measure(workload)
    }
    console.log(`\n${printed()}`)
  } finally {
    leave()
  }
}

const leave = (): void => {
  for (const each of [folder, built]) rmSync(each, { recursive: true })
}

sandboxed(main, leave)
