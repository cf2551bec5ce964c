/**
 * Importing this file moves a test into a sandbox of its own: the program runs again in there, and the one out here
 * ends with its status. Any test file can thus be run by hand, and nothing reaches the host.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import type { Test } from 'uvu'
import { inSandbox, sandboxSync } from '../src/namespace/sandbox'
import { openTransport } from '../src/socket/open'

const enter = (): string | undefined => {
  if (inSandbox()) return undefined
  const ended = sandboxSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)])
  if (E.isLeft(ended)) return ended.left.message
  if (ended.right.signal !== null) process.kill(process.pid, ended.right.signal)
  process.exit(ended.right.code ?? 1)
}

/** What a test cannot do without, when it is missing: the reason to skip it. */
export type Missing = string | undefined

const outside: Missing = enter()

/** The path of a command that we only compare ourselves with. */
export const oracle = (name: string): string | undefined =>
  [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']
    .map(folder => join(folder, name))
    .find(path => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

export const command = (name: string): Missing =>
  oracle(name) === undefined ? `${name} is not installed` : undefined

const unknown =
  /Unknown device type|Operation not supported|qdisc kind is unknown|TC classifier not found|TC action module|rule: No such file/

/** Whether the kernel knows what a tool asks of it. It says so before it looks at what else the request lacks. */
export const known = (what: string, tool: string, words: string, undo: string): Missing => {
  const missing = outside ?? command(tool)
  if (missing !== undefined) return missing
  const asked = spawnSync(oracle(tool) ?? tool, words.split(' '), { encoding: 'utf8' })
  spawnSync(oracle(tool) ?? tool, undo.split(' '))
  return unknown.test(asked.stderr) ? `the kernel has no ${what}` : undefined
}

/** Whether the kernel has a kind of link: `ipvlan`; with an option of it: `bridge vlan_filtering 1`. */
export const linkKind = (words: string): Missing =>
  known(words, 'ip', `link add probe type ${words}`, 'link delete probe')

/** Whether what a bridge forwards passes the tables of iptables and nftables, if it is told to. */
export const bridgedPackets = (): Missing =>
  existsSync('/proc/sys/net/bridge') ? undefined : 'br_netfilter is not loaded'

/** Whether the kernel has a kind of qdisc: `netem`. */
export const qdiscKind = (kind: string): Missing =>
  known(`qdisc ${kind}`, 'tc', `qdisc add dev lo root ${kind}`, 'qdisc delete dev lo root')

/** Whether the kernel has a kind of filter: `flower`. */
export const filterKind = (kind: string): Missing =>
  known('clsact', 'tc', 'qdisc replace dev lo clsact', '') ??
  known(`filter ${kind}`, 'tc', `filter add dev lo ingress ${kind}`, 'qdisc delete dev lo clsact')

/** Whether the kernel has an action of filters: `vlan pop`. */
export const actionKind = (words: string): Missing =>
  known(`action ${words}`, 'tc', `actions add action ${words}`, `actions flush action ${words.split(' ')[0]}`)

/** Runs an oracle: its output. */
export const run = (name: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(oracle(name) ?? name, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Registers a test that needs a kernel to itself and whatever else is listed; skips it, saying why, without. */
export const kernelTest = (
  test: Test,
  title: string,
  needs: ReadonlyArray<Missing>,
  body: () => void | Promise<void>
): void => {
  const reason = [outside, ...needs].find(each => each !== undefined)
  if (reason === undefined) test(title, body)
  else {
    // One line each, as they are counted.
    console.log(`skip: ${title.replaceAll('\n', ' ')} — ${reason}`)
    test.skip(title)
  }
}

/** Some kernels have only iptables that is made of nftables, and only the machine's own root is told of the other's tables. */
export const legacyTables = (): Missing => {
  const missing = outside ?? command('iptables-legacy')
  if (missing !== undefined) return missing
  if (spawnSync(oracle('iptables-legacy') ?? '', ['-S']).status !== 0)
    return 'the kernel has no tables of iptables-legacy'
  try {
    readFileSync('/proc/net/ip_tables_names')
    return undefined
  } catch {
    return 'which tables of iptables-legacy there are is not to be seen here'
  }
}

/** Whether a datagram of so many bytes may be sent: only the machine's root gets a send buffer of any size. */
export const sendable = (size: number): Missing => {
  if (outside !== undefined) return undefined
  const socket = openTransport('netfilter', { datagram: () => undefined, failed: () => undefined })
  if (E.isLeft(socket)) return undefined
  // Nothing in it is a message, so the kernel does nothing.
  const failure = socket.right.send(new Uint8Array(size))
  socket.right.close()
  return failure && `net.core.wmem_max lets a user send less than ${size} bytes at once`
}

/** In a user namespace there is but one user, and nobody to become. */
export const otherUser = (): Missing =>
  readFileSync('/proc/self/uid_map', 'utf8').trim().endsWith(' 1')
    ? 'only one user is mapped here'
    : undefined
