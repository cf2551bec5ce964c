import { NLM_F } from '../../../protocol/netlink/header'
import type { Nexthop } from '../../../protocol/rtnetlink/nexthop'
import { RTNH_F } from '../../../protocol/rtnetlink/route'
import { present } from '../../socket/message'
import type { Belonging } from './belonging'

type Body = Pick<Nexthop, 'header' | 'attributes'>

const isGroup = ({ attributes }: Body): boolean => attributes.group !== undefined

/** The ids of the nexthops that leave by a link, and of the groups with one of them. */
export const nexthopsBy = (all: ReadonlyArray<Body>, index: number): ReadonlySet<number> => {
  const ids = new Set(all.flatMap(({ attributes: { id, oif } }) => (oif === index && id ? [id] : [])))
  for (const { attributes } of all)
    if (attributes.id !== undefined && attributes.group?.some(member => ids.has(member.id)))
      ids.add(attributes.id)
  return ids
}

/** Nexthops that routes name by number, and groups of them: `ip nexthop`. */
export const nexthops: Belonging<Body> = {
  noun: 'nexthop',
  object: 'NEXTHOP',
  dump: () => ({ header: {}, attributes: {} }),
  belongs: ({ attributes: { id } }, owner) => id !== undefined && owner.nexthops.has(id),
  essence: ({ header, attributes }) => {
    const { resGroup, groupStats: _s, hwStatsUsed: _h, opFlags: _f, groupType, ...lasting } = attributes
    return {
      header: { ...header, scope: 0, flags: header.flags & RTNH_F.ONLINK },
      attributes: present({
        ...lasting,
        ...(groupType !== 0 && { groupType }),
        ...(resGroup && { resGroup: { ...resGroup, unbalancedTime: undefined } })
      })
    }
  },
  moved: (body, from, to) =>
    body.attributes.oif === from ? { ...body, attributes: { ...body.attributes, oif: to } } : body,
  alone: (body, owner) => {
    const group = body.attributes.group?.filter(({ id }) => owner.nexthops.has(id))
    return group === undefined ? body : { ...body, attributes: { ...body.attributes, group } }
  },
  // A group that has lost a member is there still.
  flags: each => (isGroup(each) ? NLM_F.REPLACE : NLM_F.EXCL),
  order: all => [...all.filter(each => !isGroup(each)), ...all.filter(isGroup)],
  numbered: true,
  told: ({ attributes: { id } }) => String(id)
}
