import { spawnSync } from 'node:child_process'
import { isDeepStrictEqual } from 'node:util'
import * as assert from 'uvu/assert'
import type { NamespaceRef } from '../../src/index'
import { becomes, seen, sh } from '../lab'

/** What differs between two equal worlds: numbers that the kernel gives, when it comes to look after a link, and our marks. */
const incidental = new Set([
  'ifindex',
  'link_index',
  'link_netnsid',
  'handle',
  'comment',
  'index',
  'operstate',
  'permaddr',
  'ifalias'
])

const linkLocal = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).some(each => typeof each === 'string' && /^fe80::[^/]/.test(each))

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

/** What is the same of two equal worlds. */
export const essence = (value: unknown): unknown => {
  if (Array.isArray(value))
    return value
      .filter(each => !linkLocal(each))
      .map(essence)
      .sort(byText)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key, each]) =>
          !incidental.has(key) && !key.endsWith('_timer') && !/^([0-9a-f]{2}:){5}/.test(String(each))
      )
      .map(([key, each]) => [key, essence(each)])
  )
}

/** How a command is run in a namespace. */
const into = (ref: NamespaceRef): string => {
  if (typeof ref === 'string') return `ip netns exec ${ref}`
  if ('pid' in ref) return `nsenter --net=/proc/${ref.pid}/ns/net`
  return `nsenter --net=${'path' in ref ? ref.path : `/proc/self/fd/${ref.fd}`}`
}

/** Runs a script as a person would, whom it tells nothing. */
export const runQuietly = (script: string): void => {
  const { status, stdout, stderr } = spawnSync('sh', ['-e'], { input: script, encoding: 'utf8' })
  assert.equal([status, stdout, stderr], [0, '', ''])
}

/** Whether the kernel answers there for an address already: on a link that is connected, and nobody is asked any more. */
export const isReady = (ref: NamespaceRef, address: string): boolean => {
  const [links, routes] = sh(`${into(ref)} ip -j address show to ${address}
${into(ref)} ip -j -${address.includes(':') ? 6 : 4} route show table local type local ${address}`)
    .trim()
    .split('\n')
    .map(line => JSON.parse(line)) as [ReadonlyArray<ToldLink>, ReadonlyArray<unknown>]
  const [link] = links
  return (
    link !== undefined &&
    !link.flags.includes('NO-CARRIER') &&
    link.addr_info.every(({ tentative }) => tentative !== true) &&
    routes.length === 1
  )
}

interface ToldLink {
  readonly flags: ReadonlyArray<string>
  readonly addr_info: ReadonlyArray<{ readonly tentative?: boolean }>
}

/** That the world comes to be so: the commands of a script do not wait for the kernel, as we do. */
export const comesToBe = async (world: () => unknown, expected: unknown): Promise<void> => {
  await becomes(() => isDeepStrictEqual(world(), expected))
  assert.equal(world(), expected)
}

/** All of a namespace that a recipe could change. */
export const stateIn = (ref: NamespaceRef): unknown => [
  ...sh(`${seen(into(ref))}
${into(ref)} ip -d -j address
${into(ref)} ip -j route show table all
${into(ref)} ip -j -6 route show table all`)
    .trim()
    .split('\n')
    .map(line => JSON.parse(line)),
  sh(`${into(ref)} sh -c "grep -rs '' /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf || true"`)
    .split('\n')
    .sort()
]
