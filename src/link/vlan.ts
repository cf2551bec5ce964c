import * as E from 'fp-ts/Either'
import { NLM_F } from '../../protocol/netlink/header'
import { AF } from '../../protocol/rtnetlink/af'
import {
  BRIDGE_FLAGS,
  BRIDGE_VLAN_INFO,
  type Link as LinkMessage,
  RTEXT_FILTER
} from '../../protocol/rtnetlink/link'
import { invalidInput } from '../socket/error'
import { keysOf, misspelt } from '../socket/key'
import { message, present } from '../socket/message'
import { type LinkRef, type ListRequest, listing, type Request } from '../socket/request'
import { vlanFiltering } from './feature'

/** A VLAN, or several in a row, that a bridge's port or a bridge itself takes part in: `bridge vlan`. man 8 bridge */
export interface PortVlan {
  /** Index of the port. */
  readonly link: number
  readonly id: number
  /** The last one, of several in a row. */
  readonly last?: number
  /** Frames that come in without a tag belong to it. */
  readonly pvid?: boolean
  /** Its frames leave without a tag. */
  readonly untagged?: boolean
}

export interface NewVlan {
  /** The port, or the bridge itself. */
  readonly link: LinkRef
  /** 1 to 4094. */
  readonly id: number
  /** The last one, of several in a row. */
  readonly last?: number
  readonly pvid?: boolean
  readonly untagged?: boolean
  /** The link is the bridge, not one of its ports. */
  readonly self?: boolean
  /** Of a VXLAN as a port: the network identifier of the first VLAN; those of others follow it. */
  readonly tunnel?: number
}

const keys = keysOf<NewVlan, PortVlan>({
  link: true,
  id: true,
  last: true,
  pvid: true,
  untagged: true,
  self: true,
  tunnel: true
})

export interface VlanFilter {
  readonly link?: LinkRef
  /** The ports of a bridge, and itself. */
  readonly bridge?: LinkRef
}

const filterKeys = keysOf<VlanFilter>({ link: true, bridge: true })

const fields = {
  'attributes.afSpec.vlanInfo': 'id',
  'attributes.afSpec.vlanTunnelInfo': 'tunnel',
  'attributes.afSpec': 'id',
  'header.index': 'link'
}

/** Lists the VLANs of ports and bridges: `bridge vlan show`. */
export const list = (filter: VlanFilter = {}): ListRequest<PortVlan> =>
  misspelt('link.vlan.list', filter, filterKeys) ??
  listing({
    operation: 'link.vlan.list',
    protocol: 'route',
    links: [filter.link, filter.bridge].filter(link => link !== undefined),
    linkField: link => (link === filter.bridge ? 'bridge' : 'link'),
    messages: () =>
      E.right([
        message('RTM_GETLINK', NLM_F.REQUEST | NLM_F.DUMP, {
          header: { family: AF.BRIDGE },
          attributes: { extMask: RTEXT_FILTER.BRVLAN_COMPRESSED }
        })
      ]),
    // The kernel knows no dump of one port's.
    entries: (answer, known) => {
      if (answer.type !== 'RTM_NEWLINK') return []
      const link = filter.link === undefined ? undefined : known.indexOf(filter.link)
      const bridge = filter.bridge === undefined ? undefined : known.indexOf(filter.bridge)
      const {
        header: { index },
        attributes: { master }
      } = answer as LinkMessage
      const meant =
        (link ?? index) === index && (bridge === undefined || bridge === index || bridge === master)
      return meant ? vlansOf(answer as LinkMessage) : []
    },
    fields
  })

/** Lets a port take part in VLANs: `bridge vlan add`. */
export const add = (vlan: NewVlan): Request<void> => change('link.vlan.add', 'RTM_SETLINK', vlan)

/** Takes a port out of VLANs: `bridge vlan delete`. */
export const remove = (vlan: NewVlan): Request<void> => change('link.vlan.remove', 'RTM_DELLINK', vlan)

const change = (operation: string, type: 'RTM_SETLINK' | 'RTM_DELLINK', given: NewVlan): Request<void> =>
  misspelt(operation, given, keys) ?? {
    operation,
    protocol: 'route',
    answering: 'acknowledged',
    links: [given.link],
    messages: known => {
      const { id, last = id, tunnel } = given
      if (!(id >= 1 && id <= last && last <= 4094))
        return E.left(invalidInput(operation, 'id', 'must be from 1 to 4094, and not above last'))
      const flags =
        (given.pvid === true ? BRIDGE_VLAN_INFO.PVID : 0) |
        (given.untagged === true ? BRIDGE_VLAN_INFO.UNTAGGED : 0)
      return E.right([
        message(type, NLM_F.REQUEST, {
          header: { family: AF.BRIDGE, index: known.indexOf(given.link) },
          attributes: {
            afSpec: present({
              flags: given.self === true ? BRIDGE_FLAGS.SELF : undefined,
              vlanInfo: ends(id, last).map(end => ({ flags: flags | end.flags, vid: end.vid })),
              vlanTunnelInfo:
                tunnel === undefined
                  ? undefined
                  : ends(id, last).map(end => ({ ...end, id: tunnel + end.vid - id }))
            })
          }
        })
      ])
    },
    read: () => undefined,
    fields,
    needs: [vlanFiltering],
    hints: { EOPNOTSUPP: 'the link must be the port of a bridge, or a bridge with self' }
  }

/** How the kernel is told a range: by its ends. */
const ends = (id: number, last: number): ReadonlyArray<{ readonly flags: number; readonly vid: number }> =>
  id === last
    ? [{ flags: 0, vid: id }]
    : [
        { flags: BRIDGE_VLAN_INFO.RANGE_BEGIN, vid: id },
        { flags: BRIDGE_VLAN_INFO.RANGE_END, vid: last }
      ]

const vlansOf = ({ header, attributes }: LinkMessage): ReadonlyArray<PortVlan> => {
  const { afSpec } = attributes
  const infos = afSpec !== undefined && 'vlanInfo' in afSpec ? (afSpec.vlanInfo ?? []) : []
  return infos.flatMap(({ flags, vid }, n) => {
    const set = (bit: number): true | undefined => ((flags & bit) !== 0 ? true : undefined)
    if (set(BRIDGE_VLAN_INFO.RANGE_END)) return []
    return [
      present<PortVlan>({
        link: header.index,
        id: vid,
        last: set(BRIDGE_VLAN_INFO.RANGE_BEGIN) && infos[n + 1]?.vid,
        pvid: set(BRIDGE_VLAN_INFO.PVID),
        untagged: set(BRIDGE_VLAN_INFO.UNTAGGED)
      })
    ]
  })
}
