import type { Plan } from '../../promises'

/** What was seen, and whether it is as claimed. */
export interface Observation {
  readonly holds: boolean
  readonly seen: string
}

/** Something that is so when the recipe is applied, and how to see it. */
export interface Claim {
  readonly claim: string
  readonly observe: () => Promise<Observation>
}

/** What a recipe does between the two hosts. */
export interface Demo {
  readonly title: string
  readonly picture: string
  readonly plan: Plan
  /** Adds the servers and whatever else the claims need, once the recipe is applied; answers how to end that. */
  readonly begin: () => Promise<() => void>
  readonly claims: ReadonlyArray<Claim>
}
