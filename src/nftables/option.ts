import { NFT_EXTHDR_OP } from '../../protocol/nftables/expression/exthdr'
import { type Datatype, datatype } from './datatype'

/** A member of an extension header or an option, in bits from its beginning. */
export interface OptionField {
  readonly name: string
  readonly offset: number
  readonly bits: number
  readonly type: Datatype
}

/** A kind of extension header of IPv6, or of option of IPv4 or TCP. */
export interface OptionKind {
  readonly name: string
  /** What begins each of its names: `tcp option`. */
  readonly prefix: string
  /** NFT_EXTHDR_OP.* */
  readonly op: number
  readonly number: number
  readonly fields: ReadonlyArray<OptionField>
}

type Row = readonly [name: string, offset: number, bits: number, type?: Parameters<typeof datatype>[0]]

const kind = (
  prefix: string,
  op: number,
  name: string,
  number: number,
  rows: ReadonlyArray<Row>
): OptionKind => ({
  name,
  prefix,
  op,
  number,
  fields: rows.map(([field, offset, bits, type = 'integer']) => ({
    name: field,
    offset,
    bits,
    type: datatype(type)
  }))
})

const extension = (name: string, number: number, rows: ReadonlyArray<Row>): OptionKind =>
  kind('', NFT_EXTHDR_OP.IPV6, name, number, [['nexthdr', 0, 8, 'inet_proto'], ...rows])

/** What a routing header has by its type. */
const routing = (name: string, rows: ReadonlyArray<Row>): OptionKind =>
  kind('', NFT_EXTHDR_OP.IPV6, name, 43, rows)

const segments = (name: string): ReadonlyArray<Row> => [
  [`${name}[1]`, 64, 128, 'ipv6_addr'],
  [`${name}[2]`, 192, 128, 'ipv6_addr']
]

const tcp = (name: string, number: number, rows: ReadonlyArray<Row>): OptionKind =>
  kind('tcp option ', NFT_EXTHDR_OP.TCPOPT, name, number, [['kind', 0, 8], ...rows])

const ip = (name: string, number: number, rows: ReadonlyArray<Row>): OptionKind =>
  kind('ip option ', NFT_EXTHDR_OP.IPV4, name, number, [['type', 0, 8], ['length', 8, 8], ...rows])

const length: Row = ['length', 8, 8]
const hdrlength: Row = ['hdrlength', 8, 8]
const source: ReadonlyArray<Row> = [
  ['ptr', 16, 8],
  ['addr', 24, 32]
]

const edges = (n: number): ReadonlyArray<Row> => [
  ['left', 16 + n * 64, 32],
  ['right', 48 + n * 64, 32]
]

const sctp = (name: string, number: number, rows: ReadonlyArray<Row> = []): OptionKind =>
  kind('sctp chunk ', NFT_EXTHDR_OP.SCTP, name, number, [
    ['type', 0, 8],
    ['flags', 8, 8],
    ['length', 16, 16],
    ...rows
  ])

const word = (name: string): ReadonlyArray<Row> => [[name, 32, 32]]

const opening: ReadonlyArray<Row> = [
  ['init-tag', 32, 32],
  ['a-rwnd', 64, 32],
  ['num-outbound-streams', 96, 16],
  ['num-inbound-streams', 112, 16],
  ['initial-tsn', 128, 32]
]

