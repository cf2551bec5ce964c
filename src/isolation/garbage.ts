import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Message } from '../../protocol'
import type { Element } from '../../protocol/nftables/element'
import type { Link } from '../link'
import * as link from '../link'
import { cookie } from '../namespace/cookie'
import { list } from '../namespace/named'
import { elements, removeElements, removeTable, tables } from '../nftables'
import type { Route } from '../route'
import * as route from '../route'
import type { NetlinkError } from '../socket/error'
import { checkCapabilities } from './capability'
import { type IsolationError, isGone } from './error'
import { inWorld } from './execution'
import { exceptions, removeExceptions } from './firewall/hindrance'
import { familyNames, setNames, type TableFamily, tableOf } from './firewall/layout'
import { change, ownerOf } from './firewall/table'
import { guestsIn } from './guest'
import type { Journal } from './journal'
import { type Owners, ownersIn } from './leftover'
import { changing, type Machine, thisMachine, type Waiting } from './machine'
import { linksOf } from './premise'
import { ip, word } from './step/kind'
import { forwardingKey } from './step/sysctl'
import { ownerTagged } from './tag'
import { placeName, type World } from './world'

export interface GarbageOptions extends Waiting {
  /** Only looks. */
  readonly dryRun?: boolean
}

/** What isolink once made and nobody owns any more. */
export interface Garbage {
  /** What has been removed, or would be: `the namespace blue`. */
  readonly removed: ReadonlyArray<string>
  /** What is left in place, and why. */
  readonly left: ReadonlyArray<string>
}

/**
 * Removes what bears our mark and belongs to no isolation that is on record: namespaces and links that we made, and
 * elements of our tables, here and in the named namespaces. It needs no record of them. What bears no mark stays, as
 * does what another state directory's isolations own. All that an owner had stays where somebody else's interface would
 * be lost with his namespace, or where the host has its default route by his link.
 */
export const collectGarbage = (options: GarbageOptions = {}): TE.TaskEither<IsolationError, Garbage> =>
  collectGarbageOn(thisMachine())(options)

export const collectGarbageOn =
  (machine: Machine) =>
  ({ dryRun = false, signal }: GarbageOptions = {}): TE.TaskEither<IsolationError, Garbage> =>
    changing(
      machine,
      pipe(
        TE.fromIOEither(() => knownTo(machine, dryRun)),
        TE.chainW(known => () => inWorld(machine, world => sweep(world, known, dryRun)))
      ),
      signal
    )

interface Known extends Owners {
  /** The namespaces that isolations on record work in. */
  readonly cookies: ReadonlySet<string>
}

/**
 * Names that have no record, though something bears their mark still, and what there is to say of each, in sentences:
 * somebody has removed the record, or it was damaged and has been set aside. Looks at namespaces and at the links of the host, and changes nothing. Whoever lacks
 * capabilities sees none.
 */
export const unrecorded = (
  machine: Machine,
  /** Names that have a damaged record, which counts as none. */
  damaged: ReadonlySet<string> = new Set()
): TE.TaskEither<IsolationError, ReadonlyMap<string, ReadonlyArray<string>>> =>
  E.isLeft(checkCapabilities())
    ? TE.right(new Map())
    : pipe(
        TE.fromIOEither(() => ownersIn(machine.journal, name => !damaged.has(name))),
        TE.chainW(
          ({ areGone }) =>
            () =>
              inWorld(machine, world => remains(world, machine, areGone))
        )
      )

