import { describe } from '../isolation/step'
import { allSteps, type Plan, withUplink } from '../recipe/plan'

/** What a plan does, step by step, in sentences without subject. */
export const stepsOf = (plan: Plan): ReadonlyArray<string> =>
  allSteps(withUplink(plan, 'the uplink')).map(describe)
