import { NF_NETDEV } from '../../protocol/nftables/chain'
import { formatDuration } from './duration'
import type { Family } from './family'
import { hooksOf } from './hook'
import { elementText, operandText, rawText, ruleText } from './print'
import { priorityOf, priorityText } from './priority'
import { limitText, quotaText, statefulText } from './stateful'
import type { Element, Stateful } from './syntax'
import type { Chain, ChainHook, Flowtable, NftObject, NftSet, Table } from './table'

const lines = (given: ReadonlyArray<string | undefined>): ReadonlyArray<string> =>
  given.filter(each => each !== undefined).map(each => `\t\t${each}`)

const block = (head: string, body: ReadonlyArray<string>): string =>
  [`\t${head} {`, ...body, '\t}'].join('\n')

const commented = (comment: string | undefined): string | undefined =>
  comment === undefined ? undefined : `comment "${comment}"`

const objectLines = (object: NftObject): ReadonlyArray<string | undefined> => {
  switch (object.object) {
    case 'counter':
      return [`packets ${object.packets} bytes ${object.bytes}`]
    case 'quota':
      return [quotaText(object)]
    case 'limit':
      return [limitText(object)]
    case 'ct helper':
      return [`type "${object.type}" protocol ${object.protocol}`, `l3proto ${object.l3proto ?? 'inet'}`]
    case 'ct timeout':
      return [
        `protocol ${object.protocol}`,
        `l3proto ${object.l3proto ?? 'inet'}`,
        `policy = { ${Object.entries(object.policy)
          .map(([state, seconds]) => `${state} : ${seconds}`)
          .join(', ')} }`
      ]
    case 'ct expectation':
      return [
        `protocol ${object.protocol}`,
        `dport ${object.dport}`,
        `timeout ${formatDuration(BigInt(object.timeout))}`,
        `size ${object.size}`,
        `l3proto ${object.l3proto ?? 'inet'}`
      ]
    case 'synproxy':
      return [
        object.mss === undefined ? undefined : `mss ${object.mss}`,
        object.wscale === undefined ? undefined : `wscale ${object.wscale}`,
        object.timestamp === true || object.sackPerm === true
          ? `${object.timestamp === true ? 'timestamp' : ''} ${object.sackPerm === true ? 'sack-perm' : ''}`
          : undefined
      ]
    case 'secmark':
      return [`"${object.context}"`]
    case 'unknown':
      return [`# type ${object.type}: ${rawText(object.data)}`]
  }
}

const objectText = (object: NftObject): string =>
  block(`${object.object} ${object.name}`, lines([commented(object.comment), ...objectLines(object)]))

/** How many elements nft puts on a line: the shorter they are, the more. */
const perLine = ({ type, typeof: told, kinds }: NftSet): number => {
  const only = kinds === undefined || kinds.key.length !== 1 ? undefined : kinds.key[0]?.type.name
  const name = only ?? (told === undefined && type?.length === 1 ? type[0] : undefined)
  if (name !== undefined && shortest.has(name)) return 5
  return name !== undefined && shorter.has(name) ? 2 : 1
}

const shortest: ReadonlySet<string> = new Set([
  'nf_proto',
  'integer',
  'arp_op',
  'inet_proto',
  'inet_service',
  'tcp_flag',
  'dccp_pkttype',
  'mark',
  'iface_index',
  'classid',
  'uid',
  'gid',
  'ct_dir'
])

const shorter: ReadonlySet<string> = new Set(['ipv4_addr', 'ct_state', 'ct_status', 'pkt_type'])

const elementsText = (set: NftSet): string => {
  const count = perLine(set)
  return set.elements
    .map((element: Element, n) =>
      n === 0 ? elementText(element) : `${n % count === 0 ? ',\n\t\t\t     ' : ', '}${elementText(element)}`
    )
    .join('')
}

const flagsOf = ({ flags = [], timeout }: NftSet): ReadonlyArray<string> =>
  timeout === undefined || flags.some(flag => flag !== 'timeout') ? flags : []