const remains = async (
  world: World,
  { journal }: Machine,
  areGone: Owners['areGone']
): Promise<E.Either<IsolationError, ReadonlyMap<string, ReadonlyArray<string>>>> => {
  const named = await list()
  if (E.isLeft(named)) return named
  const here = await world.send(link.list())()
  if (E.isLeft(here)) return here
  const marks = here.right.map(({ alias }) => ownerTagged(alias))
  for (const { name, identity } of named.right) {
    const maker = identity === undefined ? E.right(undefined) : await makerOf(world, name)()
    if (E.isLeft(maker)) return maker
    marks.push(maker.right)
  }
  const names = new Set(
    marks.flatMap(mark => {
      const [name = ''] = (mark ?? '').split(/[@/]/)
      return mark !== undefined && areGone(mark) && areGone(journal.owner(name)) ? [name] : []
    })
  )
  const found = new Map<string, ReadonlyArray<string>>()
  for (const name of names) {
    const own = (mark: string): boolean => mark.split('/')[0] === journal.owner(name)
    const swept = await sweep(world, { areGone: own, cookies: new Set() }, true)
    if (E.isLeft(swept)) return swept
    const kept = journal.setAside(name)
    if (E.isLeft(kept)) return kept
    found.set(name, [
      ...kept.right.map(path => `its record was damaged, and is kept as ${path}`),
      ...swept.right.removed.map(each => `isolink gc would remove ${each}`),
      ...swept.right.left.map(each => `isolink gc would leave ${each}`)
    ])
  }
  return E.right(found)
}

const knownTo = (machine: Machine, dryRun: boolean): E.Either<IsolationError, Known> =>
  pipe(
    entriesIn(machine.journal, dryRun),
    E.bindTo('own'),
    E.bindW('members', ({ own: { entries } }) =>
      pipe(
        entries,
        E.traverseArray(({ plan: { name } }) =>
          pipe(
            entriesIn(machine.journal.members(name), dryRun),
            E.map(({ damaged, ...rest }) => ({ ...rest, damaged: damaged.map(each => `${name}/${each}`) }))
          )
        )
      )
    ),
    E.bindW('gone', ({ own, members }) => {
      const unsound = new Set([own, ...members].flatMap(each => each.damaged))
      return ownersIn(machine.journal, name => !unsound.has(name))
    }),
    E.map(({ own, members, gone: { areGone } }) => ({
      areGone,
      cookies: new Set(
        [own, ...members]
          .flatMap(each => each.entries)
          .flatMap(entry => entry.places.map(({ cookie }) => cookie))
      )
    }))
  )

/** What is on record, and the names whose records nobody can trust: those are set aside, unless we only look. */
const entriesIn = ({ records, takeAll }: Journal, dryRun: boolean) =>
  pipe(
    dryRun ? records() : takeAll(),
    E.map(({ entries, damaged }) => ({ entries, damaged: [...damaged.keys()] }))
  )

type Place = string | undefined

/** Whose mark a namespace bears, if it was made by us: it is on its `lo`, and so goes wherever its name goes. */
const makerOf = (world: World, name: string): TE.TaskEither<NetlinkError, string | undefined> =>
  pipe(
    world.send(link.get('lo'), name),
    TE.map(({ alias }) => ownerTagged(alias)),
    // It has come to an end meanwhile.
    TE.orElse(error => (isGone(error) ? TE.right(undefined) : TE.left(error)))
  )

const sweep = async (
  world: World,
  known: Known,
  dryRun: boolean
): Promise<E.Either<IsolationError, Garbage>> => {
  const named = await list()
  if (E.isLeft(named)) return named
  const removed: Array<string> = []
  const left: Array<string> = []
  const inhabited: Array<Place> = [undefined]
  const deserted: Array<string> = []
  /** Those of whom something must stay: so does all else that they have. */
  const spared = new Set<string>()
  for (const { name, identity } of named.right) {
    if (identity === undefined) continue
    const maker = await makerOf(world, name)()
    if (E.isLeft(maker)) return maker
    if (maker.right === undefined || !known.areGone(maker.right) || isUsed(name, known)) {
      inhabited.push(name)
      continue
    }
    const guests = await guestsIn(world, name, maker.right)()
    if (E.isLeft(guests)) return guests
    if (guests.right.length === 0) {
      deserted.push(name)
      continue
    }
    spared.add(maker.right)
    left.push(occupied(name, maker.right, guests.right))
  }
  const vital = await lifelines(world, known)()
  if (E.isLeft(vital)) return vital
  for (const { name, owner } of vital.right) {
    if (spared.has(owner)) continue
    spared.add(owner)
    left.push(indispensable(name, owner))
  }
  // Not before all have been looked at: the other end of a wire goes with the first of them.
  for (const name of deserted) {
    const gone = dryRun ? E.right(undefined) : await world.detach(name)()
    if (E.isLeft(gone)) return gone
    removed.push(`the namespace ${name}`)
  }
  const owners: Known = { ...known, areGone: mark => known.areGone(mark) && !spared.has(mark) }
  for (const place of inhabited) {
    for (const family of ['ip', 'ip6'] as const) {
      const swept = await sweepTable(world, place, family, owners, dryRun)()
      if (E.isLeft(swept)) return swept
      removed.push(...swept.right.removed)
      left.push(...swept.right.left)
    }
    const passing = await sweepExceptions(world, place, owners, dryRun)()
    if (E.isLeft(passing)) return passing
    removed.push(...passing.right)
    const links = await sweepLinks(world, place, owners, dryRun)()
    if (E.isLeft(links)) return links
    removed.push(...links.right)
  }
  return E.right({ removed, left })
}

