import type { Demo } from './claim'

/** The demos by their recipes' names; what they need is loaded only on the stage. */
export const demos: { readonly [recipe: string]: () => Demo } = {
  'bridge-network': () =>
    (require('./bridge-network') as typeof import('./bridge-network')).bridgeNetworkDemo,
  'direct-link': () => (require('./direct-link') as typeof import('./direct-link')).directLinkDemo,
  'dual-nic': () => (require('./dual-nic') as typeof import('./dual-nic')).dualNicDemo,
  'host-fake-ip': () => (require('./host-fake-ip') as typeof import('./host-fake-ip')).hostFakeIpDemo,
  ipvlan: () => (require('./ipvlan') as typeof import('./ipvlan')).ipvlanDemo,
  macvlan: () => (require('./macvlan') as typeof import('./macvlan')).macvlanDemo,
  'namespace-switch': () =>
    (require('./namespace-switch') as typeof import('./namespace-switch')).namespaceSwitchDemo,
  'veth-masquerade': () =>
    (require('./veth-masquerade') as typeof import('./veth-masquerade')).vethMasqueradeDemo
}

export const demoNames: ReadonlyArray<string> = Object.keys(demos)
