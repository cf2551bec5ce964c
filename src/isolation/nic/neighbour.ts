import { NLM_F } from '../../../protocol/netlink/header'
import { AF } from '../../../protocol/rtnetlink/af'
import { type Neighbour, NTF, NTF_EXT, NUD } from '../../../protocol/rtnetlink/neighbour'
import { present } from '../../socket/message'
import { asTold, type Belonging } from './belonging'

type Body = Pick<Neighbour, 'header' | 'attributes'>

/** A group's address: the lowest bit of its first byte is set. IEEE 802 */
const isGroup = (linkAddress: string | undefined): boolean =>
  linkAddress !== undefined && (Number.parseInt(linkAddress.slice(0, 2), 16) & 1) === 1

const isMulticast = (address: string | undefined): boolean =>
  address !== undefined && (/^(22[4-9]|23\d|255)\./.test(address) || /^ff/i.test(address))

const isFixed = ({ header, attributes }: Body): boolean =>
  (header.state & NUD.PERMANENT) !== 0 ||
  // The kernel itself makes such for groups.
  ((header.state & NUD.NOARP) !== 0 && !isMulticast(attributes.dst)) ||
  (header.flags & NTF.EXT_LEARNED) !== 0 ||
  ((attributes.flagsExt ?? 0) & NTF_EXT.MANAGED) !== 0

const alike: Pick<Belonging<Body>, 'object' | 'moved' | 'flags' | 'order' | 'told'> = {
  object: 'NEIGH',
  moved: ({ header, attributes }, _, to) => ({ header: { ...header, ifindex: to }, attributes }),
  flags: () => NLM_F.REPLACE,
  order: asTold,
  told: ({ attributes: { dst, lladdr } }) => dst ?? lladdr ?? ''
}

const lasting = ({ header, attributes }: Body): Body => {
  const { cacheinfo: _, probes: __, master: ___, ...rest } = attributes
  return { header: { ...header, type: 0 }, attributes: present(rest) }
}

/** Neighbours that do not come of themselves: `ip neighbour`. */
export const neighbours: Belonging<Body> = {
  ...alike,
  noun: 'neighbour',
  dump: () => ({ header: {}, attributes: {} }),
  belongs: (body, { index }) =>
    (body.header.family === AF.INET || body.header.family === AF.INET6) &&
    body.header.ifindex === index &&
    (body.header.flags & NTF.PROXY) === 0 &&
    isFixed(body),
  essence: lasting,
  // How one fares that a program keeps changes all the time.
  identity: ({ header, attributes }) => ({
    header: { ...header, state: header.state & (NUD.PERMANENT | NUD.NOARP) },
    attributes
  })
}

/** Addresses that we answer for: `ip neighbour add proxy`. */
export const proxies: Belonging<Body> = {
  ...alike,
  noun: 'proxy',
  dump: () => ({ header: { flags: NTF.PROXY }, attributes: {} }),
  belongs: ({ header }, { index }) => header.ifindex === index && (header.flags & NTF.PROXY) !== 0,
  essence: ({ header, attributes: { dst, protocol } }) => ({
    header: { ...header, state: 0, type: 0 },
    attributes: present({ dst, protocol })
  })
}

/** Entries of the link's own forwarding database, and of its bridge's, that nobody learnt: `bridge fdb`. */
export const forwardings: Belonging<Body> = {
  ...alike,
  noun: 'forwarding entry',
  dump: index => ({ header: { family: AF.BRIDGE, ifindex: index }, attributes: {} }),
  belongs: ({ header, attributes }, { index }) =>
    header.family === AF.BRIDGE &&
    header.ifindex === index &&
    (header.state & (NUD.PERMANENT | NUD.NOARP)) !== 0 &&
    !isGroup(attributes.lladdr),
  // Those of a bridge stay with that.
  alone: body => ((body.header.flags & NTF.SELF) !== 0 ? body : undefined),
  essence: body => {
    const { header, attributes } = lasting(body)
    // Without either, an entry would be the bridge's; one of the link's own says so.
    return { header: { ...header, flags: header.flags & (NTF.SELF | NTF.MASTER | NTF.STICKY) }, attributes }
  }
}
