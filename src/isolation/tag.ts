const prefix = 'isolink:'

/** The alias of a link that an isolation made, or of `lo` in its namespace: `ip link` shows whose it is. */
export const tagOf = (owner: string): string => `${prefix}${owner}`

/** Whose a link is by its alias. */
export const ownerTagged = (alias: string | undefined): string | undefined =>
  alias?.startsWith(prefix) === true ? alias.slice(prefix.length) : undefined

/** Whether two have their records in one directory: `blue` and `red/green`, and not `blue@5f2b3c4d`. */
export const areTogether = (owner: string, other: string): boolean =>
  directoryIn(owner) === directoryIn(other)

const directoryIn = (owner: string): string | undefined => owner.split('/')[0]?.split('@')[1]
