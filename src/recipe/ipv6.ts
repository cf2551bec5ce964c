import type { SetSysctl } from './step'

/** A kernel may have no IPv6. */
const setting = (link: string, parameter: string, namespace: string | undefined): SetSysctl => ({
  _tag: 'SetSysctl',
  ...(namespace !== undefined && { namespace }),
  key: `net.ipv6.conf.${link}.${parameter}`,
  value: '0',
  optional: true
})

/** A router advertisement gives a link further addresses, and who takes it a default route. */
export const withoutAdvertisements = (link: string, namespace?: string): SetSysctl =>
  setting(link, 'accept_ra', namespace)

/**
 * Addresses are of use at once, and not after the second in which duplicates are looked for; the link's own among them,
 * without which the kernel cannot ask for the neighbours that it forwards to.
 */
export const withoutDuplicateDetection = (link: string, namespace?: string): SetSysctl =>
  setting(link, 'accept_dad', namespace)
