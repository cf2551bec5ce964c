import type { Command } from 'commander'
import * as E from 'fp-ts/Either'
import { type IsolatedNamespace, status as look, type Status } from '../isolation'
import type { NamespaceRef } from '../namespace'
import { joined, portIn, publicationText } from '../recipe/publication'
import { type Answering, conclude, report } from './outcome'
import { example, json, print } from './output'
import { nameIn } from './parameter'

/** Exit status where something does not hold. */
const drifted = 3

export const status = (command: Command): Command =>
  command
    .description(
      'Holds what is applied against the kernel, and says what of it was lost or changed. Then the exit status is 3.'
    )
    .argument('[name]', 'one isolation; all of them by default', nameIn)
    .option('--json', 'print JSON')
    .addHelpText('after', example('isolink status blue'))
    .action((name: string | undefined, answering: Answering) =>
      conclude(
        look(name),
        found => {
          if (name !== undefined && found.length === 0)
            return report({ _tag: 'NotApplied', message: `${name} is not up` }, answering)
          if (answering.json === true) print(json(found))
          else for (const each of found) print(linesOf(each).join('\n'))
          if (found.some(({ state }) => state !== 'up')) process.exitCode = drifted
        },
        answering
      )
    )

const linesOf = ({
  name,
  recipe,
  state,
  namespaces,
  drift,
  hindered = [],
  confirmWithin
}: Status): ReadonlyArray<string> => [
  `${name} (${recipe}): ${drift.some(({ irreparable }) => irreparable) ? beyondRepair(name) : sentences[state]}`,
  ...(confirmWithin === undefined ? [] : [`  ${toConfirm(name, confirmWithin)}`]),
  ...namespaces.flatMap(each => linesOfNamespace(name, each)),
  // Several steps may miss one thing.
  ...[...new Set(drift.flatMap(({ findings }) => findings))].map(finding => `  ${finding}`),
  ...hindered.map(sentence => `  not ours to change: ${sentence}`)
]

/** Of more ports than this a person sees nothing any more. */
const most = 10

const linesOfNamespace = (
  isolation: string,
  { namespace, endpoint, interfaces, publish }: IsolatedNamespace
): ReadonlyArray<string> => {
  const place = placeOf(namespace)
  const called = endpoint === undefined || endpoint === place ? place : `${endpoint} (${place})`
  const addresses = interfaces.map(({ interface: link, addresses: all }) => [link, all.join(', ')].join(' '))
  const ports = joined(publish.map(portIn).flatMap(each => (E.isRight(each) ? [each.right] : [])))
  const unseen = ports.slice(most).reduce((sum, { count }) => sum + count, 0)
  return [
    `  ${[called, addresses.join('; ')].filter(each => each !== '').join(': ')}`,
    ...ports.slice(0, most).map(each => `    ${publicationText(each)}`),
    ...(unseen > 0 ? [`    and ${unseen} more: isolink status ${isolation} --json`] : [])
  ]
}

const placeOf = (namespace: NamespaceRef | undefined): string => {
  if (namespace === undefined) return 'the host'
  if (typeof namespace === 'string') return namespace
  if ('pid' in namespace) return `process ${namespace.pid}`
  return 'path' in namespace ? namespace.path : `descriptor ${namespace.fd}`
}

/** Whoever was to undo it when the time was over may be dead, or stopped. */
const toConfirm = (name: string, left: number): string =>
  left > 0
    ? `to be confirmed within ${Math.ceil(left / 1000)} s: isolink confirm ${name}`
    : 'not confirmed in time: isolink recover undoes it'

const beyondRepair = (name: string): string =>
  `drifted beyond repair; isolink down ${name}, and bring it up anew`

const sentences: { readonly [S in Status['state']]: string } = {
  up: 'up',
  drifted: 'drifted; the same isolink up again repairs it',
  unrecorded: 'its record is lost',
  interrupted: 'cut short; isolink recover brings the host back'
}
