import { NLM_F } from '../../protocol/netlink/header'
import { TC_H } from '../../protocol/rtnetlink/tc/tcmsg'
import { ask, lo } from '../socket/feature'
import { message } from '../socket/message'
import type { Feature } from '../socket/request'

/** Kinds of filter and of action: the version of Linux that brought them. Their modules are cls_KIND and act_KIND. */
const filters: { readonly [kind: string]: string } = {
  basic: '2.6.12',
  bpf: '3.13',
  cgroup: '2.6.29',
  flow: '2.6.25',
  flower: '4.2',
  fw: '2.4.20',
  matchall: '4.8',
  route: '2.4.20',
  u32: '2.4.20'
}

const actions: { readonly [kind: string]: string } = {
  bpf: '4.1',
  connmark: '4.0',
  csum: '2.6.37',
  ct: '5.3',
  ctinfo: '5.3',
  gact: '2.6.8',
  gate: '5.8',
  ife: '4.6',
  mirred: '2.6.12',
  mpls: '5.3',
  nat: '2.6.24',
  pedit: '2.6.8',
  police: '2.6.8',
  sample: '4.11',
  simple: '2.6.14',
  skbedit: '2.6.28',
  skbmod: '4.9',
  tunnel_key: '4.9',
  vlan: '4.0'
}

/** The handle of the qdisc that takes filters. */
const ffff = 0xffff0000

/** Priority 1, and any protocol in network order. */
const info = 0x10300

const make = NLM_F.REQUEST | NLM_F.CREATE | NLM_F.EXCL

/** A place for filters. */
const clsact = ask('qdisc.add', () =>
  message('RTM_NEWQDISC', make, {
    header: { ifindex: lo, parent: TC_H.CLSACT, handle: ffff },
    attributes: { kind: 'clsact' } as never
  })
)

/** Filters of a kind. */
export const filterKind = (kind: string): Feature => {
  const since = Object.hasOwn(filters, kind) ? filters[kind] : undefined
  return {
    name: `filters of kind ${kind}`,
    ...(since !== undefined && { since, module: `cls_${kind}` }),
    signs: ['ENOENT'],
    probe: [
      clsact,
      ask('filter.add', () =>
        message('RTM_NEWTFILTER', make, {
          header: { ifindex: lo, parent: ffff + TC_H.MIN_INGRESS, info },
          attributes: { kind } as never
        })
      )
    ]
  }
}

/** Actions of a kind. */
export const actionKind = (kind: string): Feature => {
  const since = Object.hasOwn(actions, kind) ? actions[kind] : undefined
  return {
    name: `actions of kind ${kind}`,
    ...(since !== undefined && { since, module: `act_${kind}` }),
    signs: ['ENOENT'],
    probe: [
      ask('action.add', () => message('RTM_NEWACTION', make, { attributes: { tab: [{ kind }] } as never }))
    ]
  }
}

/** What a kernel may lack of filters and their actions. */
export const features: ReadonlyArray<Feature> = [
  ...Object.keys(filters).map(filterKind),
  ...Object.keys(actions).map(actionKind)
]
