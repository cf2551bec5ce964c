/**
 * Importing this file moves a test into a sandbox of its own: the program runs again in there, and the one out here
 * ends with its status. Any test file can thus be run by hand, and nothing reaches the host.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import type { Test } from 'uvu'
import { inSandbox, sandboxSync } from '../src/namespace/sandbox'

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

/** Whether the kernel knows a kind of link: `ipvlan`. It says so before it looks at what else the link lacks. */
export const linkKind = (kind: string): Missing => {
  const { error, stderr } = spawnSync(oracle('ip') ?? 'ip', ['link', 'add', 'probe', 'type', kind], {
    encoding: 'utf8'
  })
  if (error !== undefined) return command('ip')
  spawnSync(oracle('ip') ?? 'ip', ['link', 'delete', 'probe'])
  return /Unknown device type|Operation not supported/.test(stderr) ? `the kernel has no ${kind}` : undefined
}

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
    console.log(`skip: ${title} — ${reason}`)
    test.skip(title)
  }
}

/** In a user namespace there is but one user, and nobody to become. */
export const otherUser = (): Missing =>
  readFileSync('/proc/self/uid_map', 'utf8').trim().endsWith(' 1')
    ? 'only one user is mapped here'
    : undefined
