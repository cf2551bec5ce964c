import type { NamespaceRef } from '../namespace/reference'
import type { SetSysctl } from './step'

/** A kernel may have no IPv6. */
const setting = (
  link: string,
  parameter: string,
  value: '0' | '1',
  namespace: NamespaceRef | undefined
): SetSysctl => ({
  _tag: 'SetSysctl',
  ...(namespace !== undefined && { namespace }),
  key: `net.ipv6.conf.${link}.${parameter}`,
  value,
  optional: true
})

/** A router advertisement gives a link further addresses, and who takes it a default route. */
export const withoutAdvertisements = (link: string, namespace?: NamespaceRef): SetSysctl =>
  setting(link, 'accept_ra', '0', namespace)

/**
 * Addresses are of use at once, and not after the second in which duplicates are looked for; the link's own among them,
 * without which the kernel cannot ask for the neighbours that it forwards to.
 */
export const withoutDuplicateDetection = (link: string, namespace?: NamespaceRef): SetSysctl =>
  setting(link, 'accept_dad', '0', namespace)

/** A bridge's port needs no addresses, and an endpoint of IPv4 alone none that IPv6 makes. */
export const withoutIpv6 = (link: string, namespace?: NamespaceRef): SetSysctl =>
  setting(link, 'disable_ipv6', '1', namespace)
