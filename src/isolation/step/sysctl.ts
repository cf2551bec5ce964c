import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { NamespaceRef } from '../../namespace/reference'
import type { Forward, SetSysctl } from '../../recipe/step'
import * as sysctl from '../../sysctl'
import { isGone } from '../error'
import { placeName } from '../world'
import { type Act, call, inside, type StepKind, type Surroundings, word } from './kind'

/** What is set, and what was set before; no value before stands for a parameter that came with a new link. */
export interface SysctlBefore {
  readonly settings: ReadonlyArray<{
    readonly key: string
    readonly value: string
    readonly before?: string
    /** Of a switch for all links at once: parameters of single ones that had the value even so. */
    readonly exceptions?: ReadonlyArray<string>
  }>
}

type Parameters = Surroundings['world']['sysctl']

const setting = (
  step: SetSysctl | Forward,
  { world, isNew }: Surroundings,
  key: string,
  value: string
): E.Either<sysctl.SysctlError, SysctlBefore['settings'][number]> => {
  const { namespace } = step
  const link = sysctl.interfaceOf(key)
  if (link !== undefined && isNew(namespace, link, step)) return E.right({ key, value })
  const before = world.sysctl.get(key, namespace)
  if (E.isRight(before)) return E.right({ key, value, before: before.right })
  return isGone(before.left) ? E.right({ key, value }) : before
}

const settingsOf = (
  step: SetSysctl | Forward,
  around: Surroundings,
  wanted: ReadonlyArray<readonly [key: string, value: string]>
): TE.TaskEither<sysctl.SysctlError, SysctlBefore> =>
  TE.fromEither(
    pipe(
      wanted,
      E.traverseArray(([key, value]) => setting(step, around, key, value)),
      E.map(settings => ({ settings }))
    )
  )

const write = (
  parameters: Parameters,
  namespace: NamespaceRef | undefined,
  settings: SysctlBefore['settings'],
  optional = false
): Act =>
  call(
    TE.fromIOEither(() =>
      pipe(
        settings,
        E.traverseArray(({ key, value }) =>
          pipe(
            parameters.set(key, value, namespace),
            E.orElse(error => (optional && isAbsent(error) ? E.right(undefined) : E.left(error)))
          )
        ),
        E.map(() => undefined)
      )
    )
  )

/** What has its value already is left alone. */
const applySettings = (
  parameters: Parameters,
  namespace: NamespaceRef | undefined,
  { settings }: SysctlBefore,
  optional = false
): Act =>
  write(
    parameters,
    namespace,
    settings.filter(({ value, before }) => value !== before),
    optional
  )

/** Puts back what was there, of parameters that are still there. */
const undoSettings = (
  parameters: Parameters,
  namespace: NamespaceRef | undefined,
  { settings }: SysctlBefore
) => {
  const changed = settings.filter(({ value, before }) => before !== undefined && value !== before)
  if (changed.length === 0) return undefined
  return call(
    TE.fromIOEither(() =>
      pipe(
        changed.flatMap(({ key, value, before, exceptions = [] }) => [
          [key, before as string] as const,
          ...exceptions.map(exception => [exception, value] as const)
        ]),
        E.traverseArray(([key, value]) =>
          pipe(
            parameters.set(key, value, namespace),
            E.orElse(error => (isGone(error) ? E.right(undefined) : E.left(error)))
          )
        ),
        E.map(() => undefined)
      )
    )
  )
}

const sameValue = (a: string, b: string): boolean =>
  a.trim().split(/\s+/).join(' ') === b.trim().split(/\s+/).join(' ')

/** A parameter that is not there any more went with its link or namespace, whose own step says that it is gone. */
const checkSettings = (
  parameters: Parameters,
  namespace: NamespaceRef | undefined,
  { settings }: SysctlBefore
): TE.TaskEither<sysctl.SysctlError, ReadonlyArray<string>> =>
  TE.fromIOEither(() =>
    pipe(
      settings,
      E.traverseArray(({ key, value }) =>
        pipe(
          parameters.get(key, namespace),
          E.map(now =>
            sameValue(now, value) ? [] : [`${key} ${placeName(namespace)} is ${now}, not ${value}`]
          ),
          E.orElse(error => (isGone(error) ? E.right([]) : E.left(error)))
        )
      ),
      E.map(found => found.flat())
    )
  )

