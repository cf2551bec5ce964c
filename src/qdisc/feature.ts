import { NLM_F } from '../../protocol/netlink/header'
import { TC_H } from '../../protocol/rtnetlink/tc/tcmsg'
import { ask, lo } from '../socket/feature'
import { message } from '../socket/message'
import type { Feature } from '../socket/request'

/** Kinds of qdisc: the version of Linux that brought them. Their modules are called alike, sch_KIND. */
const kinds: { readonly [kind: string]: string } = {
  cake: '4.19',
  cbs: '4.15',
  choke: '2.6.39',
  clsact: '4.5',
  codel: '3.5',
  drr: '2.6.29',
  dualpi2: '6.17',
  etf: '4.19',
  ets: '5.6',
  fq: '3.12',
  fq_codel: '3.5',
  fq_pie: '5.6',
  gred: '2.4.20',
  hfsc: '2.6.9',
  hhf: '3.14',
  htb: '2.4.20',
  ingress: '2.4.20',
  mqprio: '2.6.39',
  multiq: '2.6.28',
  netem: '2.6.8',
  pie: '3.14',
  plug: '3.4',
  prio: '2.4.20',
  qfq: '3.0',
  red: '2.4.20',
  sfb: '2.6.39',
  sfq: '2.4.20',
  skbprio: '4.19',
  taprio: '4.20',
  tbf: '2.4.20'
}

/** Those that come with another, or with the kernel. */
const moduleOf = (kind: string): string => (kind === 'clsact' ? 'sch_ingress' : `sch_${kind}`)

/** Qdiscs of a kind. */
export const qdiscKind = (kind: string): Feature => {
  const since = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
  return {
    name: `qdiscs of kind ${kind}`,
    ...(since !== undefined && { since, module: moduleOf(kind) }),
    signs: ['ENOENT'],
    probe: [
      ask('qdisc.add', () =>
        message('RTM_NEWQDISC', NLM_F.REQUEST | NLM_F.CREATE, {
          header: {
            ifindex: lo,
            parent: kind === 'clsact' || kind === 'ingress' ? TC_H.CLSACT : TC_H.ROOT
          },
          attributes: { kind } as never
        })
      )
    ]
  }
}

/** What a kernel may lack of qdiscs. */
export const features: ReadonlyArray<Feature> = Object.keys(kinds).map(qdiscKind)
