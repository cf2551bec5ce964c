/**
 * isolink's part in the benchmarks, from and to objects, by its public surface: a process of its own for each sample,
 * in a namespace of its own. `contestant WORKLOAD SIZE` prints what it took as a line of JSON.
 */
import * as E from 'fp-ts/Either'
import { address, link, namespaces, open, route } from '../../src/promises'
import { destinationOf } from './destination'
import { dnatRule, rules } from './rule'

interface Sample {
  readonly ns: number
  /** User and system time, of all threads. */
  readonly cpu: number
  readonly count: number
  /** The longest that the event loop was held, less what the kernel took of it. Milliseconds. */
  readonly held: number
  readonly removed?: number
}

/** How long others had to wait for their turn. */
const watchLoop = (): (() => number) => {
  let last = performance.now()
  let longest = 0
  let going = true
  const turn = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  return () => {
    going = false
    return Math.max(longest, performance.now() - last)
  }
}

/** How many succeeded; what was wrong, if nothing did. */
const successes = (results: ReadonlyArray<E.Either<{ readonly message: string }, unknown>>): number => {
  const wrong = results.find(E.isLeft)
  if (wrong !== undefined) throw new Error(wrong.left.message)
  return results.length
}

const measured = async (work: () => Promise<number>): Promise<Sample> => {
  await new Promise(setImmediate)
  const held = watchLoop()
  await new Promise(setImmediate)
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  const count = await work()
  const ns = Number(process.hrtime.bigint() - start)
  const { user, system } = process.cpuUsage(cpu)
  return { ns, cpu: (user + system) * 1000, count, held: held() }
}

const workloads: { readonly [name: string]: (size: number) => Promise<Sample> } = {
  /** Routes from objects, each answer looked at. */
  routes: async size => {
    await using host = open()
    await host.link.list()
    const { index } = await host.link.get('bench0')
    return await measured(async () => {
      const requests = Array.from({ length: size }, (_, n) =>
        route.add({ destination: destinationOf(n), link: index })
      )
      return successes(await host.batch(requests))
    })
  },
  list: async () => {
    await using host = open()
    return await measured(async () => (await host.route.list({ table: 254, family: 'ipv4' })).length)
  },
  stream: async () => {
    await using host = open()
    return await measured(async () => {
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
    return await measured(async () => {
      let count = 0
      for await (const part of host.route.stream({ table: 254, family: 'ipv4' }).parts())
        for (const { destination } of part) if (destination !== '') count++
      return count
    })
  },
  pairs: async size => {
    await using host = open()
    const made = await measured(async () => {
      const requests = Array.from({ length: size }, (_, n) => [
        link.add({ kind: 'veth', name: `a${n}`, up: true, group: 7, peer: { name: `b${n}` } }),
        link.set(`b${n}`, { up: true }),
        address.add({ link: `a${n}`, address: `10.${n >> 8}.${n & 255}.1/24` })
      ]).flat()
      return successes(await host.batch(requests)) / 3
    })
    const start = performance.now()
    await host.link.removeGroup(7)
    return { ...made, removed: (performance.now() - start) * 1e6 }
  },
  namespaces: async size => {
    const names = Array.from({ length: size }, (_, n) => `ours${n}`)
    const made = await measured(async () => {
      for (const name of names) {
        await namespaces.create(name)
        open({ namespace: name }).close()
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
    await host.nftables.tables()
    return await measured(async () => {
      const changes = Array.from({ length: size }, (_, n) => dnatRule(table, 'publish', n))
      await host.nftables.transaction(changes)
      return changes.length
    })
  },
  rules: async () => {
    await using host = open()
    await host.nftables.tables()
    return await measured(async () => (await host.send(rules)).length)
  },
  events: async size => {
    await using host = open()
    const events = host.monitor(['link', 'address'])
    console.log('ready')
    const sample = await measured(async () => {
      let seen = 0
      for await (const { object } of events) if (object === 'resync' || ++seen === size) break
      return seen
    })
    return { ...sample, ns: sample.cpu }
  }
}

const [, , name = '', size = '0'] = process.argv
const workload = workloads[name]
if (workload !== undefined) void workload(Number(size)).then(sample => console.log(JSON.stringify(sample)))