const isAbsent = (error: sysctl.SysctlError): boolean =>
  error._tag === 'SysctlFailed' && error.code === 'ENOENT'

/**
 * A key as sysctl(8) takes it. Dots separate for it wherever they stand, unless it meets a slash first; a name may have
 * some, and so may a shell's variable.
 */
const keyText = (key: string): string => {
  const path = (sysctl.pathOf(key) ?? '').slice('/proc/sys/'.length)
  return /[.$]/.test(path) ? path : key
}

/** What a person types to set a kernel parameter. */
export const sysctlLine = (
  namespace: NamespaceRef | undefined,
  key: string,
  value: string,
  optional = false
): string => inside(namespace, `sysctl -q${optional ? ' -e' : ''} -w ${word(`${keyText(key)}=${value}`)}`)

/** A kernel parameter: `sysctl -w`. */
export const sysctlStep: StepKind<SetSysctl, SysctlBefore> = {
  describe: ({ key, value, namespace }) => `set ${key} to ${value} ${placeName(namespace)}`,
  before: (step, around) => settingsOf(step, around, [[step.key, step.value]]),
  apply: ({ namespace, optional }, before, { world }) =>
    applySettings(world.sysctl, namespace, before, optional),
  undo: ({ namespace }, before, { world }) => undoSettings(world.sysctl, namespace, before),
  check: ({ namespace }, before, { world }) => checkSettings(world.sysctl, namespace, before),
  repair: ({ namespace, optional }, { settings }, { world }) =>
    write(world.sysctl, namespace, settings, optional),
  script: ({ key, value, namespace, optional }) => [sysctlLine(namespace, key, value, optional)]
}

/** Whether IPv6 forwards what comes in by any link. */
const switchForAll = 'net.ipv6.conf.all.forwarding'

/**
 * IPv4 forwards what comes in by a link if that link may; nothing else of the host is opened. IPv6 has the same since
 * Linux 6.17; before, only a switch for all links at once.
 */
const forwardingKeys = (family: Forward['family'], link: string, scoped: boolean): string =>
  family === 'ipv4'
    ? `net.ipv4.conf.${link}.forwarding`
    : scoped
      ? `net.ipv6.conf.${link}.force_forwarding`
      : switchForAll

const hasScopedIpv6 = (parameters: Parameters, namespace: NamespaceRef | undefined): boolean =>
  E.isRight(parameters.get('net.ipv6.conf.all.force_forwarding', namespace))

const linksIn = (parameters: Parameters, namespace: NamespaceRef | undefined): ReadonlyArray<string> =>
  pipe(
    parameters.interfaces('ipv6', namespace),
    E.getOrElse((): ReadonlyArray<string> => [])
  )

/** The keys of a parameter of links, of those whose value is such. */
const keysWith = (
  parameters: Parameters,
  namespace: NamespaceRef | undefined,
  links: ReadonlyArray<string>,
  parameter: string,
  holds: (value: string) => boolean
): ReadonlyArray<string> =>
  links
    .map(link => `net.ipv6.conf.${link}.${parameter}`)
    .filter(key => {
      const value = parameters.get(key, namespace)
      return E.isRight(value) && holds(value.right)
    })

/**
 * A host that forwards everything forgets what routers told it, and ignores their advertisements, on every link that
 * is not told to accept them all the same.
 */
const acceptAdvertisements = (
  parameters: Parameters,
  namespace: NamespaceRef | undefined
): ReadonlyArray<readonly [key: string, value: string]> =>
  // 2 may be another isolation's doing: on record here too, it can be handed over when that one goes first.
  keysWith(parameters, namespace, linksIn(parameters, namespace), 'accept_ra', value =>
    ['1', '2'].includes(value)
  ).map(key => [key, '2'] as const)

