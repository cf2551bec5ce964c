import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { quoted } from '../../protocol/definition/error'
import { within } from '../namespace/enter'
import type { NamespaceError } from '../namespace/error'
import type { NamespaceRef } from '../namespace/reference'

/** A kernel parameter that could not be read or written. */
export interface SysctlFailed {
  readonly _tag: 'SysctlFailed'
  readonly message: string
  readonly key: string
  readonly code: string
  readonly hint?: string
}

export type SysctlError = SysctlFailed | NamespaceError

/** Keys with the name of an interface in them. */
const perInterface = /^(net\.ipv[46]\.(?:conf|neigh))\.(.+)\.([^.]+)$/

/**
 * The path of a key below /proc/sys. Dots separate, but the name of an interface keeps its own:
 * `net.ipv4.conf.eth0.100.forwarding` is that of `eth0.100`. With a slash in the key, slashes separate instead.
 */
export const pathOf = (key: string): string | undefined => {
  if (typeof key !== 'string') return undefined
  const named = key.includes('/') ? null : perInterface.exec(key)
  const segments =
    named !== null
      ? [...(named[1] as string).split('.'), named[2] as string, named[3] as string]
      : key.split(key.includes('/') ? '/' : '.')
  return segments.every(
    segment => segment !== '' && segment !== '.' && segment !== '..' && !/[\0/]/.test(segment)
  )
    ? join('/proc/sys', ...segments)
    : undefined
}

/** The interface that a key is about, if it is about one. */
export const interfaceOf = (key: string): string | undefined => perInterface.exec(key)?.[2]

const hints: { readonly [code: string]: string } = {
  ENOENT: 'this kernel or this namespace has no such parameter',
  EACCES: 'root is needed',
  EPERM: 'root is needed',
  EROFS: '/proc/sys is mounted read-only here, as in an unprivileged container',
  EINVAL: 'the kernel does not take this value'
}

/** Who may do it, by the file's mode; where nobody may, root is told no as well. */
const oneWay: { readonly [doing: string]: readonly [mode: number, hint: string] } = {
  read: [0o444, 'this parameter can only be written'],
  write: [0o222, 'this parameter can only be read']
}

const forNobody = (path: string, doing: string): string | undefined => {
  const [mode = 0, hint] = oneWay[doing] ?? []
  const file = statSync(path, { throwIfNoEntry: false })
  return file !== undefined && (file.mode & mode) === 0 ? hint : undefined
}

const failed = (key: string, doing: string, error: unknown, path?: string): SysctlFailed => {
  const { code = 'UNKNOWN' } = error as NodeJS.ErrnoException
  const refused = code === 'EACCES' || code === 'EPERM'
  const hint = (refused && path !== undefined ? forNobody(path, doing) : undefined) ?? hints[code]
  return {
    _tag: 'SysctlFailed',
    message: `cannot ${doing} ${typeof key === 'string' ? key : quoted(key)}: ${code}${hint === undefined ? '' : `, ${hint}`}`,
    key,
    code,
    ...(hint !== undefined && { hint })
  }
}

const at = <A>(
  namespace: NamespaceRef | undefined,
  key: string,
  doing: string,
  use: (path: string) => A
): E.Either<SysctlError, A> => {
  const path = pathOf(key)
  if (path === undefined) return E.left(failed(key, doing, { code: 'ENOENT' }))
  const attempt = (): E.Either<SysctlError, A> =>
    E.tryCatch(
      () => use(path),
      error => failed(key, doing, error, path)
    )
  return namespace === undefined ? attempt() : pipe(within(namespace, attempt), E.flattenW)
}

/** The value of a kernel parameter in a namespace, ours by default: `sysctl -n`. man 8 sysctl */
export const get = (key: string, namespace?: NamespaceRef): E.Either<SysctlError, string> =>
  at(namespace, key, 'read', path => readFileSync(path, 'utf8').trimEnd())

/** The interfaces that have parameters of a family in a namespace, ours by default. */
export const interfaces = (
  family: 'ipv4' | 'ipv6',
  namespace?: NamespaceRef
): E.Either<SysctlError, ReadonlyArray<string>> =>
  at(namespace, `net.${family}.conf`, 'list', path =>
    readdirSync(path).filter(name => name !== 'all' && name !== 'default')
  )

/** Sets a kernel parameter in a namespace, ours by default: `sysctl -w`. */
export const set = (
  key: string,
  value: string | number,
  namespace?: NamespaceRef
): E.Either<SysctlError, void> => at(namespace, key, 'write', path => writeFileSync(path, `${value}\n`))
