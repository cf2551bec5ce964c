import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { NLM_F } from '../../protocol/netlink/header'
import { RTNLGRP } from '../../protocol/rtnetlink/group'
import { RT_TABLE, RTPROT } from '../../protocol/rtnetlink/route'
import { FIB_RULE, FR_ACT, type Rule as RuleMessage } from '../../protocol/rtnetlink/rule'
import { addressFamilies, formatPrefix, type Prefix } from '../ip/prefix'
import { type InvalidInput, invalidInput } from '../socket/error'
import { input } from '../socket/input'
import { keysOf, misspelt } from '../socket/key'
import { message, present } from '../socket/message'
import { type ListRequest, listing, type Request } from '../socket/request'
import { routeChanges } from '../socket/subscription'

/** What becomes of a packet that a rule is for. <linux/fib_rules.h> */
export const ruleActions = {
  /** Its table is looked into; if that has no route, the next rule is asked. */
  table: FR_ACT.TO_TBL,
  goto: FR_ACT.GOTO,
  nop: FR_ACT.NOP,
  blackhole: FR_ACT.BLACKHOLE,
  unreachable: FR_ACT.UNREACHABLE,
  prohibit: FR_ACT.PROHIBIT
} as const
export type RuleAction = keyof typeof ruleActions

/** Numbers from one to another, both included. */
export interface Range {
  readonly start: number
  readonly end: number
}

const range = keysOf<Range>({ start: true, end: true })

/** Which packets a rule is for: those to which all that is given applies. */
export interface RuleSelector {
  /** `10.0.0.0/24`. */
  readonly from?: string
  readonly to?: string
  /** Name of the link that packets come in by; our own come in by `lo`. There need not be such a link. */
  readonly incoming?: string
  /** Name of the link that the sender's socket is bound to. */
  readonly outgoing?: string
  /** 0 is that of packets which nobody has marked. */
  readonly mark?: number
  /** The bits of the mark that count; all by default. */
  readonly markMask?: number
  /** Not 0, which the kernel takes for any: `dscp` tells 0 from that. */
  readonly tos?: number
  /** The six bits of the differentiated services field. Since Linux 6.12, FRA_DSCP; older ones pass it over. */
  readonly dscp?: number
  /** The bits of `dscp` that count; all by default. Since Linux 6.15, FRA_DSCP_MASK; older ones compare all. */
  readonly dscpMask?: number
  /** The twenty bits by which IPv6 tells flows apart. Since Linux 6.14, FRA_FLOWLABEL; older ones pass it over. */
  readonly flowLabel?: number
  /** The bits of `flowLabel` that count; all by default. FRA_FLOWLABEL_MASK. */
  readonly flowLabelMask?: number
  /** IPPROTO_*: 6 is TCP, 17 UDP. Not 0, which the kernel takes for any. */
  readonly ipProtocol?: number
  readonly sourcePorts?: Range
  /** The bits that count, if `sourcePorts` is one port; all by default. Since Linux 6.15, FRA_SPORT_MASK; older ones compare all. */
  readonly sourcePortsMask?: number
  readonly destinationPorts?: Range
  /** The bits that count, if `destinationPorts` is one port; all by default. Since Linux 6.15, FRA_DPORT_MASK; older ones compare all. */
  readonly destinationPortsMask?: number
  /** Users whose sockets send the packets. */
  readonly users?: Range
  /** Not 0, which the kernel takes for any. */
  readonly tunnelId?: bigint
  /** The table of the VRF that a packet belongs to, if it belongs to one, instead of a table of the rule's own. */
  readonly l3mdev?: boolean
  /** The rule is for all other packets. */
  readonly invert?: boolean
}