const forwardingSettings = (
  parameters: Parameters,
  { family, links, namespace }: Forward
): ReadonlyArray<readonly [key: string, value: string]> => {
  const scoped = family === 'ipv4' || hasScopedIpv6(parameters, namespace)
  const keys = [...new Set(links.map(link => forwardingKeys(family, link, scoped)))]
  return [
    ...(scoped ? [] : acceptAdvertisements(parameters, namespace)),
    ...keys.map(key => [key, '1'] as const)
  ]
}

/** Turned off for all links, forwarding is off for those too that had it while it was off for the others. */
const withExceptions = (
  parameters: Parameters,
  namespace: NamespaceRef | undefined,
  { settings }: SysctlBefore
): SysctlBefore => ({
  settings: settings.map(setting => {
    if (setting.key !== switchForAll || setting.before !== '0') return setting
    const links = ['default', ...linksIn(parameters, namespace)]
    const exceptions = keysWith(parameters, namespace, links, 'forwarding', value => value !== '0')
    return exceptions.length === 0 ? setting : { ...setting, exceptions }
  })
})

/** Which of the links, or of all where forwarding knows no single ones, forward nothing that comes in by them. */
export const forwardedOnlyNow = (
  parameters: Parameters,
  family: Forward['family'],
  links: ReadonlyArray<string>,
  namespace: NamespaceRef | undefined
): ReadonlyArray<string> => {
  if (links.length === 0) return []
  const isOn = (key: string): boolean => {
    const value = parameters.get(key, namespace)
    return E.isRight(value) && value.right === '1'
  }
  if (family === 'ipv4') return links.filter(link => !isOn(forwardingKeys(family, link, true)))
  if (isOn(switchForAll)) return []
  return hasScopedIpv6(parameters, namespace)
    ? links.filter(link => !isOn(forwardingKeys(family, link, true)))
    : pipe(
        parameters.interfaces('ipv6', namespace),
        E.getOrElse(() => links)
      ).filter(link => link !== 'lo')
}

/** The parameter by which packets that come in by one link pass; there is none for IPv6 before Linux 6.17. */
export const forwardingKey = (
  parameters: Parameters,
  family: Forward['family'],
  link: string,
  namespace: NamespaceRef | undefined
): string | undefined =>
  family === 'ipv4' || hasScopedIpv6(parameters, namespace) ? forwardingKeys(family, link, true) : undefined

/** What a shell looks at for that. */
export const forwardingKeyText = (family: Forward['family'], link: string): string => {
  const key = keyText(forwardingKeys(family, link, family === 'ipv4'))
  return key.includes('$uplink') ? `"${key}"` : word(key)
}

/** The same as forwardingSettings decides, by a shell. */
const forwardingScript = ({ family, links, namespace }: Forward): ReadonlyArray<string> => {
  const scoped = links.map(link => sysctlLine(namespace, forwardingKeys(family, link, true), '1'))
  if (family === 'ipv4') return scoped
  const advertisements = `grep -lsx 1 /proc/sys/net/ipv6/conf/*/accept_ra | grep -v -e /all/ -e /default/`
  return [
    'if [ -e /proc/sys/net/ipv6/conf/all/force_forwarding ]; then',
    ...scoped.map(indented),
    'else',
    indented(inside(namespace, `sh -c '${advertisements} | while read -r key; do echo 2 >"$key"; done'`)),
    indented(sysctlLine(namespace, switchForAll, '1')),
    'fi'
  ]
}

const indented = (text: string): string => `  ${text}`

/** Forwarding of packets that come in by some links. */
export const forwardStep: StepKind<Forward, SysctlBefore> = {
  describe: ({ links, namespace }) => `let packets from ${links.join(' and ')} pass ${placeName(namespace)}`,
  before: (step, around) =>
    pipe(
      settingsOf(step, around, forwardingSettings(around.world.sysctl, step)),
      TE.map(before => withExceptions(around.world.sysctl, step.namespace, before))
    ),
  apply: ({ namespace }, before, { world }) => applySettings(world.sysctl, namespace, before),
  undo: ({ namespace }, before, { world }) => undoSettings(world.sysctl, namespace, before),
  check: ({ namespace }, before, { world }) => checkSettings(world.sysctl, namespace, before),
  repair: ({ namespace }, { settings }, { world }) => write(world.sysctl, namespace, settings),
  script: forwardingScript
}
