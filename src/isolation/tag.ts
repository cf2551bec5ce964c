const prefix = 'isolink:'

/** The alias of a link that an isolation made, or of `lo` in its namespace: `ip link` shows whose it is. */
export const tagOf = (owner: string): string => `${prefix}${owner}`

/** Whose a link is by its alias. */
export const ownerTagged = (alias: string | undefined): string | undefined =>
  alias?.startsWith(prefix) === true ? alias.slice(prefix.length) : undefined

/** Whether two have their records in one directory: `blue` and `red/green`, and not `blue@5f2b3c4d`. */
export const areTogether = (owner: string, other: string): boolean =>
  directoryIn(owner) === directoryIn(other)

/** Whether two are one isolation or parts of one: `web` and `web/red`. */
export const areOne = (owner: string, other: string): boolean => wholeOf(owner) === wholeOf(other)

const wholeOf = (owner: string): string => owner.split('/')[0] as string

const directoryIn = (owner: string): string | undefined => wholeOf(owner).split('@')[1]
