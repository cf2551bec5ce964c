import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { NamespaceRef } from '../../namespace/reference'
import type { MoveLink } from '../../recipe/step'
import type { StepError } from '../error'
import { find, furnish, giveBack, missingRules, move, type Nic, takeStock, withdrawRules } from '../nic'
import type { Kept } from '../nic/kept'
import { placeKey, placeName, type World } from '../world'
import { call, inside, ip, recall, type StepKind, word } from './kind'
import { sysctlLine } from './sysctl'

export interface MoveBefore {
  readonly nic: Nic
  /** The host's rules that the namespace lacks. */
  readonly rules: ReadonlyArray<Kept>
}

/** A link of the host that is to be in a namespace: `ip link set … netns`. */
export const moveStep: StepKind<MoveLink, MoveBefore> = {
  describe: ({ link, namespace, name }) =>
    `move ${link} ${placeName(namespace)}${name === link ? '' : `, as ${name}`}`,
  before: ({ link, namespace, furnished }, { world }) =>
    pipe(
      TE.Do,
      TE.apS('nic', takeStock(link, world)),
      TE.bindW('rules', () => (furnished === true ? missingRules(namespace, world) : TE.right([])))
    ),
  apply: ({ namespace, name, furnished }, { nic, rules }, { world }) =>
    call(
      pipe(
        move(nic, namespace, name, world),
        TE.chainW(() =>
          furnished === true ? furnish(nic, rules, namespace, name, world) : TE.right(undefined)
        )
      )
    ),
  undo: ({ namespace }, { nic, rules }, { world }) =>
    recall(
      pipe(
        giveBack(nic, namespace, world),
        TE.chainFirstW(() => withdrawRules(nic, rules, namespace, world))
      )
    ),
  check: (step, { nic }, { world }) => checkMoved(step, nic, world),
  script: step => [
    ...(step.furnished === true ? remember(step) : []),
    `ip link set ${word(step.link)} netns ${netns(step.namespace)} name ${word(step.name)}`,
    ...(step.furnished === true ? restore(step) : [])
  ]
}

const checkMoved = (
  { link, namespace, name }: MoveLink,
  nic: Nic,
  world: World
): TE.TaskEither<StepError, ReadonlyArray<string>> =>
  pipe(
    find(nic, namespace, world),
    TE.map(found => {
      if (found === undefined) return [`${link} is gone`]
      if (placeKey(found.namespace) !== placeKey(namespace))
        return [`${link} is ${placeName(found.namespace)}, not ${placeName(namespace)}`]
      return found.link.name === name ? [] : [`${name} ${placeName(namespace)} is called ${found.link.name}`]
    })
  )

/** A namespace as `ip link set … netns` takes it. */
const netns = (namespace: NamespaceRef): string => {
  if (typeof namespace === 'string') return word(namespace)
  if ('pid' in namespace) return String(namespace.pid)
  return 'path' in namespace ? word(namespace.path) : `/proc/self/fd/${namespace.fd}`
}

/** Without these, the other family would be told too, and the kernel's own routes come by themselves. */
const toldBy = (family: 4 | 6, link: string): string =>
  `ip -${family} route show table all dev ${word(link)} | grep -v 'proto kernel'`

/** What a person writes down before the link goes. */
const remember = ({ link }: MoveLink): ReadonlyArray<string> => [
  'kept=$(mktemp -d)',
  `ip -4 address save dev ${word(link)} > "$kept/addresses4"`,
  // The last one given stands first.
  `ip -6 -o address show dev ${word(link)} scope global | tac > "$kept/addresses6"`,
  `{ ${toldBy(4, link)}; } > "$kept/routes4" || true`,
  `{ ${toldBy(6, link)}; } > "$kept/routes6" || true`,
  `ip -4 neighbour show dev ${word(link)} nud permanent > "$kept/neighbours"`,
  `ip -6 neighbour show dev ${word(link)} nud permanent >> "$kept/neighbours"`,
  `sysctl -a 2> /dev/null | grep -F .${link.replaceAll('.', '/')}. | sed 's/ = /=/' > "$kept/parameters" || true`
]

/** … and gives it again where it is now. Routes to gateways come after those by which the gateways are reached. */
const restore = ({ namespace, link, name }: MoveLink): ReadonlyArray<string> => {
  const there = ip(namespace)
  const again = (family: 4 | 6, which: string): string =>
    `grep ${which}'\\bvia ' "$kept/routes${family}" | while read -r route; do ${there} -${family} route add $route dev ${word(name)}; done`
  return [
    ...(link === name ? [] : [`sed -i s/${link}/${name}/ "$kept/parameters"`]),
    // A router heeds what other routers tell only if that is said.
    `sed -i 's/[.]accept_ra=1$/.accept_ra=2/' "$kept/parameters"`,
    `${inside(namespace, 'sysctl -q -e -p "$kept/parameters"')} 2> /dev/null || true`,
    sysctlLine(namespace, `net.ipv6.conf.${name}.accept_dad`, '0', true),
    `${there} link set ${word(name)} up`,
    `${there} address restore < "$kept/addresses4"`,
    `while read -r _ _ _ address _; do ${there} address add "$address" dev ${word(name)}; done < "$kept/addresses6"`,
    again(4, '-v '),
    again(4, ''),
    again(6, '-v '),
    again(6, ''),
    `while read -r address _ mac _; do ${there} neighbour add "$address" lladdr "$mac" dev ${word(name)}; done < "$kept/neighbours"`,
    // What every namespace is born with is there.
    ...[4, 6].map(
      family =>
        `ip -${family} rule show | sed -n 's/^\\([0-9]*\\):\\t/priority \\1 /p' | grep -v ' from all lookup \\(local\\|main\\|default\\) *$' | while read -r rule; do ${there} -${family} rule add $rule; done`
    ),
    'rm -r "$kept"'
  ]
}
