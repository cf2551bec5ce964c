/**
 * The two hosts of the posts on one wire, built with `ip` in the sandbox: the one that we are on, and `other`. Each
 * has an eth0, on 10.0.6.0/24 and fd00:6::/64; the host also has the addresses that end in 11, and default routes.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { NamespaceRef } from '../src/index'
import { namespaces, open } from '../src/promises'
import { oracle } from './sandbox'

export const host: NamespaceRef = { pid: process.pid }

/** Many commands of ip(8) in one process: starting one costs more than what it does. */
export const ip = (commands: string, ...options: ReadonlyArray<string>): void =>
  void execFileSync(oracle('ip') ?? 'ip', [...options, '-batch', '-'], {
    input: commands,
    stdio: ['pipe', 'pipe', 'pipe']
  })

/** Runs a shell script: its output. */
export const sh = (script: string): string =>
  execFileSync('sh', ['-e'], { input: script, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })

const sysctl = (key: string, value: string | number): void =>
  writeFileSync(`/proc/sys/${key.replaceAll('.', '/')}`, String(value))

/** Addresses are there at once: nobody on the wire has the same. */
const withoutDuplicates = (): void => sysctl('net.ipv6.conf.eth0.accept_dad', 0)

export const raise = (): void => {
  ip(`netns add other
link add eth0 type veth peer name eth0 netns other`)
  withoutDuplicates()
  ip(`link set lo up
link set eth0 up
address add 10.0.6.10/24 dev eth0
address add 10.0.6.11/24 dev eth0
address add fd00:6::11/64 dev eth0
address add fd00:6::10/64 dev eth0
route add default via 10.0.6.1
route add default via fd00:6::1 dev eth0`)
  void namespaces.run('other', withoutDuplicates)
  ip(
    `link set lo up
link set eth0 up
address add 10.0.6.20/24 dev eth0
address add fd00:6::20/64 dev eth0`,
    '-n',
    'other'
  )
  settle('eth0')
  settle('eth0', '-n', 'other')
}

/**
 * Waits for the kernel, which sees a little later that a link has a carrier, gives it a link-local address then, and
 * answers for its IPv6 addresses once it has a route for each.
 */
export const settle = (link: string, ...options: ReadonlyArray<string>): void => {
  const told = (...words: ReadonlyArray<string>): string =>
    execFileSync(oracle('ip') ?? 'ip', [...options, ...words, 'dev', link], { encoding: 'utf8' })
  const waits = (): boolean => {
    const shown = told('address', 'show')
    const routes = told('-6', 'route', 'show', 'table', 'local', 'type', 'local')
    return (
      /NO-CARRIER|tentative|state (?!UP)/.test(shown) ||
      !shown.includes('inet6 fe80:') ||
      [...shown.matchAll(/inet6 ([^/ ]+)/g)].some(([, address]) => !routes.includes(`${address} `))
    )
  }
  for (const end = performance.now() + patient; performance.now() < end && waits(); );
}

/** Removes whatever is there, so that a test that failed does not disturb the next one. */
export const raze = (): void => {
  const names = readdirSync('/run/netns').map(name => `netns delete ${name}`)
  const links = readdirSync('/proc/sys/net/ipv4/conf')
    .filter(name => !['all', 'default', 'lo'].includes(name))
    .map(name => `link delete ${name}`)
  // A veth takes its other end along.
  spawnSync(oracle('ip') ?? 'ip', ['-force', '-batch', '-'], { input: [...links, ...names].join('\n') })
  sh('nft flush ruleset')
  for (const family of ['ipv4', 'ipv6']) sysctl(`net.${family}.conf.all.forwarding`, 0)
  rmSync('/run/isolink', { recursive: true, force: true })
}

const parametersBelow = (folder: string): ReadonlyArray<string> =>
  sh(`grep -rs '' ${folder} || true`).trim().split('\n').sort()

/**
 * Waits for the kernel, which looks once a second whether links have a carrier: where it is emulated we are there before.
 * `into` is how a command gets into the namespace.
 */
