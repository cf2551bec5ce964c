import { type Entry, protocols, type Tuple } from '../../src/conntrack'

/** A connection as conntrack(8) prints it in XML, but for the seconds left, which pass. */
export interface Flow {
  readonly id: number
  readonly family: string
  readonly protocol: number
  readonly original: Tuple
  readonly reply: Tuple
  readonly state: string | undefined
  readonly mark: number
  readonly zone: number
  readonly assured: boolean
  readonly replied: boolean
  readonly packets: ReadonlyArray<string> | undefined
}

const text = (xml: string, element: string): string | undefined =>
  new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1]

const number = (xml: string, element: string): number | undefined => {
  const found = text(xml, element)
  return found === undefined ? undefined : Number(found)
}

const known = <A extends object>(object: A): A =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as A

const meta = (flow: string, direction: string): string =>
  new RegExp(`<meta direction="${direction}">(.*?)</meta>`, 's').exec(flow)?.[1] ?? ''

/** conntrack(8) prints no type and code of ICMP in XML, only the id. */
const tupleOf = (xml: string): Tuple =>
  known<Tuple>({
    source: text(xml, 'src') ?? '',
    destination: text(xml, 'dst') ?? '',
    sourcePort: number(xml, 'sport'),
    destinationPort: number(xml, 'dport')
  })

const flowOf = (xml: string): Flow => {
  const [original, reply, rest] = ['original', 'reply', 'independent'].map(each => meta(xml, each)) as [
    string,
    string,
    string
  ]
  const packets = [original, reply].map(each => `${text(each, 'packets')} ${text(each, 'bytes')}`)
  return {
    id: number(rest, 'id') ?? 0,
    family: /<layer3[^>]* protoname="(\w+)"/.exec(original)?.[1] ?? '',
    protocol: Number(/<layer4[^>]* protonum="(\d+)"/.exec(original)?.[1]),
    original: tupleOf(original),
    reply: tupleOf(reply),
    state: text(rest, 'state'),
    mark: number(rest, 'mark') ?? 0,
    zone: number(rest, 'zone') ?? 0,
    assured: rest.includes('<assured/>'),
    replied: !rest.includes('<unreplied/>'),
    packets: text(original, 'packets') === undefined ? undefined : packets
  }
}

const byId = (a: Flow, b: Flow): number => a.id - b.id

/** What `conntrack -L -o xml,id` printed. */
export const flowsIn = (xml: string): ReadonlyArray<Flow> =>
  [...xml.matchAll(/<flow>.*?<\/flow>/gs)].map(([flow]) => flowOf(flow)).sort(byId)

const stateName = (state: string | undefined): string | undefined =>
  state?.replace(/[A-Z]/g, '_$&').toUpperCase()

const withoutEcho = ({ icmp: _, ...tuple }: Tuple): Tuple => tuple

/** Our entries in the same form. */
export const flowsOf = (entries: ReadonlyArray<Entry>): ReadonlyArray<Flow> =>
  entries
    .map(({ id, family, protocol, original, reply, tcpState, mark, zone, status, counters }) => ({
      id,
      family,
      protocol: typeof protocol === 'number' ? protocol : protocols[protocol],
      original: withoutEcho(original),
      reply: withoutEcho(reply),
      state: stateName(tcpState),
      mark,
      zone,
      assured: status.includes('assured'),
      replied: status.includes('seenReply'),
      packets:
        counters === undefined
          ? undefined
          : [counters.original, counters.reply].map(each => `${each.packets} ${each.bytes}`)
    }))
    .sort(byId)
