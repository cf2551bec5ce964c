import { NF_NAT_RANGE, NFT_NAT } from '../../../protocol/nftables/expression/nat'
import type { DataOf } from '../expression/data'
import { flagsIn, natFlags } from '../flag'
import { address as addressKinds } from '../kind'
import type { Operand } from '../syntax'
import { familyNamed, portAt, prefixAt, rangeAt } from './endpoint'
import { type Program, push } from './program'
import { heldAt } from './register'

/** Whether a map gives more than one address. */
const givesMore = (address: Operand | undefined, port: Operand | undefined): boolean =>
  address?.kind === 'lookup' &&
  (port?.kind === 'any' ||
    (address.map.kind === 'elements' &&
      address.map.elements.some(
        ({ data }) =>
          data !== undefined && 'kind' in data && (data.kind === 'prefix' || data.kind === 'range')
      )))

export const nat = (program: Program, data: DataOf<'nat'> = {}): undefined => {
  const { type, regAddrMin, regAddrMax, regProtoMin, regProtoMax, flags = 0 } = data
  const of = familyNamed(data.family)
  const kind = addressKinds[of ?? 'ip']
  const prefix = (flags & NF_NAT_RANGE.NETMAP) !== 0
  const address =
    prefix && heldAt(program, regAddrMin).held === 'constant'
      ? prefixAt(program, regAddrMin, regAddrMax, kind)
      : rangeAt(program, regAddrMin, regAddrMax, kind)
  const given = portAt(program, regProtoMin, regProtoMax)
  const named = address?.kind === 'lookup' && address.map.kind === 'named'
  // What a map with a name gives is told where it is defined.
  const port = named && given?.kind === 'any' ? undefined : given
  push(program, {
    statement: type === NFT_NAT.SNAT ? 'snat' : 'dnat',
    ...(of !== undefined && (program.mixed || givesMore(address, given)) && { family: of }),
    ...(address !== undefined && { address }),
    ...(port !== undefined && { port }),
    ...(prefix && { prefix }),
    ...flagsIn(natFlags, flags)
  })
}

/** To an address of the host, which the kernel chooses. */
export const toPort = (
  program: Program,
  statement: 'masquerade' | 'redirect',
  { regProtoMin, regProtoMax, flags = 0 }: DataOf<'masq' | 'redir'> = {}
): undefined => {
  const port = portAt(program, regProtoMin, regProtoMax)
  push(program, { statement, ...(port !== undefined && { port }), ...flagsIn(natFlags, flags) })
}
