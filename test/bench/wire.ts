/**
 * Decoding and encoding against code written by hand for the one message, and against the policies without compiled
 * code: `node -r ts-node/register test/bench/wire.ts`. Each engine runs in a process of its own, so that none shapes the
 * other's machine code; the engines take turns, and ratios are taken within a round.
 */
import { spawnSync } from 'node:child_process'
import { isDeepStrictEqual } from 'node:util'
import * as E from 'fp-ts/Either'
import { bytesOf, decodeMessages, encodeMessages, type Message, type Policy, writer } from '../../protocol'
import { compile } from '../../protocol/definition/compiled'
import { entryOfType } from '../../protocol/registry'
import { median } from './figure'

const count = 100_000
const rounds = 3

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

// By hand.

interface Route {
  readonly type: 'RTM_NEWROUTE'
  readonly flags: number
  readonly sequence: number
  readonly port: number
  readonly header: { readonly [member: string]: number }
  readonly attributes: { [key: string]: unknown }
}

const ip = (bytes: Uint8Array, at: number): string =>
  `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`

const readMetrics = (view: DataView, from: number, to: number): object => {
  const metrics: { [key: string]: number } = {}
  for (let at = from; at < to; at += 8) {
    const value = view.getUint32(at + 4, true)
    switch (view.getUint16(at + 2, true) & 0x3fff) {
      case 2:
        metrics.mtu = value
        break
      case 8:
        metrics.advmss = value
        break
    }
  }
  return metrics
}

const readRoute = (bytes: Uint8Array, view: DataView, from: number, to: number): Route => {
  const attributes: { [key: string]: unknown } = {}
  for (let at = from + 28; at < to; ) {
    const length = view.getUint16(at, true)
    switch (view.getUint16(at + 2, true) & 0x3fff) {
      case 1:
        attributes.dst = ip(bytes, at + 4)
        break
      case 4:
        attributes.oif = view.getUint32(at + 4, true)
        break
      case 5:
        attributes.gateway = ip(bytes, at + 4)
        break
      case 6:
        attributes.priority = view.getUint32(at + 4, true)
        break
      case 7:
        attributes.prefsrc = ip(bytes, at + 4)
        break
      case 8:
        attributes.metrics = readMetrics(view, at + 4, at + length)
        break
      case 12:
        attributes.cacheinfo = {
          clntref: view.getUint32(at + 4, true),
          lastuse: view.getUint32(at + 8, true),
          expires: view.getInt32(at + 12, true),
          error: view.getUint32(at + 16, true),
          used: view.getUint32(at + 20, true),
          id: view.getUint32(at + 24, true),
          ts: view.getUint32(at + 28, true),
          tsage: view.getUint32(at + 32, true)
        }
        break
      case 15:
        attributes.table = view.getUint32(at + 4, true)
        break
      case 20:
        attributes.pref = view.getUint8(at + 4)
        break
    }
    at += (length + 3) & ~3
  }
  return {
    type: 'RTM_NEWROUTE',
    flags: view.getUint16(from + 6, true),
    sequence: view.getUint32(from + 8, true),
    port: view.getUint32(from + 12, true),
    header: {
      family: view.getUint8(from + 16),
      dstLen: view.getUint8(from + 17),
      srcLen: view.getUint8(from + 18),
      tos: view.getUint8(from + 19),
      table: view.getUint8(from + 20),
      protocol: view.getUint8(from + 21),
      scope: view.getUint8(from + 22),
      type: view.getUint8(from + 23),
      flags: view.getUint32(from + 24, true)
    },
    attributes
  }
}

const decodeByHand = (bytes: Uint8Array): ReadonlyArray<Route> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const routes: Array<Route> = []
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at, true)
    routes.push(readRoute(bytes, view, at, at + length))
    at += (length + 3) & ~3
  }
  return routes
}

const setIp = (bytes: Uint8Array, at: number, text: string): void => {
  let part = 0
  let place = at
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt(n)
    if (code === 0x2e) {
      bytes[place++] = part
      part = 0
    } else part = part * 10 + code - 0x30
  }
  bytes[place] = part
}