export const seen = (into = ''): string =>
  process.env.ISOLINK_VM === undefined
    ? ':'
    : `! ${into} ip -o link | grep -v LOOPBACK | grep -qE 'NO-CARRIER|state UNKNOWN' || sleep 1.2`

/** In an order that does not depend on their indexes. */
export const byName = <A extends { readonly ifname: string }>(links: ReadonlyArray<A>): ReadonlyArray<A> =>
  links.toSorted((a, b) => a.ifname.localeCompare(b.ifname))

/** All of the host that an isolation could change. */
export const stateOfHost = (): object => {
  const [addresses, routes4, routes6, rules4, rules6, ruleset] = sh(`
${seen()}
ip -d -j address
ip -d -j route show table all
ip -d -j -6 route show table all
ip -j rule
ip -j -6 rule
nft -j list ruleset`)
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)
  return {
    addresses: byName(addresses as ReadonlyArray<{ readonly ifname: string }>),
    routes: [routes4, routes6],
    rules: [rules4, rules6],
    ruleset,
    namespaces: readdirSync('/run/netns').sort(),
    parameters: parametersBelow(
      '/proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf /proc/sys/net/ipv4/ip_forward'
    )
  }
}

/** What came, changed or went on the host meanwhile, of links and addresses. */
export const seenOnHost = async (use: () => Promise<void>): Promise<ReadonlyArray<string>> => {
  await using here = open()
  const seen: Array<string> = []
  const last = 'sentinel'
  const following = (async () => {
    for await (const event of here.monitor(['link', 'address'])) {
      const text = JSON.stringify('value' in event ? { ...event.value, message: undefined } : event)
      if (text.includes(last)) return
      seen.push(`${event.object} ${text}`)
    }
  })()
  await use()
  await here.link.add({ kind: 'veth', name: last, peer: { name: `${last}-2` } })
  await following
  await here.link.remove(last)
  return seen
}

export interface Unnamed {
  readonly pid: number
  /** Ends the process, and with it the namespace. */
  readonly end: () => Promise<void>
}

/** A process in a network namespace that has no name: `unshare --net`. */
export const unnamed = async (): Promise<Unnamed> => {
  const child = spawn(oracle('unshare') ?? 'unshare', ['--net', 'sleep', '600'], { stdio: 'ignore' })
  await once(child, 'spawn')
  const pid = child.pid as number
  const network = (of: number | 'self'): string => readlinkSync(`/proc/${of}/ns/net`)
  while (network(pid) === network('self')) await delay(1)
  child.unref()
  return {
    pid,
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.ref()
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    }
  }
}

export interface Service {
  /** The addresses that asked, in order. */
  readonly asked: ReadonlyArray<string>
  readonly close: () => void
}

/** A server in a namespace that answers everyone, over TCP and UDP, with the address that it sees him by. */
export const serve = async (ref: NamespaceRef, port: number, address = '::'): Promise<Service> => {
  const asked: Array<string> = []
  const note = (from: string | undefined): string => {
    const plain = (from ?? '').replace(/^::ffff:/, '')
    asked.push(plain)
    return plain
  }
  const server: Server = createServer(socket => socket.end(note(socket.remoteAddress)))
  const datagrams = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  datagrams.on('message', (_, { address: from, port: to }) => datagrams.send(note(from), to, from))
  await namespaces.listen(ref, server, { host: address, port })
  await namespaces.listen(ref, datagrams, { host: address, port })
  // A test that failed and left it open does not keep the program alive.
  server.unref()
  datagrams.unref()
  return {
    asked,
    close: () => {
      server.close()
      datagrams.close()
    }
  }
}

export interface Question {
  readonly protocol?: 'tcp' | 'udp'
  /** The address to ask from. */
  readonly from?: string
  /** Milliseconds to wait for the answer. */
  readonly patience?: number
}

/** How long to wait for an answer that must not come, in milliseconds; who expects one waits as long as he is let. */
export const briefly = 500

