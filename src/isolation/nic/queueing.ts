import { NLM_F } from '../../../protocol/netlink/header'
import type { TrafficClass } from '../../../protocol/rtnetlink/class'
import type { Qdisc } from '../../../protocol/rtnetlink/qdisc'
import { present } from '../../socket/message'
import { asTold, type Belonging } from './belonging'

type Body = Pick<Qdisc | TrafficClass, 'header' | 'attributes'>

interface HtbOptions {
  readonly init?: { readonly version: number }
  readonly parms?: object
}

/** Of htb the kernel does not take what it tells: the version, and how things are. */
const plain = (kind: string | undefined, options: unknown): unknown => {
  if (kind !== 'htb') return options
  const { init, parms, ...rest } = options as HtbOptions
  return {
    ...rest,
    ...(init && { init: { ...init, version: htbVersion, directPkts: 0 } }),
    ...(parms && { parms: { ...parms, level: 0 } })
  }
}

const htbVersion = 3

const alike: Pick<Belonging<Body>, 'dump' | 'essence' | 'moved' | 'flags' | 'order'> = {
  dump: index => ({ header: { ifindex: index }, attributes: {} }),
  essence: ({ header, attributes }) => {
    const { kind, options, stab, ingressBlock, egressBlock } = attributes
    return {
      header: { ...header, info: 0 },
      attributes: present({
        kind,
        options: plain(kind, options),
        stab,
        ingressBlock,
        egressBlock
      }) as Body['attributes']
    }
  },
  moved: ({ header, attributes }, _, to) => ({ header: { ...header, ifindex: to }, attributes }),
  flags: () => NLM_F.REPLACE,
  order: asTold
}

const hexadecimal = (handle: number): string =>
  `${(handle >>> 16).toString(16)}:${(handle & 0xffff).toString(16).replace(/^0$/, '')}`

/** Qdiscs that somebody has put there; the kernel's own have no handle: `tc qdisc`. */
export const qdiscs: Belonging<Body> = {
  ...alike,
  noun: 'qdisc',
  object: 'QDISC',
  belongs: ({ header }, { index }) => header.ifindex === index && header.handle !== 0,
  told: ({ header, attributes }) => `${attributes.kind} ${hexadecimal(header.handle)}`
}

/** Classes of qdiscs that have them made: `tc class`. */
export const classes: Belonging<Body> = {
  ...alike,
  noun: 'class',
  object: 'TCLASS',
  belongs: ({ header, attributes }, { index }) =>
    header.ifindex === index && classful.has(attributes.kind ?? ''),
  told: ({ header }) => hexadecimal(header.handle)
}

/** The kinds of which classes are made by hand; those of others come with the qdisc. */
const classful: ReadonlySet<string> = new Set(['htb', 'hfsc', 'drr', 'qfq', 'cbq', 'atm', 'ets'])
