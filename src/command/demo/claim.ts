/** What was seen, and whether it is as claimed. */
export interface Observation {
  readonly holds: boolean
  readonly seen: string
}

/** Something that must be so, and how to see whether it is. */
export interface Claim {
  readonly claim: string
  readonly observe: () => Promise<Observation>
}

/** What keeps us from seeing anything is seen instead. */
export const observed = async ({ observe }: Claim): Promise<Observation> => {
  try {
    return await observe()
  } catch (error) {
    return { holds: false, seen: (error as Error).message }
  }
}
