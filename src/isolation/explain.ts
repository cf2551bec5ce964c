import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { allSteps, type InvalidParameters, type Plan } from '../recipe/plan'
import type { InvalidInput } from '../socket/error'
import { type Planned, planOf } from './premise'
import { kindOf } from './step'

const findUplink = (family: 'ipv4' | 'ipv6'): string =>
  `uplink=$(ip ${family === 'ipv4' ? '-4' : '-6'} route show default | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1)`

const scriptOf = (plan: Plan): string => {
  const { name, recipe, uplinkOf } = plan
  return [
    '#!/bin/sh',
    `# ${recipe}: ${name}`,
    'set -e',
    ...(uplinkOf === undefined ? [] : [findUplink(uplinkOf)]),
    ...allSteps(plan).flatMap((step, n, all) => kindOf(step).script(step, all.slice(0, n))),
    ''
  ].join('\n')
}

/** The shell script that a person would type to the same effect. */
export const explain = (
  planned: Planned<InvalidParameters>
): E.Either<InvalidInput | InvalidParameters, string> => pipe(planOf('explain', planned), E.map(scriptOf))
