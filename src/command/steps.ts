import { kindOf } from '../isolation/step'
import { type Plan, withUplink } from '../recipe/plan'

/** What a plan does, step by step, in sentences without subject. */
export const stepsOf = (plan: Plan): ReadonlyArray<string> =>
  withUplink(plan, 'the uplink').steps.map(step => kindOf(step).describe(step))
