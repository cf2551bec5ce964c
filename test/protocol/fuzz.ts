/**
 * Decodes datagrams that were captured and then damaged, as many as one likes: `ts-node test/protocol/fuzz.ts
 * [inputs] [seed]`. Fails at the first that throws, that does not come back as it was, or that takes a second; prints
 * the memory in use as it goes. The suite does the same in small, in laws.test.ts.
 */
import * as E from 'fp-ts/Either'
import { captures } from '../../fixtures/captures/capture'
import { decodeMessages, encodeMessages, type Protocol } from '../../protocol'
import { mutated, random } from './noise'
import { meanings } from './tree'

const inputs = Number(process.argv[2] ?? 100_000)
const seed = Number(process.argv[3] ?? 1)
const chance = random(seed)

/** nlmsghdr, and the least of the headers behind it. */
const headerSizes: { readonly [P in Protocol]: number } = { route: 28, netfilter: 20, generic: 20 }

const samples = captures().map(({ protocol, hex }) => ({ protocol, bytes: Buffer.from(hex, 'hex') }))

const families = { 21: 'ethtool' }

/** Most damaged datagrams are no longer framed; half of them get the length that they have. */
const damaged = (bytes: Buffer, headerSize: number): Buffer => {
  const all = mutated(chance, headerSize, bytes)
  if (all.length >= 16 && chance(2) === 0) all.writeUInt32LE(all.length, 0)
  return all
}

interface Verdict {
  /** Whether the datagram could be taken apart into messages. */
  readonly framed: boolean
  readonly complaint?: string
}

const judge = (protocol: Protocol, bytes: Buffer): Verdict => {
  const decoded = decodeMessages(protocol, bytes, families)
  if (E.isLeft(decoded)) return { framed: false }
  const encoded = encodeMessages(protocol, decoded.right, families)
  if (E.isLeft(encoded))
    return { framed: true, complaint: `cannot be encoded again, at ${encoded.left.path}` }
  const [before, after] = [bytes, encoded.right].map(each => meanings(decoded.right, each).join())
  return before === after
    ? { framed: true }
    : { framed: true, complaint: 'means something else when it is encoded again' }
}

/** Milliseconds of the processor's time: the machine may be busy with something else. */
const busy = (): number => process.cpuUsage().user / 1000

let understood = 0
const start = performance.now()
for (let n = 1; n <= inputs; n++) {
  const { protocol, bytes } = samples[chance(samples.length)] as (typeof samples)[number]
  const input = damaged(bytes, headerSizes[protocol])
  const before = busy()
  const { framed, complaint } = judge(protocol, input)
  const milliseconds = busy() - before
  if (complaint !== undefined || milliseconds > 1000)
    throw new Error(
      `input ${n} of seed ${seed}, ${protocol} ${input.toString('hex')}: ${complaint ?? `${milliseconds} ms`}`
    )
  if (framed) understood++
  if (n % Math.ceil(inputs / 20) === 0) {
    globalThis.gc?.()
    const megabytes = Math.round(process.memoryUsage().heapUsed / 2 ** 20)
    const seconds = Math.round((performance.now() - start) / 1000)
    console.log(`${n} inputs, ${understood} of them framed, ${seconds} s, heap ${megabytes} MiB`)
  }
}
