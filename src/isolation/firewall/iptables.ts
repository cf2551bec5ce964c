import { littleEndian as le } from '../../../protocol'
import { type Match, type Packet, when } from './packet'

/** Where `struct xt_conntrack_mtinfo3` has what it compares. <linux/netfilter/xt_conntrack.h> */
const conntrackInfo = { flags: 146, inverted: 148, states: 150, size: 152 }
const XT_CONNTRACK_STATE = 1

/** XT_CONNTRACK_STATE_BIT of IP_CT_ESTABLISHED and IP_CT_NEW, and XT_CONNTRACK_STATE_DNAT. */
const conntrackBits = { established: 2, new: 8, dnat: 128 }

/** `struct xt_addrtype_info_v1`, and what it asks of the destination. <linux/netfilter/xt_addrtype.h> */
const addrtypeInfo = { source: 0, destination: 2, flags: 4, size: 8 }
const XT_ADDRTYPE_INVERT_DEST = 2
const XT_ADDRTYPE_LOCAL = 1 << 2

/** `struct xt_multiport_v1`. <linux/netfilter/xt_multiport.h> */
const multiportInfo = { flags: 0, count: 1, ports: 2, areRanges: 32, inverted: 47, size: 48 }
const XT_MULTIPORT_DESTINATION = 1

/** `struct xt_tcp` and `struct xt_udp` begin alike; then come what TCP's flags are to be, and what is inverted. <linux/netfilter/xt_tcpudp.h> */
const portsInfo = {
  sources: 0,
  destinations: 4,
  option: 8,
  flags: 9,
  inverted: { tcp: 11, udp: 8 },
  size: 12
}
const XT_INV_SOURCE = 1
const XT_INV_DESTINATION = 2

const conntrack = ({ state, dnat }: Packet, info: DataView): Match => {
  if (state === undefined || info.byteLength < conntrackInfo.size) return 'maybe'
  if (info.getUint16(conntrackInfo.flags, le) !== XT_CONNTRACK_STATE) return 'maybe'
  const bits = conntrackBits[state] | (dnat === true ? conntrackBits.dnat : 0)
  const inverted = (info.getUint16(conntrackInfo.inverted, le) & XT_CONNTRACK_STATE) !== 0
  return when(((info.getUint16(conntrackInfo.states, le) & bits) !== 0) !== inverted)
}

const state = (packet: Packet, info: DataView): Match =>
  packet.state === undefined || info.byteLength < 4
    ? 'maybe'
    : when(
        (info.getUint32(0, le) &
          (conntrackBits[packet.state] | (packet.dnat === true ? conntrackBits.dnat : 0))) !==
          0
      )

const addrtype = ({ local }: Packet, info: DataView): Match => {
  if (local !== true || info.byteLength < addrtypeInfo.size) return 'maybe'
  if (info.getUint16(addrtypeInfo.source, le) !== 0) return 'maybe'
  const inverted = (info.getUint32(addrtypeInfo.flags, le) & XT_ADDRTYPE_INVERT_DEST) !== 0
  return when(((info.getUint16(addrtypeInfo.destination, le) & XT_ADDRTYPE_LOCAL) !== 0) !== inverted)
}

const ports =
  (protocol: 'tcp' | 'udp') =>
  (packet: Packet, info: DataView): Match => {
    if (packet.protocol === undefined) return 'maybe'
    if (packet.protocol !== protocol) return 'no'
    if (packet.port === undefined || info.byteLength < portsInfo.size) return 'maybe'
    const inverted = info.getUint8(portsInfo.inverted[protocol])
    const [first, last] = [0, 2].map(at => info.getUint16(portsInfo.destinations + at, le))
    const meets = packet.port >= (first ?? 0) && packet.port <= (last ?? 0)
    if (meets === ((inverted & XT_INV_DESTINATION) !== 0)) return 'no'
    const [least, most] = [0, 2].map(at => info.getUint16(portsInfo.sources + at, le))
    const anySource = least === 0 && most === 65535 && (inverted & XT_INV_SOURCE) === 0
    const anyFlags =
      protocol === 'udp' || (info.getUint8(portsInfo.option) === 0 && info.getUint8(portsInfo.flags) === 0)
    return anySource && anyFlags ? 'yes' : 'maybe'
  }

const multiport = ({ port }: Packet, info: DataView): Match => {
  if (port === undefined || info.byteLength < multiportInfo.size) return 'maybe'
  if (info.getUint8(multiportInfo.flags) !== XT_MULTIPORT_DESTINATION) return 'maybe'
  let meets = false
  for (let n = 0; n < info.getUint8(multiportInfo.count); n++) {
    const first = info.getUint16(multiportInfo.ports + 2 * n, le)
    const isRange = info.getUint8(multiportInfo.areRanges + n) === 1
    if (isRange) n++
    const last = isRange ? info.getUint16(multiportInfo.ports + 2 * n, le) : first
    meets ||= port >= first && port <= last
  }
  return when(meets !== (info.getUint8(multiportInfo.inverted) !== 0))
}

/** By name and revision; another revision of the struct we do not know. */
const matches: { readonly [name: string]: (packet: Packet, info: DataView) => Match } = {
  'conntrack 3': conntrack,
  'state 0': state,
  'addrtype 1': addrtype,
  'tcp 0': ports('tcp'),
  'udp 0': ports('udp'),
  'multiport 1': multiport,
  'comment 0': () => 'yes'
}

/** What a match of iptables makes of a packet, of those that we know the meaning of. */
export const iptablesMatch = (
  packet: Packet,
  { name, rev = 0, info }: { readonly name?: string; readonly rev?: number; readonly info?: Uint8Array }
): Match => {
  const meaning = matches[`${name} ${rev}`]
  return meaning === undefined || info === undefined
    ? 'maybe'
    : meaning(packet, new DataView(info.buffer, info.byteOffset, info.length))
}

/** Targets after which no rule is met any more, by what becomes of the packet. */
export const iptablesTargets: ReadonlyMap<string, 'drop' | 'translate'> = new Map([
  ['DROP', 'drop'],
  ['REJECT', 'drop'],
  ['DNAT', 'translate'],
  ['REDIRECT', 'translate'],
  ['NETMAP', 'translate']
])