/** A rule of which routing table serves which packets: `ip rule`. <linux/fib_rules.h> */
export interface Rule extends RuleSelector {
  readonly family: 'ipv4' | 'ipv6'
  /** The least is asked first. */
  readonly priority: number
  readonly action: RuleAction
  readonly table?: number
  /** Priority of the rule to go on at. */
  readonly goto?: number
  /** RTPROT_*: who made it. */
  readonly protocol: number
  /** Realms: from in the high 16 bits, to in the low ones. */
  readonly realms?: number
  /** Routes with a prefix this long or shorter do not count: 0 leaves out default routes. */
  readonly suppressPrefixLength?: number
  /** Routes out of links of this group do not count. */
  readonly suppressGroup?: number
  /** FIB_RULE_* bits. */
  readonly flags: number
}

export interface NewRule extends RuleSelector {
  /** Default: the family of `from` or `to`, else ipv4. */
  readonly family?: 'ipv4' | 'ipv6'
  /** Default: before all rules but the first, which has 0. */
  readonly priority?: number
  /** Default: goto if it is given, else table. */
  readonly action?: RuleAction
  /** Default: main. */
  readonly table?: number
  readonly goto?: number
  /** RTPROT_*. Default: static. */
  readonly protocol?: number
  readonly realms?: number
  readonly suppressPrefixLength?: number
  readonly suppressGroup?: number
}

const keys = keysOf<NewRule, Rule>({
  from: true,
  to: true,
  incoming: true,
  outgoing: true,
  mark: true,
  markMask: true,
  tos: true,
  dscp: true,
  dscpMask: true,
  flowLabel: true,
  flowLabelMask: true,
  ipProtocol: true,
  sourcePorts: range,
  sourcePortsMask: true,
  destinationPorts: range,
  destinationPortsMask: true,
  users: range,
  tunnelId: true,
  l3mdev: true,
  invert: true,
  family: true,
  priority: true,
  action: true,
  table: true,
  goto: true,
  protocol: true,
  realms: true,
  suppressPrefixLength: true,
  suppressGroup: true,
  flags: false
})

export interface RuleFilter {
  readonly family?: 'ipv4' | 'ipv6'
  readonly table?: number
  readonly priority?: number
}

const filterKeys = keysOf<RuleFilter>({ family: true, table: true, priority: true })

const fields = {
  'attributes.dst': 'to',
  'attributes.src': 'from',
  'attributes.iifname': 'incoming',
  'attributes.oifname': 'outgoing',
  'attributes.goto': 'goto',
  'attributes.priority': 'priority',
  'attributes.fwmark': 'mark',
  'attributes.fwmask': 'markMask',
  'attributes.flow': 'realms',
  'attributes.tunId': 'tunnelId',
  'attributes.suppressIfgroup': 'suppressGroup',
  'attributes.suppressPrefixlen': 'suppressPrefixLength',
  'attributes.table': 'table',
  'attributes.l3mdev': 'l3mdev',
  'attributes.uidRange': 'users',
  'attributes.protocol': 'protocol',
  'attributes.ipProto': 'ipProtocol',
  'attributes.sportRange': 'sourcePorts',
  'attributes.dportRange': 'destinationPorts',
  'attributes.dscp': 'dscp',
  'attributes.dscpMask': 'dscpMask',
  'attributes.flowlabel': 'flowLabel',
  'attributes.flowlabelMask': 'flowLabelMask',
  'attributes.sportMask': 'sourcePortsMask',
  'attributes.dportMask': 'destinationPortsMask',
  'header.dstLen': 'to',
  'header.srcLen': 'from',
  'header.tos': 'tos',
  'header.table': 'table',
  'header.action': 'action'
}

/** Lists rules in the order in which they are asked, those of IPv4 first: `ip rule show`. */
export const list = (filter: RuleFilter = {}): ListRequest<Rule> =>
  misspelt('rule.list', filter, filterKeys) ??
  listing({
    operation: 'rule.list',
    protocol: 'route',
    messages: () =>
      pipe(
        input('rule.list').named('family', addressFamilies, filter.family),
        E.map((family = 0) => [message('RTM_GETRULE', NLM_F.REQUEST | NLM_F.DUMP, { header: { family } })])
      ),
    entries: answer =>
      (answer.type === 'RTM_NEWRULE' ? rulesOf(answer) : []).filter(
        ({ table, priority }) =>
          (filter.table ?? table) === table && (filter.priority ?? priority) === priority
      ),
    fields
  })

