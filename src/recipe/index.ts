export {
  type BridgeNetworkParameters,
  bridgeNetwork,
  bridgeNetworkSchema,
  type Endpoint,
  endpointSchema
} from './bridge-network'
export { type DirectLinkParameters, directLink, directLinkSchema } from './direct-link'
export { type DualNicParameters, dualNic, dualNicSchema } from './dual-nic'
export { type HostFakeIpParameters, hostFakeIp, hostFakeIpSchema } from './host-fake-ip'
export { type IpvlanParameters, ipvlan, ipvlanSchema } from './ipvlan'
export { type MacvlanParameters, macvlan, macvlanSchema } from './macvlan'
export {
  type NamespaceSwitchParameters,
  namespaceSwitch,
  namespaceSwitchSchema
} from './namespace-switch'
export type { InvalidParameters, Plan, Premise } from './plan'
export type { PortMapping, PortOfHost } from './publication'
export { planFrom, recipeNames } from './registry'
export type * from './step'
export { type VethMasqueradeParameters, vethMasquerade, vethMasqueradeSchema } from './veth-masquerade'