/** What a set's keys and data are. */
const typeText = ({ type, typeof: told, data, dataTypeof, dataInterval }: NftSet): string => {
  const key = told === undefined ? `type ${(type ?? []).join(' . ')}` : `typeof ${operandText(told)}`
  if (data === undefined) return key
  const given =
    typeof data === 'string' ? data : dataTypeof === undefined ? data.join(' . ') : operandText(dataTypeof)
  return `${key} : ${dataInterval === true ? 'interval ' : ''}${given}`
}

const setLines = (set: NftSet): ReadonlyArray<string | undefined> => {
  const flags = flagsOf(set)
  return [
    typeText(set),
    set.policy === undefined ? undefined : `policy ${set.policy}`,
    set.size === undefined ? undefined : `size ${set.size}`,
    flags.length === 0 ? undefined : `flags ${flags.join(',')}`,
    set.statements === undefined || set.statements.length === 0
      ? undefined
      : set.statements.map(statement => statefulText(stateless(statement))).join(' '),
    set.autoMerge === true ? 'auto-merge' : undefined,
    set.timeout === undefined ? undefined : `timeout ${formatDuration(BigInt(set.timeout))}`,
    set.gcInterval === undefined ? undefined : `gc-interval ${formatDuration(BigInt(set.gcInterval))}`,
    commented(set.comment),
    set.elements.length === 0 ? undefined : `elements = { ${elementsText(set)} }`
  ]
}

const stateless = (statement: Stateful): Stateful =>
  statement.statement === 'counter' ? { statement: 'counter' } : statement

const setText = (set: NftSet): string =>
  block(`${set.data === undefined ? 'set' : 'map'} ${set.name}`, lines(setLines(set)))

const flowtableText = (family: Family, flowtable: Flowtable): string => {
  const priority = priorityOf(family, flowtable.priority) ?? 0
  return block(
    `flowtable ${flowtable.name}`,
    lines([
      `hook ${flowtable.hook} priority ${priorityText('netdev', NF_NETDEV.INGRESS, priority)}`,
      flowtable.devices.length === 0 ? undefined : `devices = { ${flowtable.devices.join(', ')} }`,
      flowtable.offload === true ? 'flags offload' : undefined,
      flowtable.counter === true ? 'counter' : undefined
    ])
  )
}

const hookText = (
  family: Family,
  { type, hook, priority, policy = 'accept', devices = [] }: ChainHook
): string => {
  const number = hooksOf(family)[hook] ?? 0
  const [only] = devices
  const where =
    only === undefined
      ? ''
      : devices.length === 1
        ? ` device "${only}"`
        : ` devices = { ${devices.toSorted().join(', ')} }`
  const value = priorityOf(family, priority) ?? 0
  return `type ${type} hook ${hook}${where} priority ${priorityText(family, number, value)}; policy ${policy};`
}

export const chainText = (family: Family, { name, comment, base, rules }: Chain): string =>
  block(
    `chain ${name}`,
    lines([
      commented(comment),
      base === undefined ? undefined : hookText(family, base),
      ...rules.map(rule =>
        'text' in rule && typeof rule.text === 'string' ? rule.text : ruleText(rule, '\t\t')
      )
    ])
  )

/** A table as `nft list table` prints it. */
export const tableText = (table: Table): string => {
  const { family, name, flags = [], comment, objects, sets, flowtables, chains } = table
  const head = [
    `table ${family} ${name} {${flags.includes('owner') ? ' #' : ''}`,
    ...(flags.length === 0 ? [] : [`\tflags ${flags.join(',')}`]),
    ...(comment === undefined ? [] : [`\tcomment "${comment}"`])
  ].join('\n')
  const parts = [
    ...objects.map(objectText),
    ...sets.map(setText),
    ...flowtables.map(flowtable => flowtableText(family, flowtable)),
    ...chains.map(chain => chainText(family, chain))
  ]
  const gap = flags.length > 0 && parts.length > 0 && comment === undefined ? '\n\n' : '\n'
  return `${head}${parts.length === 0 ? '' : `${gap}${parts.join('\n\n')}`}\n}\n`
}

/** Tables as `nft list ruleset` prints them. */
export const rulesetText = (tables: ReadonlyArray<Table>): string => tables.map(tableText).join('')
