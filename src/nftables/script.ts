import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { type Cursor, describeToken, parse, type SyntaxFault } from './cursor'
import { datatypes } from './datatype'
import {
  type ChainOptions,
  type Change,
  type ChangeKind,
  changes,
  created,
  dataParser,
  type Edit,
  elementsChange,
  type NewSet,
  type RulePlace,
  type TableEdit
} from './edit'
import { type Family, families } from './family'
import { setFlags } from './flag'
import { hooksOf } from './hook'
import { kindOf, kindsOf } from './kind'
import type { Layout } from './layout'
import type { Interpolated } from './lexer'
import { elements, isList, operand, skipLines } from './operand'
import { rule, synproxyOptions } from './parser'
import { limit, milliseconds, quota, statefulAt } from './stateful'
import type { Element, ObjectKind, Operand, Rule, Stateful } from './syntax'
import type { ChainHook, HookName, NftObject } from './table'
import { timeoutStates } from './timeout'

const familyWords = Object.keys(families) as ReadonlyArray<Family>

const familyAt = (cursor: Cursor): Family => {
  const { kind, text } = cursor.peek()
  return kind === 'word' && (familyWords as ReadonlyArray<string>).includes(text)
    ? (cursor.next().text as Family)
    : 'ip'
}

const endsLine = (cursor: Cursor): boolean =>
  cursor.is('}') || ['newline', 'end'].includes(cursor.peek().kind)

const endOfLine = (cursor: Cursor): void => {
  if (cursor.is('}')) return
  const token = cursor.peek()
  if (token.kind === 'newline') skipLines(cursor)
  else if (token.kind !== 'end') cursor.fail(`expected the end of the line, not ${describeToken(token)}`)
}

/** Goes through `{ … }` line by line. */
const inBlock = (cursor: Cursor, line: () => void): void => {
  cursor.expect('{')
  skipLines(cursor)
  while (!cursor.is('}')) {
    if (cursor.peek().kind === 'end') cursor.fail('a block is not closed', cursor.peek(), '}')
    line()
    endOfLine(cursor)
  }
  cursor.expect('}')
}

const chainTypes = ['filter', 'nat', 'route'] as const

const priority = (cursor: Cursor): string | number => {
  if (cursor.accept('-')) return -cursor.number('a priority')
  const { kind, value } = cursor.peek()
  if (kind === 'interpolated' && Number.isInteger(value) && Number(value) < 0) {
    cursor.next()
    return Number(value)
  }
  if (kind === 'number' || (kind === 'interpolated' && typeof value !== 'string'))
    return cursor.number('a priority')
  const name = cursor.name('priority')
  if (!cursor.is('+') && !cursor.is('-')) return name
  const sign = cursor.next().text
  return `${name} ${sign} ${cursor.number('a priority')}`
}

