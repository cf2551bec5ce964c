/** Families of tables. NFPROTO_* of <linux/netfilter.h> */
export const families = { inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 } as const
export type Family = keyof typeof families

export interface TableRef {
  readonly family: Family
  readonly table: string
}

const names: ReadonlyMap<number, Family> = new Map(
  Object.entries(families).map(([name, number]) => [number, name as Family] as const)
)

/** The name of a family by its number; one that nobody knows is taken for `inet`. */
export const familyName = (number: number): Family => names.get(number) ?? 'inet'

/** The number of a family by its name; one that nobody knows is taken for `inet`. */
export const familyNumber = (name: string): number =>
  Object.hasOwn(families, name) ? families[name as Family] : families.inet

/** The header of messages about what is in a family. */
export const familyHeader = ({ family }: { readonly family: Family }): { readonly nfgenFamily: number } => ({
  nfgenFamily: families[family]
})