/** One that is on record may work in a namespace that another, which is gone, had made. */
const isUsed = (name: string, { cookies }: Known): boolean => {
  const own = cookie(name)
  return E.isRight(own) && cookies.has(own.right)
}

/** What keeps a namespace, and what to do about it. The shell's own process is on the host. */
const occupied = (name: string, maker: string, guests: ReadonlyArray<Link>): string => {
  const them = guests.length === 1 ? ['its', 'it'] : ['their', 'them']
  const moves = guests.map(each => `${ip(name)} link set ${word(each.name)} netns $$`)
  return (
    `the namespace ${name} and what else ${maker} has, as ${guests.map(each => each.name).join(' and ')} would be lost ` +
    `with it; note ${them[0]} addresses and routes, move ${them[1]} out (${moves.join('; ')}), and run isolink gc again`
  )
}

/** Links on the host that nobody on record owns, and that the host has its network by. */
const lifelines = (
  world: World,
  { areGone }: Owners
): TE.TaskEither<NetlinkError, ReadonlyArray<{ readonly name: string; readonly owner: string }>> =>
  pipe(
    world.send(link.list()),
    TE.map(links =>
      links.flatMap(({ alias, index, name }) => {
        const owner = ownerTagged(alias)
        return owner !== undefined && areGone(owner) ? [{ index, name, owner }] : []
      })
    ),
    TE.chain(found =>
      found.length === 0
        ? TE.right([])
        : pipe(
            world.send(route.list({ table: route.RT_TABLE.MAIN })),
            TE.map(routes => new Set(routes.filter(isDefault).flatMap(linksOf))),
            TE.map(ways => found.filter(({ index }) => ways.has(index)))
          )
    )
  )

const isDefault = ({ destination }: Route): boolean => destination === 'default'

const indispensable = (name: string, owner: string): string =>
  `the link ${name} and what else ${owner} has, as the default route of the host goes by it; ` +
  'bring back what the host had before from the namespace at its other end, and run isolink gc again'

const sweepLinks = (
  world: World,
  place: Place,
  { areGone }: Owners,
  dryRun: boolean
): TE.TaskEither<NetlinkError, ReadonlyArray<string>> =>
  pipe(
    world.send(link.list(), place),
    TE.map(links =>
      links.filter(({ alias, name }) => {
        const owner = ownerTagged(alias)
        return owner !== undefined && name !== 'lo' && areGone(owner)
      })
    ),
    TE.chain(
      TE.traverseSeqArray(({ index, name }) =>
        pipe(
          dryRun ? TE.right(undefined) : world.send(link.remove(index), place),
          // A veth goes with its other end.
          TE.orElse(error => (isGone(error) ? TE.right(undefined) : TE.left(error))),
          TE.map(() => `the link ${name} ${placeName(place)}`)
        )
      )
    )
  )

