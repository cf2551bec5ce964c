import { describe, detailsOf } from '../isolation/step'
import { allSteps, type Plan, withUplink } from '../recipe/plan'

/** What a plan does, step by step, in sentences without subject: what a step has a table do comes right behind it. */
export const stepsOf = (plan: Plan): ReadonlyArray<string> =>
  allSteps(withUplink(plan, 'the uplink')).flatMap(step => [describe(step), ...detailsOf(step)])
