import { NFPROTO } from '../../protocol/nfnetlink/header'

/** Families of tables, and the kernel's numbers of them. NFPROTO_* of <linux/netfilter.h> */
export const families = {
  inet: NFPROTO.INET,
  ip: NFPROTO.IPV4,
  ip6: NFPROTO.IPV6,
  arp: NFPROTO.ARP,
  bridge: NFPROTO.BRIDGE,
  netdev: NFPROTO.NETDEV
} as const
export type Family = keyof typeof families

const names = new Map<number, Family>(
  Object.entries(families).map(([name, number]) => [number, name as Family])
)

/** The family of a number; undefined for one that has no tables. */
export const familyOf = (number: number): Family | undefined => names.get(number)
