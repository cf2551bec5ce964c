import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { NF_NAT_RANGE, NFT_NAT } from '../../../protocol/nftables/expression/nat'
import { bitsOf, natFlags } from '../flag'
import { address as addressKinds, padded, port as portKind, sizeOf } from '../kind'
import type { Nat, Operand } from '../syntax'
import { conflict, prepare } from './dependency'
import { lookup } from './lookup'
import { emit, fail, type Program, register } from './program'
import { type Held, putRange } from './put'

type AddressFamily = 'ip' | 'ip6'

export const nfproto = { ip: NFPROTO.IPV4, ip6: NFPROTO.IPV6 } as const

/** Which family of addresses it is for, if that is clear. */
export const familyOf = (program: Program, told: AddressFamily | undefined): AddressFamily => {
  const { family, known } = program
  const [network, other] = known.networks
  const found =
    told ?? (family === 'ip' || family === 'ip6' ? family : other === undefined ? network : undefined)
  if (found === 'ip' || found === 'ip6') return found
  fail(program, 'it must say which family of addresses it is for: dnat ip to …')
  return 'ip'
}

/** What is known of the packet must not be of the other family. */
export const checkAddresses = (program: Program, of: AddressFamily): undefined => {
  const { networks } = program.known
  const [other] = networks
  if (other !== undefined && !networks.includes(of)) conflict(program, other, `addresses of ${of}`)
}

const isTransport = (operand: Operand): boolean =>
  operand.kind === 'asked' && ['meta l4proto', 'ip protocol', 'ip6 nexthdr'].includes(operand.name)

/** Whether keys tell which transport there is. */
const tellsTransport = (operand: Operand): boolean =>
  operand.kind === 'concatenation' && operand.parts.some(isTransport)

/** A port where there may be none is a mistake. */
const checkPorts = (program: Program, ...from: ReadonlyArray<Operand | undefined>): undefined => {
  if (program.known.transports.length > 0) return
  if (from.some(each => each?.kind === 'lookup' && tellsTransport(each.key))) return
  fail(
    program,
    'a port means nothing before the transport is known: put meta l4proto tcp, or tcp dport …, in front'
  )
}

/** `snat`, `dnat`, `masquerade` and `redirect`. */
export const translate = (program: Program, translation: Nat): undefined => {
  const { statement, address, port, prefix = false } = translation
  const flags = bitsOf(natFlags, translation.flags ?? []) | (prefix ? NF_NAT_RANGE.NETMAP : 0)
  prepare(program, address)
  if (port !== undefined) checkPorts(program, address, port)
  prepare(program, port)
  if (statement === 'masquerade' || statement === 'redirect') {
    const ports = port === undefined ? undefined : putRange(program, port, portKind, 0)
    const all = ports === undefined ? flags : flags | NF_NAT_RANGE.PROTO_SPECIFIED
    const data = { ...portRegisters(ports), ...(all !== 0 && { flags: all }) }
    return emit(program, statement === 'masquerade' ? { name: 'masq', data } : { name: 'redir', data })
  }
  const anywhere = program.family === 'inet' && translation.family === undefined && address === undefined
  const of = anywhere ? 'ip' : familyOf(program, translation.family)
  if (!anywhere) checkAddresses(program, of)
  emit(program, {
    name: 'nat',
    data: {
      type: statement === 'snat' ? NFT_NAT.SNAT : NFT_NAT.DNAT,
      family: anywhere ? NFPROTO.INET : nfproto[of],
      ...putTranslated(program, translation, of),
      ...(flags !== 0 && { flags })
    }
  })
}

const portRegisters = (ports: Held | undefined) => ({
  ...(ports !== undefined && { regProtoMin: ports.min }),
  ...(ports?.max !== undefined && { regProtoMax: ports.max })
})

/** Puts the new address and port into registers: which. */
const putTranslated = (program: Program, { address, port, prefix = false }: Nat, of: AddressFamily) => {
  const kind = addressKinds[of]
  if (address?.kind === 'lookup') return putFound(program, address, port, of, prefix)
  const addresses = address === undefined ? undefined : putRange(program, address, kind, 0)
  const ports = port === undefined ? undefined : putRange(program, port, portKind, addresses?.next ?? 0)
  return {
    ...(addresses !== undefined && { regAddrMin: addresses.min }),
    ...(addresses?.max !== undefined && { regAddrMax: addresses.max }),
    ...portRegisters(ports)
  }
}

/** What a map gives: an address, or its ends, or an address with a port. */
const putFound = (
  program: Program,
  { map, key }: Extract<Operand, { readonly kind: 'lookup' }>,
  port: Operand | undefined,
  of: AddressFamily,
  prefix: boolean
) => {
  const kind = addressKinds[of]
  const step = padded(sizeOf(kind)) / 4
  const named = map.kind === 'named' ? program.layoutOf(map.name)?.data : undefined
  const both = port?.kind === 'any' || (Array.isArray(named) && named.length === 2)
  if (both) checkPorts(program, { kind: 'lookup', map, key })
  const layout = lookup(program, map, key, both ? [kind, portKind] : [kind], { dreg: register(0) })
  const ranges = prefix || layout?.dataInterval === true
  const behind = Math.max(4, ranges ? 2 * step : step)
  const ports = both || port === undefined ? undefined : putRange(program, port, portKind, behind)
  return {
    regAddrMin: register(0),
    ...(ranges && { regAddrMax: register(step) }),
    ...(both && { regProtoMin: register(step) }),
    ...portRegisters(ports)
  }
}
