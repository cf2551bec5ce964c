import { TC_ACT, TCA_EGRESS, TCA_INGRESS, TCA_VLAN_ACT } from '../../protocol/rtnetlink/action'
import { present } from '../socket/message'
import type { LinkRef } from '../socket/request'
import type { Given } from '../traffic/given'
import { amount, bitRate, needed, whole, within } from '../traffic/range'
import { longestPacket, rate64, rateTable, ticks } from '../traffic/rate'
import type { Action, ActionKind, ActionOptions } from './kind'

interface NewActionBase {
  /** Of `mirred`: where packets go. The kernel's own name for it, `parms.ifindex`, takes an index only. */
  readonly link?: LinkRef
  /** The number of an action that is there already, for several filters to share. */
  readonly index?: number
  /** Up to 16 bytes that the kernel keeps for the sender. */
  readonly cookie?: Uint8Array
  /** TCA_ACT_FLAGS_* bits, and which of them count. */
  readonly flags?: Action['flags']
  /** TCA_ACT_HW_STATS_* bits, and which of them count. */
  readonly hwStats?: Action['hwStats']
}

/** What is done with a packet; options have the kernel's names. man 8 tc-actions */
export type NewAction = NewActionBase &
  (
    | { [K in ActionKind]: { readonly kind: K; readonly options?: Given<ActionOptions<K>> } }[ActionKind]
    | { readonly kind: string; readonly options?: undefined }
  )

/** Lets packets through; no later filter sees them. */
export const pass = (): NewAction => ({ kind: 'gact', options: { parms: { action: TC_ACT.OK } } })

/** Throws packets away. */
export const drop = (): NewAction => ({ kind: 'gact', options: { parms: { action: TC_ACT.SHOT } } })

/** Goes on with the filters of another chain. */
export const goto = (chain: number): NewAction =>
  within('gact', { chain }, { chain: needed(whole(0, mostChain)) }, () => ({
    kind: 'gact',
    options: { parms: { action: TC_ACT.GOTO_CHAIN | chain } }
  }))

/** The bits of a verdict that are not its kind. TC_ACT_EXT_VAL_MASK <linux/pkt_cls.h> */
const mostChain = 0x0fffffff

/** Which way packets go at the other link: out by it, or in as if it had received them. */
export type Direction = 'egress' | 'ingress'

/** Sends packets to another link. man 8 tc-mirred */
export const redirect = (link: LinkRef, direction: Direction = 'egress'): NewAction => ({
  kind: 'mirred',
  link,
  options: {
    parms: {
      action: TC_ACT.STOLEN,
      eaction: direction === 'egress' ? TCA_EGRESS.REDIR : TCA_INGRESS.REDIR
    }
  }
})

/** Sends copies of packets to another link. man 8 tc-mirred */
export const mirror = (link: LinkRef, direction: Direction = 'egress'): NewAction => ({
  kind: 'mirred',
  link,
  options: {
    parms: {
      action: TC_ACT.PIPE,
      eaction: direction === 'egress' ? TCA_EGRESS.MIRROR : TCA_INGRESS.MIRROR
    }
  }
})

export interface Police {
  /** Bits a second. */
  readonly rate: number
  /** Bytes that may come at once. */
  readonly burst: number
  /** Bytes of the longest packet; longer ones exceed the rate. Default 2047. */
  readonly mtu?: number
  /** What becomes of packets that exceed it. Default: drop. */
  readonly exceed?: 'drop' | 'pass' | 'pipe'
  /** What becomes of the others. Default: pass. */
  readonly conform?: 'drop' | 'pass' | 'pipe'
}

const verdicts = { drop: TC_ACT.SHOT, pass: TC_ACT.OK, pipe: TC_ACT.PIPE } as const

/** Limits a rate by dropping what exceeds it. man 8 tc-police */
export const police = (given: Police): NewAction =>
  within(
    'police',
    given,
    policeRanges,
    ({ rate, burst, mtu = longestPacket, exceed = 'drop', conform = 'pass' }) => {
      const { spec, table } = rateTable(rate, mtu)
      return {
        kind: 'police',
        options: present<Given<ActionOptions<'police'>>>({
          tbf: { action: verdicts[exceed], burst: ticks(burst, rate), mtu, rate: spec },
          rate: table,
          result: verdicts[conform],
          rate64: rate64(rate)
        })
      }
    }
  )

const policeRanges = {
  rate: needed(bitRate),
  burst: needed(amount),
  mtu: whole(1),
  exceed: true,
  conform: true
} as const

export interface Tag {
  /** 0 to 4095. */
  readonly id: number
  /** 0 to 7. */
  readonly priority?: number
  /** The tag's EtherType: 0x8100, the default, or 0x88a8. */
  readonly protocol?: number
}

/** Gives packets a VLAN tag. man 8 tc-vlan */
export const pushVlan = (given: Tag): NewAction =>
  within('vlan', given, tagRanges, ({ id, priority, protocol = 0x8100 }) => ({
    kind: 'vlan',
    options: present<Given<ActionOptions<'vlan'>>>({
      parms: { action: TC_ACT.PIPE, vAction: TCA_VLAN_ACT.PUSH },
      pushVlanId: id,
      pushVlanProtocol: protocol,
      pushVlanPriority: priority
    })
  }))

const tagRanges = { id: needed(whole(0, 4095)), priority: whole(0, 7), protocol: whole(1, 0xffff) }

/** Takes the outermost VLAN tag away. man 8 tc-vlan */
export const popVlan = (): NewAction => ({
  kind: 'vlan',
  options: { parms: { action: TC_ACT.PIPE, vAction: TCA_VLAN_ACT.POP } }
})

export interface Edit {
  readonly mark?: number
  /** The bits of the mark that are set; all by default. */
  readonly markMask?: number
  /** Priority, or the handle of a class as a number. */
  readonly priority?: number
  readonly queue?: number
}

/** Changes what the kernel notes about packets. man 8 tc-skbedit */
export const edit = (given: Edit): NewAction =>
  within('skbedit', given, editRanges, ({ mark, markMask, priority, queue }) => ({
    kind: 'skbedit',
    options: present<Given<ActionOptions<'skbedit'>>>({
      parms: { action: TC_ACT.PIPE },
      mark,
      mask: markMask,
      priority,
      queueMapping: queue
    })
  }))

const editRanges = { mark: whole(), markMask: whole(), priority: whole(), queue: whole(0, 0xffff) }
