import { NF_INET, NF_NETDEV } from '../../protocol/nftables/chain'
import type { Family } from './family'
import type { HookName } from './table'

const usualHooks: { readonly [H in HookName]?: number } = {
  prerouting: NF_INET.PRE_ROUTING,
  input: NF_INET.LOCAL_IN,
  forward: NF_INET.FORWARD,
  output: NF_INET.LOCAL_OUT,
  postrouting: NF_INET.POST_ROUTING,
  ingress: NF_INET.INGRESS
}

const arpHooks: typeof usualHooks = { input: 0, output: 1 }
const netdevHooks: typeof usualHooks = { ingress: NF_NETDEV.INGRESS, egress: NF_NETDEV.EGRESS }

/** The hooks of a family by their names. */
export const hooksOf = (family: Family): typeof usualHooks =>
  family === 'arp' ? arpHooks : family === 'netdev' ? netdevHooks : usualHooks

/** The name of a hook; one that nobody knows is taken for `input`. */
export const hookName = (family: Family, number: number): HookName =>
  (Object.entries(hooksOf(family)).find(([, each]) => each === number)?.[0] as HookName | undefined) ??
  'input'
