/**
 * What one more costs when there are many: `npx ts-node test/bench/growth.ts`. Endpoints are attached to a bridge network,
 * and ports published, in one process that is warm, inside a sandbox; what the first few took is set against what the
 * last few take. `kernel, ms` is how much of it is in system calls. SCALE divides all counts.
 */
import * as E from 'fp-ts/Either'
import { address, link, route } from '../../src'
import { apply, attach, bridgeNetwork, detach, namespaces, open, publish } from '../../src/promises'
import { median, rounded } from './figure'
import { sandboxed } from './sandboxed'
import { inSystemCalls } from './system-call'

const scale = Number(process.env.SCALE ?? 1)
/** Samples of a figure. */
const samples = 15

interface Cost {
  readonly whole: number
  readonly kernel: number
}

/** What a piece of work takes, in milliseconds. */
const costOf = async (work: () => Promise<unknown>): Promise<Cost> => {
  const start = performance.now()
  const kernel = await inSystemCalls(work)
  return { whole: performance.now() - start, kernel }
}

const typical = (costs: ReadonlyArray<Cost>): Cost => ({
  whole: median(costs.map(({ whole }) => whole)),
  kernel: median(costs.map(({ kernel }) => kernel))
})

const rows: Array<{ readonly [column: string]: string | number }> = []

const report = (what: string, few: number, first: Cost, many: number, last: Cost): void => {
  const row = {
    what,
    few,
    'ms with few': rounded(first.whole),
    many,
    'ms with many': rounded(last.whole),
    times: rounded(last.whole / first.whole),
    'kernel, ms with few': rounded(first.kernel),
    'kernel, ms with many': rounded(last.kernel),
    'times without the kernel': rounded((last.whole - last.kernel) / (first.whole - first.kernel))
  }
  rows.push(row)
  console.log(JSON.stringify({ bench: 'growth', samples, ...row }))
}

const addressOf = (n: number): string => `10.100.${1 + (n >> 8)}.${n & 255}/16`

const endpoint = (n: number) => ({ namespace: `n${n}`, address: addressOf(n) })

const attached = async (from: number, count: number): Promise<ReadonlyArray<Cost>> => {
  const costs: Array<Cost> = []
  for (let n = from; n < from + count; n++) costs.push(await costOf(() => attach('web', endpoint(n))))
  return costs
}

const published = async (name: string, from: number, count: number): Promise<ReadonlyArray<Cost>> => {
  const costs: Array<Cost> = []
  for (let n = 0; n < count; n++)
    costs.push(await costOf(() => publish(name, { hostPort: from + n, port: 80 })))
  return costs
}

const world = async (): Promise<void> => {
  await namespaces.create('world')
  await using host = open()
  const made = await host.batch([
    link.add({ kind: 'veth', name: 'eth0', up: true, peer: { name: 'eth0-wire', namespace: 'world' } }),
    address.add({ link: 'eth0', address: '10.0.6.10/24' }),
    route.add({ destination: 'default', gateway: '10.0.6.1', link: 'eth0' })
  ])
  for (const each of made) if (E.isLeft(each)) throw new Error(each.left.message)
  await apply(bridgeNetwork({ name: 'web', gateway: '10.100.0.1/16' }))
  // A bridge has some thousand ports at most.
  const endpoints = ['few', 'one', 'many'].map((namespace, n) => ({
    namespace,
    address: `10.200.0.${n + 2}/16`
  }))
  await apply(bridgeNetwork({ name: 'shop', bridge: 'br1', gateway: '10.200.0.1/16', endpoints }))
}

const warmUp = async (): Promise<void> => {
  for (let n = 0; n < 60; n++) {
    await attach('web', endpoint(0))
    await publish('web/n0', { hostPort: 1000, port: 80 })
    await detach('web', 'n0')
  }
}

const ports = async (): Promise<void> => {
  const all = Math.floor(10_000 / scale)
  const each = 100
  const few = typical(await published('shop/few', 10_000, samples))
  for (let n = 0; n * each < all; n++)
    await attach('shop', {
      namespace: `p${n}`,
      address: `10.200.1.${n}/16`,
      publish: Array.from({ length: each }, (_, m) => ({ hostPort: 20_000 + n * each + m, port: 80 }))
    })
  const many = typical(await published('shop/one', 11_000, samples))
  report('a port published beside those of others', samples, few, all, many)

  const own = Math.floor(10_000 / scale)
  await published('shop/many', 31_000, own - samples)
  const last = typical(await published('shop/many', 31_000 + own, samples))
  report('a port published beside others of its own', samples, few, own, last)
}

const endpoints = async (): Promise<void> => {
  const all = Math.floor(1000 / scale)
  const first = typical(await attached(1, samples))
  await attached(1 + samples, all - 2 * samples)
  const last = typical(await attached(1 + all - samples, samples))
  report('an endpoint attached beside others', samples, first, all, last)
}

const main = async (): Promise<void> => {
  await world()
  await warmUp()
  await ports()
  await endpoints()
  console.table(rows)
}

sandboxed(main)
