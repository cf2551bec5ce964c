import type { Row } from './attributes'

const segments = (key: string): string => key.replace(/[A-Z]/g, capital => `_${capital}`)

/** The kernel's name of an attribute: `rtPriority` of IFA is IFA_RT_PRIORITY, unless the row says otherwise. */
export const attributeName = (prefix: string, key: string, [, , name]: Row): string =>
  name ?? `${prefix}_${segments(key)}`.toUpperCase()

/** The kernel's name of a struct's member, without the struct's own prefix: `rxPackets` is rx_packets. */
export const memberName = (key: string): string => segments(key).toLowerCase()