const encodeByHand = (routes: ReadonlyArray<Route>): Uint8Array => {
  const bytes = new Uint8Array(routes.length * 140)
  const view = new DataView(bytes.buffer)
  let at = 0
  const u32 = (type: number, value: number): void => {
    view.setUint16(at, 8, true)
    view.setUint16(at + 2, type, true)
    view.setUint32(at + 4, value, true)
    at += 8
  }
  const address = (type: number, text: string): void => {
    view.setUint16(at, 8, true)
    view.setUint16(at + 2, type, true)
    setIp(bytes, at + 4, text)
    at += 8
  }
  for (const { flags, sequence, port, header, attributes } of routes as ReadonlyArray<
    Extract<Message, { readonly type: 'RTM_NEWROUTE' }>
  >) {
    const start = at
    view.setUint16(at + 4, 24, true)
    view.setUint16(at + 6, flags, true)
    view.setUint32(at + 8, sequence, true)
    view.setUint32(at + 12, port, true)
    view.setUint8(at + 16, header.family)
    view.setUint8(at + 17, header.dstLen)
    view.setUint8(at + 18, header.srcLen)
    view.setUint8(at + 19, header.tos)
    view.setUint8(at + 20, header.table)
    view.setUint8(at + 21, header.protocol)
    view.setUint8(at + 22, header.scope)
    view.setUint8(at + 23, header.type)
    view.setUint32(at + 24, header.flags, true)
    at += 28
    const { dst, oif, priority, prefsrc, metrics, cacheinfo, table, gateway, pref } = attributes
    if (dst !== undefined) address(1, dst as string)
    if (oif !== undefined) u32(4, oif)
    if (gateway !== undefined) address(5, gateway)
    if (priority !== undefined) u32(6, priority)
    if (prefsrc !== undefined) address(7, prefsrc)
    if (metrics !== undefined) {
      const nest = at
      at += 4
      if (metrics.mtu !== undefined) u32(2, metrics.mtu)
      if (metrics.advmss !== undefined) u32(8, metrics.advmss)
      view.setUint16(nest, at - nest, true)
      view.setUint16(nest + 2, 8 | 0x8000, true)
    }
    if (cacheinfo !== undefined) {
      view.setUint16(at, 36, true)
      view.setUint16(at + 2, 12, true)
      view.setUint32(at + 4, cacheinfo.clntref, true)
      view.setUint32(at + 8, cacheinfo.lastuse, true)
      view.setInt32(at + 12, cacheinfo.expires, true)
      view.setUint32(at + 16, cacheinfo.error, true)
      view.setUint32(at + 20, cacheinfo.used, true)
      view.setUint32(at + 24, cacheinfo.id, true)
      view.setUint32(at + 28, cacheinfo.ts, true)
      view.setUint32(at + 32, cacheinfo.tsage, true)
      at += 36
    }
    if (table !== undefined) u32(15, table)
    if (pref !== undefined) {
      view.setUint16(at, 5, true)
      view.setUint16(at + 2, 20, true)
      view.setUint8(at + 4, pref)
      at += 8
    }
    view.setUint32(start, at - start, true)
  }
  return bytes.subarray(0, at)
}

// By the policies alone.

const { policy } = entryOfType('route', 'RTM_NEWROUTE') as { readonly policy: Policy<unknown> }

const { read, write } = compile(policy)

const decodeCompiled = (datagram: Uint8Array): ReadonlyArray<unknown> => {
  const bytes = bytesOf(datagram)
  const routes: Array<unknown> = []
  for (let at = 0; at < datagram.length; ) {
    const length = bytes.view.getUint32(at, true)
    routes.push(read(bytes, at + 16, at + length))
    at += (length + 3) & ~3
  }
  return routes
}

const encodeCompiled = (routes: ReadonlyArray<Route>): Uint8Array => {
  const to = writer(32_768)
  for (const { header, attributes } of routes) write(to, { header, attributes })
  return to.array
}