/** What the kernel takes for a name of an interface. */
const devicePattern = /^[^\s/"*]{1,15}$/

const deviceName = (cursor: Cursor): string => {
  const token = cursor.next()
  const name = token.kind === 'interpolated' ? token.value : token.text
  return ['word', 'string', 'number', 'interpolated'].includes(token.kind) &&
    typeof name === 'string' &&
    devicePattern.test(name)
    ? name
    : cursor.fail(`expected the name of a device, not ${describeToken(token)}`, token, 'a name')
}

/** A list in a hole is several of them. */
const devicesAt = (cursor: Cursor): ReadonlyArray<string> => {
  if (!isList(cursor)) return [deviceName(cursor)]
  const token = cursor.next()
  return (token.value as ReadonlyArray<unknown>).map(each =>
    typeof each === 'string' && devicePattern.test(each)
      ? each
      : cursor.fail(`${JSON.stringify(String(each))} is no name of a device`, token, 'a name')
  )
}

const deviceNames = (cursor: Cursor): ReadonlyArray<string> => {
  cursor.accept('=')
  if (!cursor.accept('{')) return devicesAt(cursor)
  const names: Array<string> = []
  skipLines(cursor)
  while (!cursor.is('}')) {
    names.push(...devicesAt(cursor))
    skipLines(cursor)
    if (!cursor.accept(',')) break
    skipLines(cursor)
  }
  cursor.expect('}')
  return names
}

const hookAt = (cursor: Cursor, family: Family): ChainHook => {
  const type = cursor.oneOf('type of a chain', chainTypes)
  cursor.expect('hook')
  const hook = cursor.oneOf('hook', Object.keys(hooksOf(family)) as ReadonlyArray<HookName>)
  const devices = cursor.accept('device') || cursor.accept('devices') ? deviceNames(cursor) : undefined
  cursor.expect('priority')
  return { type, hook, priority: priority(cursor), ...(devices !== undefined && { devices }) }
}

const chain = (cursor: Cursor, edit: TableEdit, later: Array<() => void>): void => {
  const name = cursor.name('chain')
  let options: ChainOptions = {}
  const rules: Array<Rule> = []
  if (cursor.is('{'))
    inBlock(cursor, () => {
      if (cursor.accept('type')) options = { ...options, ...hookAt(cursor, edit.ref.family) }
      else if (cursor.accept('policy'))
        options = { ...options, policy: cursor.oneOf('policy', ['accept', 'drop'] as const) }
      else if (cursor.is('comment')) {
        cursor.next()
        options = { ...options, comment: cursor.string('a comment') }
      } else if (cursor.is('flags') && cursor.is('offload', 1)) {
        cursor.fail('hardware offload is not supported')
      } else rules.push(rule(cursor))
    })
  edit.chain(name, options)
  for (const each of rules) later.push(() => edit.rule(name, each))
}

const typeNames = (cursor: Cursor): ReadonlyArray<string> => {
  const names = [datatypeName(cursor)]
  while (cursor.accept('.')) names.push(datatypeName(cursor))
  return names
}

const datatypeName = (cursor: Cursor): string =>
  cursor.oneOf(
    'datatype',
    [...datatypes.keys()].filter(name => (datatypes.get(name)?.bits ?? 0) > 0)
  )

const objectKinds: ReadonlyArray<ObjectKind> = ['counter', 'quota', 'limit', 'synproxy', 'secmark']

const connectionObjects = ['helper', 'timeout', 'expectation'] as const

const objectKindAt = (cursor: Cursor): ObjectKind | undefined => {
  for (const kind of objectKinds) if (cursor.accept(kind)) return kind
  for (const kind of connectionObjects)
    if (cursor.is('ct') && cursor.is(kind, 1)) {
      cursor.next()
      cursor.next()
      return `ct ${kind}`
    }
  return undefined
}

type SetFlag = keyof typeof setFlags

const setWords = Object.keys(setFlags) as ReadonlyArray<SetFlag>

const layoutOf = (spec: NewSet, told: Operand | undefined, given: Operand | undefined): Layout => {
  const kinds = (names: string | ReadonlyArray<string> | undefined) =>
    (typeof names === 'string' ? [names] : (names ?? [])).flatMap(name => {
      const found = datatypes.get(name)
      return found === undefined ? [] : [kindOf(found)]
    })
  const data: Layout['data'] | undefined =
    given !== undefined
      ? kindsOf(given)
      : typeof spec.data === 'string'
        ? (spec.data as 'verdict')
        : spec.data === undefined
          ? undefined
          : kinds(spec.data)
  return {
    key: told === undefined ? kinds(spec.type) : kindsOf(told),
    interval: spec.flags?.includes('interval') === true,
    ...(data !== undefined && { data })
  }
}

const set = (cursor: Cursor, edit: TableEdit, isMap: boolean): void => {
  const name = cursor.name('set')
  let spec: NewSet = {}
  let told: Operand | undefined
  let given: Operand | undefined
  const statements: Array<Stateful> = []
  let found: ReadonlyArray<Element> = []
  const data = (): void => {
    if (!isMap) return
    cursor.expect(':')
    if (cursor.accept('interval')) spec = { ...spec, dataInterval: true }
    const object = objectKindAt(cursor)
    if (object !== undefined) spec = { ...spec, data: object }
    else if (cursor.accept('verdict')) spec = { ...spec, data: 'verdict' }
    else if (told !== undefined) given = operand(cursor, 'no map')
    else spec = { ...spec, data: typeNames(cursor) }
  }
  inBlock(cursor, () => {
    if (cursor.accept('type')) {
      spec = { ...spec, type: typeNames(cursor) }
      data()
    } else if (cursor.accept('typeof')) {
      told = operand(cursor, 'no map')
      data()
    } else if (cursor.accept('flags')) {
      const flags: Array<SetFlag> = []
      do flags.push(cursor.oneOf('flag of a set', setWords))
      while (cursor.accept(','))
      spec = { ...spec, flags }
    } else if (cursor.accept('size')) spec = { ...spec, size: cursor.number('a size') }
    else if (cursor.accept('policy'))
      spec = { ...spec, policy: cursor.oneOf('policy of a set', ['memory', 'performance'] as const) }
    else if (cursor.accept('timeout')) spec = { ...spec, timeout: milliseconds(cursor) }
    else if (cursor.accept('gc-interval')) spec = { ...spec, gcInterval: milliseconds(cursor) }
    else if (cursor.accept('auto-merge')) spec = { ...spec, autoMerge: true }
    else if (cursor.accept('comment')) spec = { ...spec, comment: cursor.string('a comment') }
    else if (cursor.accept('elements')) {
      cursor.expect('=')
      const layout = layoutOf(spec, told, given)
      found = elements(cursor, layout.key, dataParser(layout))
    } else {
      const statement = statefulAt(cursor)
      if (statement === undefined) cursor.fail(`${describeToken(cursor.peek())} is nothing that a set has`)
      else {
        statements.push(statement)
        while (!endsLine(cursor)) {
          const more = statefulAt(cursor)
          if (more === undefined) break
          statements.push(more)
        }
      }
    }
  })
  edit.set(name, {
    ...spec,
    ...(told !== undefined && { typeof: told }),
    ...(given !== undefined && { dataTypeof: given }),
    ...(statements.length > 0 && { statements }),
    elements: found
  })
}

const protocols = ['tcp', 'udp', 'sctp', 'dccp', 'udplite'] as const

const object = (cursor: Cursor, kind: ObjectKind): NftObject => {
  const name = cursor.name('object')
  let comment: string | undefined
  let found: object = {}
  const line = (): void => {
    if (cursor.accept('comment')) comment = cursor.string('a comment')
    else found = { ...found, ...objectLine(cursor, kind) }
  }
  if (cursor.is('{')) inBlock(cursor, line)
  else while (!endsLine(cursor)) line()
  return {
    name,
    object: kind,
    ...(kind === 'counter' && { packets: 0n, bytes: 0n }),
    ...(kind === 'ct timeout' && { policy: {} }),
    ...found,
    ...(comment !== undefined && { comment })
  } as NftObject
}

const policy = (cursor: Cursor): { readonly [state: string]: number } => {
  const found: { [state: string]: number } = {}
  cursor.expect('=')
  cursor.expect('{')
  while (!cursor.is('}')) {
    const state = cursor.oneOf('state', [...timeoutStates('tcp'), ...timeoutStates('udp')])
    cursor.expect(':')
    found[state] =
      cursor.peek().kind === 'duration' ? milliseconds(cursor) / 1000 : cursor.number('a number of seconds')
    cursor.accept(',')
    skipLines(cursor)
  }
  cursor.expect('}')
  return found
}

const objectLine = (cursor: Cursor, kind: ObjectKind): object => {
  switch (kind) {
    case 'counter': {
      cursor.expect('packets')
      const packets = BigInt(cursor.number('a number of packets', Number.MAX_SAFE_INTEGER))
      cursor.expect('bytes')
      return { packets, bytes: BigInt(cursor.number('a number of bytes', Number.MAX_SAFE_INTEGER)) }
    }
    case 'quota': {
      const { statement: _, ...rest } = quota(cursor)
      return rest
    }
    case 'limit': {
      const { statement: _, ...rest } = limit(cursor)
      return rest
    }
    case 'synproxy':
      return synproxyOptions(cursor)
    case 'secmark':
      return { context: cursor.string('a context') }
    default: {
      if (cursor.accept('type')) {
        const type = cursor.string('the name of a helper')
        cursor.expect('protocol')
        return { type, protocol: cursor.oneOf('protocol', protocols) }
      }
      if (cursor.accept('protocol')) return { protocol: cursor.oneOf('protocol', protocols) }
      if (cursor.accept('l3proto')) return { l3proto: cursor.oneOf('family', ['ip', 'ip6', 'inet']) }
      if (cursor.accept('dport')) return { dport: cursor.number('a port', 65_535) }
      if (cursor.accept('timeout')) return { timeout: milliseconds(cursor) }
      if (cursor.accept('size')) return { size: cursor.number('a size', 255) }
      if (cursor.accept('policy')) return { policy: policy(cursor) }
      return cursor.fail(`${describeToken(cursor.peek())} is nothing that a ${kind} has`)
    }
  }
}

const flowtable = (cursor: Cursor, edit: TableEdit): void => {
  const name = cursor.name('flowtable')
  let found: {
    priority: string | number
    devices: ReadonlyArray<string>
    offload?: boolean
    counter?: boolean
  } = {
    priority: 0,
    devices: []
  }
  inBlock(cursor, () => {
    if (cursor.accept('hook')) {
      cursor.expect('ingress')
      cursor.expect('priority')
      found = { ...found, priority: priority(cursor) }
    } else if (cursor.accept('devices')) found = { ...found, devices: deviceNames(cursor) }
    else if (cursor.accept('counter')) found = { ...found, counter: true }
    else if (cursor.accept('flags')) {
      cursor.expect('offload')
      found = { ...found, offload: true }
    } else cursor.fail(`${describeToken(cursor.peek())} is nothing that a flowtable has`)
  })
  edit.flowtable({ name, ...found })
}

/** Tables may jump to chains that come later, and use sets that come later: rules are said last. */
const tableBlock = (cursor: Cursor, tx: Edit): void => {
  const family = familyAt(cursor)
  const name = cursor.name('table')
  const start = cursor.peek()
  let comment: string | undefined
  const flags: Array<'dormant' | 'owner' | 'persist'> = []
  const later: Array<() => void> = []
  const inner = changesOf(family, name, edit => {
    if (start.text !== '{') return
    inBlock(cursor, () => {
      if (cursor.accept('comment')) comment = cursor.string('a comment')
      else if (cursor.accept('flags')) {
        do flags.push(cursor.oneOf('flag of a table', ['dormant', 'owner', 'persist']))
        while (cursor.accept(','))
      } else if (cursor.accept('chain')) chain(cursor, edit, later)
      else if (cursor.accept('set')) set(cursor, edit, false)
      else if (cursor.accept('map')) set(cursor, edit, true)
      else if (cursor.accept('flowtable')) flowtable(cursor, edit)
      else {
        const kind = objectKindAt(cursor)
        if (kind === undefined)
          cursor.fail(
            `${describeToken(cursor.peek())} is nothing that a table has: chain, set, map, flowtable, counter, quota, limit, ct helper …`
          )
        else edit.object(object(cursor, kind))
      }
    })
    for (const say of later) say()
  })
  tx.table(family, name, { ...(comment !== undefined && { comment }), ...(flags.length > 0 && { flags }) })
  tx.push(...sorted(inner))
}

const changesOf = (family: Family, name: string, say: (edit: TableEdit) => void): ReadonlyArray<Change> =>
  changes(tx => say(tx.existing(family, name)))

/** A map's elements may name chains and objects, and rules and elements are of sets. */
const ranks: { readonly [of in ChangeKind['object']]?: number } = { set: 1, map: 1, element: 2, rule: 2 }

const rank = ({ kind }: Change): number => ranks[kind.object] ?? 0

const sorted = (given: ReadonlyArray<Change>): ReadonlyArray<Change> =>
  [...given].sort((a, b) => rank(a) - rank(b))

const at = (cursor: Cursor, tx: Edit): TableEdit => {
  const family = familyAt(cursor)
  return tx.existing(family, cursor.name('table'))
}

const createCommand = (cursor: Cursor, tx: Edit): void => {
  const [first, ...more] = changes(inner => addCommand(cursor, inner, true))
  if (first !== undefined) tx.push(created(first), ...more)
}

/** A rule, and beside which other one it stands. */
const addedRule = (cursor: Cursor, add: TableEdit['rule']): void => {
  const chain = cursor.name('chain')
  const place = placeAt(cursor)
  add(chain, rule(cursor), place)
}

const placeAt = (cursor: Cursor): RulePlace => {
  if (cursor.accept('index')) return { index: cursor.number('a place in the chain') }
  return cursor.is('handle') || cursor.is('position') ? { position: handleAt(cursor) } : {}
}

/** What is added where no word says what to do. */
const beginsAddition = (cursor: Cursor): boolean =>
  ['chain', 'rule', 'set', 'map', 'element', 'flowtable', ...objectKinds].some(word => cursor.is(word)) ||
  (cursor.is('ct') && connectionObjects.some(kind => cursor.is(kind, 1)))

const addCommand = (cursor: Cursor, tx: Edit, exclusive: boolean): void => {
  if (cursor.accept('table')) {
    tableBlock(cursor, tx)
    return
  }
  const what = cursor.peek()
  if (cursor.accept('element')) {
    elementsOfSet(cursor, tx, exclusive ? 'create' : 'add')
    return
  }
  for (const word of ['chain', 'set', 'map', 'rule', 'flowtable'] as const) {
    if (!cursor.accept(word)) continue
    const edit = at(cursor, tx)
    const later: Array<() => void> = []
    if (word === 'chain') chain(cursor, edit, later)
    else if (word === 'set' || word === 'map') set(cursor, edit, word === 'map')
    else if (word === 'flowtable') flowtable(cursor, edit)
    else addedRule(cursor, edit.rule)
    for (const say of later) say()
    return
  }
  const kind = objectKindAt(cursor)
  if (kind === undefined) cursor.fail(`${describeToken(what)} is nothing that can be added`, what)
  else {
    const edit = at(cursor, tx)
    edit.object(object(cursor, kind))
  }
}

/** Their kinds are known only when the set is, so they are parsed then. */
const elementsOfSet = (cursor: Cursor, tx: Edit, verb: 'add' | 'create' | 'delete'): void => {
  const { ref } = at(cursor, tx)
  const name = cursor.name('set')
  if (!isList(cursor) && !cursor.is('{')) cursor.expect('{')
  tx.push(elementsChange(ref, name, cursor.excerpt(), verb))
}

const handleAt = (cursor: Cursor): bigint => {
  if (!cursor.accept('position')) cursor.expect('handle')
  return BigInt(cursor.number('a handle', Number.MAX_SAFE_INTEGER))
}

const deleteCommand = (cursor: Cursor, tx: Edit): void => {
  const what = cursor.peek()
  if (cursor.accept('table')) at(cursor, tx).remove()
  else if (cursor.accept('chain')) at(cursor, tx).removeChain(cursor.name('chain'))
  else if (cursor.accept('set') || cursor.accept('map')) at(cursor, tx).removeSet(cursor.name('set'))
  else if (cursor.accept('flowtable')) at(cursor, tx).removeFlowtable(cursor.name('flowtable'))
  else if (cursor.accept('element')) elementsOfSet(cursor, tx, 'delete')
  else if (cursor.accept('rule')) {
    const edit = at(cursor, tx)
    edit.removeRule(cursor.name('chain'), handleAt(cursor))
  } else {
    const kind = objectKindAt(cursor)
    if (kind === undefined) cursor.fail(`${describeToken(what)} is nothing that can be deleted`, what)
    else at(cursor, tx).removeObject(kind, cursor.name('object'))
  }
}

const flushCommand = (cursor: Cursor, tx: Edit): void => {
  if (cursor.accept('ruleset')) {
    const { kind, text } = cursor.peek()
    if (kind === 'word' && (familyWords as ReadonlyArray<string>).includes(text))
      tx.flushRuleset(familyAt(cursor))
    else tx.flushRuleset()
  } else if (cursor.accept('table')) at(cursor, tx).flush()
  else if (cursor.accept('chain')) at(cursor, tx).flushChain(cursor.name('chain'))
  else if (cursor.accept('set') || cursor.accept('map')) at(cursor, tx).flushSet(cursor.name('set'))
  else cursor.fail(`${describeToken(cursor.peek())} is nothing that can be flushed`)
}

const command = (cursor: Cursor, tx: Edit): void => {
  const token = cursor.peek()
  if (cursor.accept('table')) tableBlock(cursor, tx)
  else if (cursor.accept('add') || beginsAddition(cursor)) addCommand(cursor, tx, false)
  else if (cursor.accept('create')) createCommand(cursor, tx)
  else if (cursor.accept('delete')) deleteCommand(cursor, tx)
  else if (cursor.accept('flush')) flushCommand(cursor, tx)
  else if (cursor.accept('insert')) {
    cursor.expect('rule')
    addedRule(cursor, at(cursor, tx).insertRule)
  } else if (cursor.accept('replace')) {
    cursor.expect('rule')
    const edit = at(cursor, tx)
    const name = cursor.name('chain')
    const handle = handleAt(cursor)
    edit.replaceRule(name, handle, rule(cursor))
  } else {
    const instead =
      token.kind === 'word' && Object.hasOwn(elsewhere, token.text) ? elsewhere[token.text] : undefined
    cursor.fail(
      instead === undefined
        ? `${describeToken(token)} is no command: table, add, create, insert, replace, delete, flush`
        : `${token.text} is no change: ${instead}`,
      token
    )
  }
}

/** What other commands of nft are here. */
const elsewhere: { readonly [word: string]: string } = {
  list: 'connection.nftables.ruleset() reads all that there is',
  reset: 'connection.nftables.reset() sets counters to zero',
  monitor: 'connection.nftables.monitor() tells what changes',
  define: 'a value stands in a hole of a template',
  include: 'load takes a text, so put that of the file in its place'
}

const whole =
  (tx: Edit) =>
  (cursor: Cursor): void => {
    skipLines(cursor)
    while (cursor.peek().kind !== 'end') {
      command(cursor, tx)
      endOfLine(cursor)
    }
  }

/** Changes out of a text in the syntax of `nft`, as `nft -f` takes it: tables with all that is in them, and commands. */
export const script = (
  strings: string | ReadonlyArray<string>,
  ...given: ReadonlyArray<Interpolated>
): E.Either<SyntaxFault, ReadonlyArray<Change>> => {
  let outcome: E.Either<SyntaxFault, void> = E.right(undefined)
  const all = changes(tx => {
    outcome = parse(whole(tx), typeof strings === 'string' ? [strings] : strings, given)
  })
  return pipe(
    outcome,
    E.map(() => all)
  )
}
