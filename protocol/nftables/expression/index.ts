import { attributes, string, type ValueOf, variant } from '../../definition'
import { bitwise } from './bitwise'
import { byteorder } from './byteorder'
import { cmp } from './cmp'
import { connlimit } from './connlimit'
import { counter } from './counter'
import { ct } from './ct'
import { dup } from './dup'
import { dynset } from './dynset'
import { exthdr } from './exthdr'
import { fib } from './fib'
import { flowOffload } from './flow-offload'
import { fwd } from './fwd'
import { hash } from './hash'
import { immediate } from './immediate'
import { inner } from './inner'
import { last } from './last'
import { limit } from './limit'
import { log } from './log'
import { lookup } from './lookup'
import { masq } from './masq'
import { match } from './match'
import { meta } from './meta'
import { nat } from './nat'
import { numgen } from './numgen'
import { objref } from './objref'
import { osf } from './osf'
import { payload } from './payload'
import { queue } from './queue'
import { quota } from './quota'
import { range } from './range'
import { redir } from './redir'
import { reject } from './reject'
import { rt } from './rt'
import { socket } from './socket'
import { synproxy } from './synproxy'
import { target } from './target'
import { tproxy } from './tproxy'
import { tunnel } from './tunnel'
import { xfrm } from './xfrm'

/**
 * One step of a rule, told apart by its name. `notrack` has no data. Steps hand values on in registers.
 * <linux/netfilter/nf_tables.h>
 */
export const expression = attributes('NFTA_EXPR', {
  name: [1, string],
  data: [
    2,
    variant('name', {
      bitwise,
      byteorder,
      cmp,
      connlimit,
      counter,
      ct,
      dup,
      dynset,
      exthdr,
      fib,
      flow_offload: flowOffload,
      fwd,
      hash,
      immediate,
      inner,
      last,
      limit,
      log,
      lookup,
      masq,
      match,
      meta,
      nat,
      numgen,
      objref,
      osf,
      payload,
      queue,
      quota,
      range,
      redir,
      reject,
      rt,
      socket,
      synproxy,
      target,
      tproxy,
      tunnel,
      xfrm
    })
  ]
})
export type Expression = ValueOf<typeof expression>
