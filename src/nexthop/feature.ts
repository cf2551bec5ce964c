import * as E from 'fp-ts/Either'
import { NLM_F } from '../../protocol/netlink/header'
import { ask } from '../socket/feature'
import { message } from '../socket/message'
import { type Feature, listing } from '../socket/request'

/** Nexthops that routes refer to. An older kernel does not know the messages. */
export const nexthops: Feature = {
  name: 'nexthop objects',
  since: '5.3',
  signs: ['EOPNOTSUPP'],
  probe: [ask('nexthop.remove', () => message('RTM_DELNEXTHOP', NLM_F.REQUEST, { attributes: { id: 1 } }))]
}

/** Groups that move few flows. A kernel without them takes neither the type of a group nor the messages about buckets. */
export const resilientGroups: Feature = {
  name: 'resilient groups of nexthops',
  since: '5.13',
  signs: ['EOPNOTSUPP', 'EINVAL'],
  probe: [
    listing({
      operation: 'nexthop.buckets',
      protocol: 'route',
      messages: () => E.right([message('RTM_GETNEXTHOPBUCKET', NLM_F.REQUEST | NLM_F.DUMP, {})]),
      entries: () => [],
      fields: {}
    })
  ]
}

/** What a kernel may lack of nexthops. */
export const features: ReadonlyArray<Feature> = [nexthops, resilientGroups]
