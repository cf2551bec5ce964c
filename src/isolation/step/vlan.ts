import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { vlan } from '../../link'
import type { JoinVlan } from '../../recipe/step'
import { placeName } from '../world'
import { inside, type StepKind, send, unlessGone, word } from './kind'

/** The VLAN that every new port of a bridge is in. */
const initialVlan = 1

/**
 * The port of a bridge that the same plan has made becomes an access port: `bridge vlan`. A kernel that filters no
 * VLANs refuses even the one that the port is in already; it would have made the bridge without a word.
 */
export const joinVlanStep: StepKind<JoinVlan, null> = {
  describe: ({ link, vlan: id, namespace }) => `put ${link} ${placeName(namespace)} into VLAN ${id}`,
  before: () => TE.right(null),
  apply: ({ link: port, vlan: id, namespace }, _, { linkIn }) => {
    const link = linkIn(namespace, port)
    return send(namespace, [
      vlan.add({ link, id, pvid: true, untagged: true }),
      ...(id === initialVlan ? [] : [vlan.remove({ link, id: initialVlan })])
    ])
  },
  undo: () => undefined,
  check: ({ link: port, vlan: id, namespace }, _, { world, linkIn }) =>
    pipe(
      unlessGone(world.send(vlan.list({ link: linkIn(namespace, port) }), namespace)),
      TE.map((found: ReadonlyArray<vlan.PortVlan> = []) =>
        found.length === 1 && found[0]?.id === id && found[0].pvid === true && found[0].untagged === true
          ? []
          : [`${port} ${placeName(namespace)} is not in VLAN ${id} alone`]
      )
    ),
  script: ({ link: port, vlan: id, namespace }) => [
    inside(namespace, `bridge vlan add dev ${word(port)} vid ${id} pvid untagged`),
    ...(id === initialVlan
      ? []
      : [inside(namespace, `bridge vlan delete dev ${word(port)} vid ${initialVlan}`)])
  ]
}