/** Adds a rule: `ip rule add`. */
export const add = (rule: NewRule): Request<void> =>
  misspelt('rule.add', rule, keys) ??
  change(
    'rule.add',
    'RTM_NEWRULE',
    NLM_F.CREATE | NLM_F.EXCL,
    {
      ...rule,
      action: actionOf(rule) ?? 'table',
      protocol: rule.protocol ?? RTPROT.STATIC
    },
    { EEXIST: 'there is such a rule already' }
  )

/**
 * Removes the first rule that has all that is given: `ip rule delete`. To the kernel a `mark` of 0 means any here, so
 * give what else tells the rule apart, such as its `priority`.
 */
export const remove = (rule: NewRule): Request<void> =>
  misspelt('rule.remove', rule, keys) ??
  change('rule.remove', 'RTM_DELRULE', 0, rule, { ENOENT: 'there is no such rule' })

const change = (
  operation: string,
  type: 'RTM_NEWRULE' | 'RTM_DELRULE',
  flags: number,
  given: NewRule,
  hints: Request<void>['hints']
): Request<void> => ({
  operation,
  protocol: 'route',
  answering: 'acknowledged',
  messages: () =>
    pipe(
      type === 'RTM_DELRULE' && saysNothing(given)
        ? E.left(invalidInput(operation, 'priority', 'must be given, or else what tells the rule apart'))
        : bodyOf(operation, given),
      E.map(body => [message(type, NLM_F.REQUEST | flags, body)])
    ),
  read: () => undefined,
  fields,
  hints
})

const saysNothing = ({ family: _, ...others }: NewRule): boolean =>
  Object.values(others).every(value => value === undefined)

/** Selectors whose 0 the kernel takes for none, so that the rule would be one for all packets. */
const neverZero = ['tos', 'ipProtocol', 'tunnelId'] as const

const bodyOf = (
  operation: string,
  given: NewRule
): E.Either<InvalidInput, { header: object; attributes: object }> => {
  const zero = neverZero.find(key => given[key] !== undefined && Number(given[key]) === 0)
  if (zero !== undefined)
    return E.left(
      invalidInput(operation, zero, 'must not be 0, which the kernel takes for any: leave it out')
    )
  return pipe(
    E.Do,
    E.apS('family', input(operation).named('family', addressFamilies, given.family)),
    E.apS('from', input(operation).prefix('from', given.from)),
    E.apS('to', input(operation).prefix('to', given.to)),
    E.apS('action', input(operation).named('action', ruleActions, actionOf(given))),
    E.chain(({ from, to, action }) => {
      const family = given.family ?? from?.family ?? to?.family ?? 'ipv4'
      const stranger = [from, to].find(prefix => prefix !== undefined && prefix.family !== family)
      if (stranger !== undefined) {
        const field = stranger === from ? 'from' : 'to'
        return E.left(
          invalidInput(operation, field, `${formatPrefix(stranger)} is not of the rule's family, ${family}`)
        )
      }
      const own = given.action === 'table' && given.l3mdev !== true ? RT_TABLE.MAIN : undefined
      const table = given.table ?? own
      return E.right({
        header: present({
          family: addressFamilies[family],
          dstLen: to?.length,
          srcLen: from?.length,
          tos: given.tos,
          table: table === undefined ? undefined : table > 255 ? RT_TABLE.COMPAT : table,
          action,
          flags: given.invert === true ? FIB_RULE.INVERT : undefined
        }),
        attributes: present({
          dst: addressIn(to),
          src: addressIn(from),
          iifname: given.incoming,
          goto: given.goto,
          priority: given.priority,
          fwmark: given.mark,
          flow: given.realms,
          tunId: given.tunnelId,
          suppressIfgroup: given.suppressGroup,
          suppressPrefixlen: given.suppressPrefixLength,
          table,
          // The kernel adds a mask to any mark but 0, which without one would mean any mark.
          fwmask: given.markMask ?? (given.mark === undefined ? undefined : all),
          oifname: given.outgoing,
          l3mdev: given.l3mdev === true ? 1 : undefined,
          uidRange: given.users,
          protocol: given.protocol,
          ipProto: given.ipProtocol,
          sportRange: given.sourcePorts,
          dportRange: given.destinationPorts,
          dscp: given.dscp,
          flowlabel: given.flowLabel,
          // The kernel takes none without the other.
          flowlabelMask: given.flowLabelMask ?? (given.flowLabel === undefined ? undefined : allOfFlowLabel),
          sportMask: given.sourcePortsMask,
          dportMask: given.destinationPortsMask,
          dscpMask: given.dscpMask
        })
      })
    })
  )
}