const decodePlainly = (datagram: Uint8Array): ReadonlyArray<unknown> => {
  const bytes = bytesOf(datagram)
  const routes: Array<unknown> = []
  for (let at = 0; at < datagram.length; ) {
    const length = bytes.view.getUint32(at, true)
    routes.push(policy.read(bytes, at + 16, at + length, undefined))
    at += (length + 3) & ~3
  }
  return routes
}

const encodePlainly = (routes: ReadonlyArray<Route>): Uint8Array => {
  const to = writer(32_768)
  for (const { header, attributes } of routes) policy.write(to, { header, attributes }, undefined)
  return to.array
}

// What is measured: a dump as the kernel sends it, in datagrams of 32 KiB.

const value = (n: number): Message => ({
  type: 'RTM_NEWROUTE',
  flags: 2,
  sequence: 1_700_000_000,
  port: 4711,
  header: { family: 2, dstLen: 32, srcLen: 0, tos: 0, table: 254, protocol: 3, scope: 0, type: 1, flags: 0 },
  attributes: {
    table: 254,
    dst: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`,
    metrics: { mtu: 1400, advmss: 1360 },
    priority: 1000 + (n % 50),
    prefsrc: '192.168.45.3',
    gateway: '192.168.45.2',
    oif: 7,
    pref: 0,
    cacheinfo: { clntref: 1, lastuse: n, expires: 0, error: 0, used: 0, id: 0, ts: 0, tsage: 0 }
  }
})

const perDatagram = Math.floor(32_768 / 140)
const batch = Array.from({ length: perDatagram }, (_, n) => value(n * 97))
const datagram = right(encodeMessages('route', batch))

const engines: { readonly [name: string]: () => unknown } = {
  'decode: by hand': () => decodeByHand(datagram),
  'decode: decodeMessages': () => right(decodeMessages('route', datagram)),
  'decode: compiled code': () => decodeCompiled(datagram),
  'decode: policies': () => decodePlainly(datagram),
  'encode: by hand': () => encodeByHand(batch as never),
  'encode: encodeMessages': () => right(encodeMessages('route', batch)),
  'encode: encodeMessages, one by one': () => batch.map(message => right(encodeMessages('route', [message]))),
  'encode: compiled code': () => encodeCompiled(batch as never),
  'encode: policies': () => encodePlainly(batch as never)
}

const same = (a: unknown, b: unknown): void => {
  if (!isDeepStrictEqual(a, b)) throw new Error('the engines disagree')
}

/** Nanoseconds a message of one engine, warmed up: the least, since others use the machine too. */
const measure = (engine: () => unknown): number => {
  const times = Array.from({ length: 12 }, () => {
    let kept: unknown
    const start = process.hrtime.bigint()
    for (let done = 0; done < count; done += perDatagram) kept = engine()
    const time = Number(process.hrtime.bigint() - start) / count
    return kept === undefined ? 0 : time
  })
  return Math.min(...times.slice(4))
}

const main = (): void => {
  same(decodeByHand(datagram), right(decodeMessages('route', datagram)))
  same(right(decodeMessages('route', encodeByHand(batch as never))), right(decodeMessages('route', datagram)))
  const times = new Map<string, Array<number>>(Object.keys(engines).map(name => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const [name, all] of times) {
      const { stdout } = spawnSync(process.execPath, ['-r', 'ts-node/register', __filename, name], {
        encoding: 'utf8'
      })
      all.push(Number(stdout))
    }
  for (const [name, all] of times) {
    const byHand = times.get(name.replace(/: .*/, ': by hand')) as ReadonlyArray<number>
    const ratio = median(all.map((time, round) => time / (byHand[round] as number)))
    console.log(
      `${name.padEnd(36)} ${median(all).toFixed(0).padStart(6)} ns a message ${ratio.toFixed(2).padStart(7)} × by hand`
    )
    console.log(
      JSON.stringify({
        bench: 'wire',
        name,
        nanoseconds: Math.round(median(all)),
        ratio: Number(ratio.toFixed(2))
      })
    )
  }
}

const [, , engine] = process.argv
if (engine === undefined) main()
else console.log(measure(engines[engine] as () => unknown))