const sweepTable = (
  world: World,
  place: Place,
  family: TableFamily,
  { areGone }: Owners,
  dryRun: boolean
): TE.TaskEither<NetlinkError, Garbage> => {
  const ref = tableOf(family)
  let garbage: Garbage = { removed: [], left: [] }
  const compute: TE.TaskEither<NetlinkError, ReadonlyArray<Message>> = pipe(
    world.send(tables, place),
    TE.chain(all =>
      all.some(each => each.family === family && each.table === ref.table)
        ? pipe(
            setNames(family),
            TE.traverseSeqArray(set =>
              pipe(
                world.send(elements(ref, set), place),
                TE.map(held => ({ set, held, orphans: held.filter(each => areGone(ownerOf(each) ?? '')) }))
              )
            )
          )
        : TE.right([])
    ),
    TE.map(sets => {
      // What is nobody's own serves those who are gone.
      const isDeserted = sets.every(({ held }) =>
        held.every(each => areGone(ownerOf(each) ?? '') || ownerOf(each) === undefined)
      )
      const orphans = sets.flatMap(each => each.orphans)
      if (orphans.length === 0 && !(isDeserted && sets.some(({ held }) => held.length > 0))) return []
      const owners = new Set(orphans.map(each => ownerOf(each) ?? ''))
      const had = owners.size === 0 ? ['what others had left'] : [...owners].map(owner => `what ${owner} had`)
      const confined = sets.flatMap(({ set, held }) =>
        isDeserted && set === 'confined' ? held.map(nameIn) : []
      )
      const closed = confined.map(link => closeTo(world, place, family, link, dryRun))
      garbage = {
        removed: [
          ...had.map(what => `${what} in table ${family} isolink ${placeName(place)}`),
          ...closed.flatMap(({ removed }) => removed)
        ],
        left: closed.flatMap(({ left }) => left)
      }
      if (dryRun) return []
      return isDeserted
        ? [removeTable(ref)]
        : sets
            .filter(each => each.orphans.length > 0)
            .map(each => removeElements(ref, each.set, each.orphans.map(keyOf)))
    })
  )
  return pipe(
    change({ world, namespace: place }, compute),
    TE.map(() => garbage)
  )
}

/** Before a link is confined no more, it forwards nothing any more: as it did before it was confined. */
const closeTo = (
  { sysctl }: World,
  place: Place,
  family: TableFamily,
  link: string,
  dryRun: boolean
): Garbage => {
  const own = forwardingKey(sysctl, familyNames[family], link, place)
  const key = own ?? 'net.ipv6.conf.all.forwarding'
  const value = sysctl.get(key, place)
  if (E.isLeft(value) || value.right !== '1') return { removed: [], left: [] }
  const by = `${link} forwards ${placeName(place)} as others had it, by ${key}`
  if (own === undefined)
    return { removed: [], left: [`${by}; set that to 0, unless something else of the host needs it`] }
  const done = dryRun ? E.right(undefined) : sysctl.set(own, '0', place)
  return E.isLeft(done)
    ? { removed: [], left: [`${by}; that cannot be set to 0: ${done.left.message}`] }
    : { removed: [`forwarding by ${link} ${placeName(place)} (${own})`], left: [] }
}

const nameIn = ({ key }: Element): string =>
  Buffer.from(key?.value ?? [])
    .toString()
    .replace(/\0.*$/s, '')

/** What other firewalls let pass for those who are gone. */
const sweepExceptions = (
  world: World,
  place: Place,
  { areGone }: Owners,
  dryRun: boolean
): TE.TaskEither<IsolationError, ReadonlyArray<string>> =>
  pipe(
    exceptions(world, place, areGone),
    TE.chainFirst(found =>
      found.length === 0 || dryRun ? TE.right(undefined) : removeExceptions(world, place, areGone)
    ),
    TE.map(found =>
      [...new Set(found.map(({ owner }) => owner))].map(
        owner => `the rules of ${owner} in other firewalls ${placeName(place)}`
      )
    )
  )

const keyOf = ({ key, keyEnd }: Element): Parameters<typeof removeElements>[2][number] => ({
  key: [key?.value ?? new Uint8Array()],
  ...(keyEnd?.value !== undefined && { keyEnd: [keyEnd.value] })
})
