/**
 * isolink's part in the benchmarks, from and to objects, by its public surface: a process of its own for each sample,
 * in a namespace of its own. `contestant WORKLOAD SIZE` prints what it took as a line of JSON.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import * as E from 'fp-ts/Either'
import { address, link, namespaces, open, route } from '../../src/promises'
import { destinationOf } from './destination'
import { dnatRule, rules } from './rule'

interface Sample {
  readonly ns: number
  /** User and system time, of all threads. */
  readonly cpu: number
  readonly count: number
  /** The longest that a call held the event loop. Milliseconds. */
  readonly held: number
  readonly removed?: number
}

/** How many succeeded; what was wrong, if nothing did. */
const successes = (results: ReadonlyArray<E.Either<{ readonly message: string }, unknown>>): number => {
  const wrong = results.find(E.isLeft)
  if (wrong !== undefined) throw new Error(wrong.left.message)
  return results.length
}

/** A timer of libuv's: looking at the loop in each of its turns would keep it turning while it has nothing to do. */
const resolution = 1

/** Times a call, and the making of what it is given; only the call can hold the loop. */
const measured = async <A>(make: () => A, call: (given: A) => Promise<number>): Promise<Sample> => {
  await new Promise(setImmediate)
  const delays = monitorEventLoopDelay({ resolution })
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  const given = make()
  delays.enable()
  // The timer starts with the loop's next turn.
  await new Promise(setImmediate)
  const count = await call(given)
  const ns = Number(process.hrtime.bigint() - start)
  const { user, system } = process.cpuUsage(cpu)
  await new Promise(resolve => setTimeout(resolve, 2 * resolution))
  delays.disable()
  return { ns, cpu: (user + system) * 1000, count, held: Math.max(0, delays.max / 1e6 - resolution) }
}

const nothing = (): void => undefined

// Each begins with something small, so that what is loaded when it is first used is loaded as the process starts.

const workloads: { readonly [name: string]: (size: number) => Promise<Sample> } = {
  /** Routes from objects, each answer looked at. */
  routes: async size => {
    await using host = open()
    await host.link.list()
    const { index } = await host.link.get('bench0')
    return await measured(
      () => Array.from({ length: size }, (_, n) => route.add({ destination: destinationOf(n), link: index })),
      async requests => successes(await host.batch(requests))
    )
  },
  list: async () => {
    await using host = open()
    await host.route.list({ table: 255, family: 'ipv4' })
    return await measured(nothing, async () => (await host.route.list({ table: 254, family: 'ipv4' })).length)
  },
  stream: async () => {
    await using host = open()
    await host.route.list({ table: 255, family: 'ipv4' })
    return await measured(nothing, async () => {
      let gateways = 0
      let count = 0
      for await (const { gateway } of host.route.stream({ table: 254, family: 'ipv4' })) {
        count++
        if (gateway !== undefined) gateways++
      }
      return gateways > count ? 0 : count
    })
  },
  parts: async () => {
    await using host = open()
    await host.route.list({ table: 255, family: 'ipv4' })
    return await measured(nothing, async () => {
      let count = 0
      for await (const part of host.route.stream({ table: 254, family: 'ipv4' }).parts())
        for (const { destination } of part) if (destination !== '') count++
      return count
    })
  },
  pairs: async size => {
    await using host = open()
    await host.link.get(1)
    const made = await measured(
      () =>
        Array.from({ length: size }, (_, n) => [
          link.add({ kind: 'veth', name: `a${n}`, up: true, group: 7, peer: { name: `b${n}` } }),
          link.set(`b${n}`, { up: true }),
          address.add({ link: `a${n}`, address: `10.${n >> 8}.${n & 255}.1/24` })
        ]).flat(),
      async requests => successes(await host.batch(requests)) / 3
    )
    const start = performance.now()
    await host.link.removeGroup(7)
    return { ...made, removed: (performance.now() - start) * 1e6 }
  },
  namespaces: async size => {
    // It stays until the end: the kernel takes namespaces down behind our backs, and new ones wait meanwhile.
    await namespaces.create('first')
    await within('first')
    const names = Array.from({ length: size }, (_, n) => `ours${n}`)
    const made = await measured(nothing, async () => {
      for (const name of names) {
        await namespaces.create(name)
        await within(name)
      }
      return names.length
    })
    const start = performance.now()
    for (const name of names) await namespaces.remove(name)
    return { ...made, removed: (performance.now() - start) * 1e6 }
  },
  load: async size => {
    await using host = open()
    const table = { family: 'ip', table: 'bench' } as const
    await host.nftables.transaction([dnatRule(table, 'publish', 0)])
    return await measured(
      () => Array.from({ length: size }, (_, n) => dnatRule(table, 'publish', n)),
      async changes => {
        await host.nftables.transaction(changes)
        return changes.length
      }
    )
  },
  rules: async () => {
    await using host = open()
    await host.nftables.tables()
    return await measured(nothing, async () => (await host.send(rules)).length)
  },
  events: async size => {
    await using host = open()
    await host.link.list()
    await host.address.list()
    const events = host.monitor(['link', 'address'])
    console.log('ready')
    const sample = await measured(nothing, async () => {
      let seen = 0
      for await (const { object } of events) if (object === 'resync' || ++seen === size) break
      return seen
    })
    return { ...sample, ns: sample.cpu }
  }
}

/** Opens a netlink socket in a namespace, and uses it. */
const within = async (namespace: string): Promise<void> => {
  await using inside = open({ namespace })
  await inside.link.set(1, { up: true })
}

const [, , name = '', size = '0'] = process.argv
const workload = workloads[name]
if (workload !== undefined) void workload(Number(size)).then(sample => console.log(JSON.stringify(sample)))
