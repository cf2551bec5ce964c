import { NFT_EXTHDR_OP } from '../../protocol/nftables/expression/exthdr'
import type { DatatypeName } from './datatype'

type Field = readonly [offset: number, bits: number, type: DatatypeName]

interface Extension {
  /** The number that it has in packets. */
  readonly number: number
  /** nft's own number of a header, where several have one number in packets. */
  readonly id?: number
  readonly fields: { readonly [name: string]: Field }
}

interface Carrier {
  /** NFT_EXTHDR_OP_*. <linux/netfilter/nf_tables.h> */
  readonly operation: number
  readonly extensions: { readonly [name: string]: Extension }
}

const kind: Field = [0, 8, 'integer']
const length: Field = [8, 8, 'integer']

const tcp = {
  eol: { number: 0, fields: { kind } },
  nop: { number: 1, fields: { kind } },
  maxseg: { number: 2, fields: { kind, length, size: [16, 16, 'integer'] } },
  window: { number: 3, fields: { kind, length, count: [16, 8, 'integer'] } },
  'sack-perm': { number: 4, fields: { kind, length } },
  sack: { number: 5, fields: { kind, length, left: [16, 32, 'integer'], right: [48, 32, 'integer'] } },
  sack1: { number: 5, fields: { left: [80, 32, 'integer'], right: [112, 32, 'integer'] } },
  sack2: { number: 5, fields: { left: [144, 32, 'integer'], right: [176, 32, 'integer'] } },
  sack3: { number: 5, fields: { left: [208, 32, 'integer'], right: [240, 32, 'integer'] } },
  timestamp: { number: 8, fields: { kind, length, tsval: [16, 32, 'integer'], tsecr: [48, 32, 'integer'] } },
  md5sig: { number: 19, fields: { kind, length } },
  mptcp: { number: 30, fields: { kind, length, subtype: [16, 4, 'integer'] } },
  fastopen: { number: 34, fields: { kind, length } }
} as const satisfies Carrier['extensions']

const type: Field = [0, 8, 'integer']
const route = { type, length, ptr: [16, 8, 'integer'], addr: [24, 32, 'integer'] } as const

const ip = {
  rr: { number: 7, fields: route },
  lsrr: { number: 131, fields: route },
  ssrr: { number: 137, fields: route },
  ra: { number: 148, fields: { type, length, value: [16, 16, 'integer'] } }
} as const satisfies Carrier['extensions']

const nexthdr: Field = [0, 8, 'inet_proto']
const hdrlength: Field = [8, 8, 'integer']

const ip6 = {
  hbh: { number: 0, id: 1, fields: { nexthdr, hdrlength } },
  rt: { number: 43, id: 2, fields: { nexthdr, hdrlength, type: [16, 8, 'integer'], 'seg-left': [24, 8, 'integer'] } },
  srh: {
    number: 43,
    id: 5,
    fields: {
      'last-entry': [32, 8, 'integer'],
      flags: [40, 8, 'integer'],
      tag: [48, 16, 'integer'],
      'sid[1]': [64, 128, 'ipv6_addr'],
      'sid[2]': [192, 128, 'ipv6_addr']
    }
  },
  rt0: {
    number: 43,
    id: 3,
    fields: {
      reserved: [32, 32, 'integer'],
      'addr[1]': [64, 128, 'ipv6_addr'],
      'addr[2]': [192, 128, 'ipv6_addr']
    }
  },
  frag: {
    number: 44,
    id: 6,
    fields: {
      nexthdr,
      reserved: [8, 8, 'integer'],
      'frag-off': [16, 13, 'integer'],
      reserved2: [29, 2, 'integer'],
      'more-fragments': [31, 1, 'integer'],
      id: [32, 32, 'integer']
    }
  },
  dst: { number: 60, id: 7, fields: { nexthdr, hdrlength } },
  mh: {
    number: 135,
    id: 8,
    fields: {
      nexthdr,
      hdrlength,
      type: [16, 8, 'mh_type'],
      reserved: [24, 8, 'integer'],
      checksum: [32, 16, 'integer']
    }
  }
} as const satisfies Carrier['extensions']

const chunk = { type, flags: [8, 8, 'integer'], length: [16, 16, 'integer'] } as const
const tsn = { ...chunk, 'lowest-tsn': [32, 32, 'integer'] } as const
const seqno = { ...chunk, seqno: [32, 32, 'integer'] } as const
const init = {
  ...chunk,
  'init-tag': [32, 32, 'integer'],
  'a-rwnd': [64, 32, 'integer'],
  'num-outbound-streams': [96, 16, 'integer'],
  'num-inbound-streams': [112, 16, 'integer'],
  'initial-tsn': [128, 32, 'integer']
} as const

const sctp = {
  data: {
    number: 0,
    fields: {
      ...chunk,
      tsn: [32, 32, 'integer'],
      stream: [64, 16, 'integer'],
      ssn: [80, 16, 'integer'],
      ppid: [96, 32, 'integer']
    }
  },
  init: { number: 1, fields: init },
  'init-ack': { number: 2, fields: init },
  sack: {
    number: 3,
    fields: {
      ...chunk,
      'cum-tsn-ack': [32, 32, 'integer'],
      'a-rwnd': [64, 32, 'integer'],
      'num-gap-ack-blocks': [96, 16, 'integer'],
      'num-dup-tsns': [112, 16, 'integer']
    }
  },
  heartbeat: { number: 4, fields: chunk },
  'heartbeat-ack': { number: 5, fields: chunk },
  abort: { number: 6, fields: chunk },
  shutdown: { number: 7, fields: { ...chunk, 'cum-tsn-ack': [32, 32, 'integer'] } },
  'shutdown-ack': { number: 8, fields: chunk },
  error: { number: 9, fields: chunk },
  'cookie-echo': { number: 10, fields: chunk },
  'cookie-ack': { number: 11, fields: chunk },
  ecne: { number: 12, fields: tsn },
  cwr: { number: 13, fields: tsn },
  'shutdown-complete': { number: 14, fields: chunk },
  'asconf-ack': { number: 128, fields: seqno },
  'forward-tsn': { number: 192, fields: { ...chunk, 'new-cum-tsn': [32, 32, 'integer'] } },
  asconf: { number: 193, fields: seqno }
} as const satisfies Carrier['extensions']

/** Headers and options that a packet may have or not, by what carries them. man 8 nft, "EXTENSION HEADER EXPRESSIONS" */
export const carriers = {
  ip6: { operation: NFT_EXTHDR_OP.IPV6, extensions: ip6 },
  tcp: { operation: NFT_EXTHDR_OP.TCPOPT, extensions: tcp },
  ip: { operation: NFT_EXTHDR_OP.IPV4, extensions: ip },
  sctp: { operation: NFT_EXTHDR_OP.SCTP, extensions: sctp }
} as const satisfies { readonly [name: string]: Carrier }
export type CarrierName = keyof typeof carriers

export const extensionsOf = (carrier: CarrierName): Carrier['extensions'] => carriers[carrier].extensions

export const carrierOf = (operation: number): CarrierName | undefined =>
  (Object.keys(carriers) as ReadonlyArray<CarrierName>).find(name => carriers[name].operation === operation)
