const prefix = 'isolink:'

/** The alias of a link that an isolation made, or of `lo` in its namespace: `ip link` shows whose it is. */
export const tagOf = (owner: string): string => `${prefix}${owner}`

/** Whose a link is by its alias. */
export const ownerTagged = (alias: string | undefined): string | undefined =>
  alias?.startsWith(prefix) === true ? alias.slice(prefix.length) : undefined