/** Milliseconds that an answer may take on a machine that stands still now and then. */
export const patient = 10_000

/** Whether it comes to be so. */
export const becomes = async (holds: () => boolean, patience = patient): Promise<boolean> => {
  for (const end = performance.now() + patience; !holds(); await delay(10))
    if (performance.now() > end) return false
  return true
}

/** Waits, not for long, until the host is as it was: the kernel ends a namespace's links a while after the namespace. */
export const hostIs = async (before: object): Promise<void> => {
  const text = JSON.stringify(before)
  await becomes(() => JSON.stringify(stateOfHost()) === text)
}

/** Whether an echo request from here is answered there. */
export const reaches = async (ref: NamespaceRef, address: string, timeout = patient): Promise<boolean> =>
  (await namespaces.ping(ref, address, { timeout })).received === 1

/** What such a server says, or the code of the error in its place; for want of any, `silence`. */
export const ask = async (
  ref: NamespaceRef,
  address: string,
  port: number,
  { protocol = 'tcp', from, patience = patient }: Question = {}
): Promise<string> =>
  protocol === 'tcp' ? askTcp(ref, address, port, from, patience) : askUdp(ref, address, port, from, patience)

const askTcp = async (
  ref: NamespaceRef,
  address: string,
  port: number,
  localAddress: string | undefined,
  timeout: number
): Promise<string> => {
  try {
    const socket = await namespaces.connect(ref, {
      host: address,
      port,
      timeout,
      ...(localAddress !== undefined && { localAddress })
    })
    socket.setTimeout(timeout, () => socket.destroy())
    return Buffer.concat(await socket.toArray()).toString() || 'silence'
  } catch (error) {
    const { _tag, code } = error as { readonly _tag?: string; readonly code?: string }
    return _tag === 'TimedOut' ? 'silence' : (code ?? String(error))
  }
}

const askUdp = async (
  ref: NamespaceRef,
  address: string,
  port: number,
  from: string | undefined,
  patience: number
): Promise<string> => {
  const ipv6 = address.includes(':')
  const socket = createSocket(ipv6 ? 'udp6' : 'udp4')
  await namespaces.listen(ref, socket, { host: from ?? (ipv6 ? '::' : '0.0.0.0') })
  return new Promise(resolve => {
    const end = (answer: string): void => {
      clearTimeout(timer)
      socket.close()
      resolve(answer)
    }
    const timer = setTimeout(() => end('silence'), patience)
    socket.once('message', answer => end(answer.toString()))
    socket.send('who am I?', port, address, error => {
      if (error !== null) end((error as NodeJS.ErrnoException).code ?? error.message)
    })
  })
}

/** The error that a promise is rejected with. */
export const refusal = async (promise: Promise<unknown>): Promise<Record<string, unknown>> => {
  try {
    const value = await promise
    throw new Error(`succeeded with ${JSON.stringify(value)}`)
  } catch (error) {
    if ((error as { readonly _tag?: unknown })._tag === undefined) throw error
    return error as Record<string, unknown>
  }
}

/** The text of a file of /proc/sys. */
export const parameter = (key: string): string =>
  readFileSync(`/proc/sys/${key.replaceAll('.', '/')}`, 'utf8').trim()

/** Whether this kernel, or this link, has such a parameter. */
export const hasParameter = (key: string): boolean => existsSync(`/proc/sys/${key.replaceAll('.', '/')}`)

/** Milliseconds that the kernel may look for others with the same address. */
const inquiry = 5000

/** The host, once the kernel has seen that both ends of each veth are up, and that nobody else has their addresses. */
export const settled = async (): Promise<object> => {
  const deadline = performance.now() + inquiry
  for (let last = ''; ; await delay(200)) {
    const state = stateOfHost()
    const text = JSON.stringify(state)
    // Where there is no carrier, it never comes to look.
    if (text === last && (!text.includes('"tentative":true') || performance.now() > deadline)) return state
    last = text
  }
}