/** The kernel takes the priority to go on at with no other action. */
const actionOf = ({ action, goto }: NewRule): RuleAction | undefined =>
  action ?? (goto === undefined ? undefined : 'goto')

const addressIn = (prefix: Prefix | undefined): string | undefined =>
  prefix === undefined || prefix.length === 0 ? undefined : prefix.address

const all = 0xffffffff
const allOfDscp = 0x3f
const allOfFlowLabel = 0xfffff
const allOfPort = 0xffff

/** All bits and none are how the kernel says that nothing was asked for. */
const unlessAll = (number: number | undefined, every = all): number | undefined =>
  number === every ? undefined : number

const actionNames = new Map(
  Object.entries(ruleActions).map(([name, number]) => [number as number, name as RuleAction])
)

/** IPv4 and IPv6 only: the rules of multicast routing are another matter. */
const rulesOf = ({ header, attributes }: RuleMessage): ReadonlyArray<Rule> => {
  const family = header.family === 2 ? 'ipv4' : header.family === 10 ? 'ipv6' : undefined
  if (family === undefined) return []
  const table = attributes.table ?? header.table
  return [
    present<Rule>({
      family,
      priority: attributes.priority ?? 0,
      action: actionNames.get(header.action) ?? 'nop',
      table: table === RT_TABLE.UNSPEC ? undefined : table,
      goto: attributes.goto,
      from: prefixOf(attributes.src, header.srcLen),
      to: prefixOf(attributes.dst, header.dstLen),
      incoming: attributes.iifname,
      outgoing: attributes.oifname,
      // The kernel leaves out a mark of 0, but not its mask.
      mark: attributes.fwmark ?? (attributes.fwmask === undefined ? undefined : 0),
      markMask: unlessAll(attributes.fwmask),
      tos: header.tos === 0 ? undefined : header.tos,
      dscp: attributes.dscp,
      dscpMask: unlessAll(attributes.dscpMask, allOfDscp),
      flowLabel: attributes.flowlabel,
      flowLabelMask: unlessAll(attributes.flowlabelMask, allOfFlowLabel),
      ipProtocol: attributes.ipProto,
      sourcePorts: attributes.sportRange,
      sourcePortsMask: unlessAll(attributes.sportMask, allOfPort),
      destinationPorts: attributes.dportRange,
      destinationPortsMask: unlessAll(attributes.dportMask, allOfPort),
      users: attributes.uidRange,
      tunnelId: attributes.tunId,
      l3mdev: attributes.l3mdev === 1 ? true : undefined,
      invert: (header.flags & FIB_RULE.INVERT) !== 0 ? true : undefined,
      protocol: attributes.protocol ?? RTPROT.UNSPEC,
      realms: attributes.flow,
      suppressPrefixLength: unlessAll(attributes.suppressPrefixlen),
      suppressGroup: unlessAll(attributes.suppressIfgroup),
      flags: header.flags
    })
  ]
}

const prefixOf = (address: string | undefined, length: number): string | undefined =>
  address === undefined ? undefined : `${address}/${length}`

/** Rules as they come and go. */
export const changes = routeChanges(
  [RTNLGRP.IPV4_RULE, RTNLGRP.IPV6_RULE],
  { added: 'RTM_NEWRULE', removed: 'RTM_DELRULE' },
  told => rulesOf(told as unknown as RuleMessage),
  list()
)