/** As `nft` knows them. nft's <exthdr.h>, <tcpopt.h>, <ipopt.h> */
export const optionKinds: ReadonlyArray<OptionKind> = [
  extension('hbh', 0, [hdrlength]),
  extension('rt', 43, [hdrlength, ['type', 16, 8], ['seg-left', 24, 8]]),
  routing('srh', [['last-entry', 32, 8], ['flags', 40, 8], ['tag', 48, 16], ...segments('sid')]),
  routing('rt0', segments('addr')),
  extension('frag', 44, [
    ['reserved', 8, 8],
    ['frag-off', 16, 13],
    ['reserved2', 29, 2],
    ['more-fragments', 31, 1],
    ['id', 32, 32]
  ]),
  extension('dst', 60, [hdrlength]),
  extension('mh', 135, [hdrlength, ['type', 16, 8, 'mh_type'], ['reserved', 24, 8], ['checksum', 32, 16]]),
  tcp('eol', 0, []),
  tcp('nop', 1, []),
  tcp('maxseg', 2, [length, ['size', 16, 16]]),
  tcp('window', 3, [length, ['count', 16, 8]]),
  tcp('sack-perm', 4, [length]),
  tcp('sack', 5, [length, ...edges(0)]),
  tcp('sack1', 5, edges(1)),
  tcp('sack2', 5, edges(2)),
  tcp('sack3', 5, edges(3)),
  tcp('timestamp', 8, [length, ['tsval', 16, 32], ['tsecr', 48, 32]]),
  tcp('md5sig', 19, [length]),
  tcp('mptcp', 30, [length, ['subtype', 16, 4]]),
  tcp('fastopen', 34, [length]),
  ip('rr', 7, source),
  ip('lsrr', 131, source),
  ip('ssrr', 137, source),
  ip('ra', 148, [['value', 16, 16]]),
  sctp('data', 0, [
    ['tsn', 32, 32],
    ['stream', 64, 16],
    ['ssn', 80, 16],
    ['ppid', 96, 32]
  ]),
  sctp('init', 1, opening),
  sctp('init-ack', 2, opening),
  sctp('sack', 3, [
    ['cum-tsn-ack', 32, 32],
    ['a-rwnd', 64, 32],
    ['num-gap-ack-blocks', 96, 16],
    ['num-dup-tsns', 112, 16]
  ]),
  sctp('heartbeat', 4),
  sctp('heartbeat-ack', 5),
  sctp('abort', 6),
  sctp('shutdown', 7, word('cum-tsn-ack')),
  sctp('shutdown-ack', 8),
  sctp('error', 9),
  sctp('cookie-echo', 10),
  sctp('cookie-ack', 11),
  sctp('ecne', 12, word('lowest-tsn')),
  sctp('cwr', 13, word('lowest-tsn')),
  sctp('shutdown-complete', 14),
  sctp('asconf-ack', 0x80, word('seqno')),
  sctp('forward-tsn', 0xc0, word('new-cum-tsn')),
  sctp('asconf', 0xc1, word('seqno'))
]

/** The kind and the member that a name means: `tcp option maxseg size`. Without a member: whether there is one. */
export const optionOf = (
  name: string
): { readonly kind: OptionKind; readonly field: OptionField | undefined } | undefined => {
  for (const each of optionKinds) {
    // What does not begin at its beginning is a part of another one.
    if (
      each.fields[0]?.offset === 0 &&
      name === `${each.prefix === '' ? 'exthdr ' : each.prefix}${each.name}`
    )
      return { kind: each, field: undefined }
    const field = each.fields.find(member => name === `${each.prefix}${each.name} ${member.name}`)
    if (field !== undefined) return { kind: each, field }
  }
  const [, number, offset, bits] = /^tcp option @(\d{1,3}),(\d{1,4}),(\d{1,3})$/.exec(name) ?? []
  const [, bare] = /^tcp option (\d{1,3})$/.exec(name) ?? []
  if (Number(number ?? bare) > 255 || (number ?? bare) === undefined) return undefined
  const unnamed = kind('tcp option ', NFT_EXTHDR_OP.TCPOPT, `${number ?? bare}`, Number(number ?? bare), [])
  return bare !== undefined
    ? { kind: unnamed, field: undefined }
    : {
        kind: unnamed,
        field: { name, offset: Number(offset), bits: Number(bits), type: datatype('integer') }
      }
}

/** The name of what an expression loads: the inverse of `optionOf`. */
export const optionName = (op: number, number: number, offset: number, bits: number): string | undefined => {
  const kinds = optionKinds.filter(each => each.op === op && each.number === number)
  for (const each of kinds) {
    const field = each.fields.find(member => member.offset === offset && member.bits === bits)
    if (field !== undefined) return `${each.prefix}${each.name} ${field.name}`
  }
  return op === NFT_EXTHDR_OP.TCPOPT ? `tcp option @${number},${offset},${bits}` : undefined
}

export const optionPresence = (op: number, number: number): string | undefined => {
  const known = optionKinds.find(each => each.op === op && each.number === number)
  if (known !== undefined) return `${known.prefix === '' ? 'exthdr ' : known.prefix}${known.name}`
  return op === NFT_EXTHDR_OP.TCPOPT ? `tcp option ${number}` : undefined
}
