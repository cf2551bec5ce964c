import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { datatype } from '../datatype'
import { families } from '../family'
import { bitsOf, queueFlags } from '../flag'
import { address as addressKinds, type Kind, kindOf, port as portKind } from '../kind'
import type { Copy, Queue, Tproxy } from '../syntax'
import { spanFor } from './constant'
import { prepare } from './dependency'
import { emit, fail, type Program, register } from './program'
import { put, putOne } from './put'
import { checkAddresses, familyOf, nfproto } from './translation'

/** To a socket of this machine. */
export const tproxy = (program: Program, { family: told, address, port }: Tproxy): undefined => {
  const of = told ?? (address === undefined ? undefined : familyOf(program, undefined))
  if (of !== undefined) checkAddresses(program, of)
  if (program.known.transports.length === 0)
    fail(program, 'it needs to know the transport: put meta l4proto { tcp, udp }, or tcp dport …, in front')
  prepare(program, address, port)
  const addresses = address === undefined ? undefined : putOne(program, address, addressKinds[of ?? 'ip'], 0)
  const ports = port === undefined ? undefined : putOne(program, port, portKind, addresses?.next ?? 0)
  const any = program.family === 'inet' ? NFPROTO.UNSPEC : families[program.family]
  emit(program, {
    name: 'tproxy',
    data: {
      family: of === undefined ? any : nfproto[of],
      ...(addresses !== undefined && { regAddr: addresses.min }),
      ...(ports !== undefined && { regPort: ports.min })
    }
  })
}

const deviceKind = kindOf(datatype('iface_index'))

/** `dup` and `fwd`. */
export const copy = (program: Program, { statement, family, address, device }: Copy): undefined => {
  const of = family ?? (program.family === 'ip6' ? 'ip6' : 'ip')
  prepare(program, address, device)
  const addresses = address === undefined ? undefined : putOne(program, address, addressKinds[of], 0)
  const devices = device === undefined ? undefined : putOne(program, device, deviceKind, addresses?.next ?? 0)
  const data = {
    ...(addresses !== undefined && { sregAddr: addresses.min }),
    ...(devices !== undefined && { sregDev: devices.min })
  }
  if (statement === 'dup') return emit(program, { name: 'dup', data })
  emit(program, { name: 'fwd', data: { ...data, ...(address !== undefined && { nfproto: nfproto[of] }) } })
}

const queueKind: Kind = { type: datatype('integer'), bits: 16, order: 'host' }

/** To a program. */
export const queue = (program: Program, { number, flags = [] }: Queue): undefined => {
  const bits = bitsOf(queueFlags, flags)
  if (number.kind === 'value' || number.kind === 'range') {
    const { from, to } = spanFor(program, queueKind, number)
    const total = Number(to - from) + 1
    return emit(program, { name: 'queue', data: { num: Number(from), total, flags: bits } })
  }
  put(program, number, [queueKind], 0)
  emit(program, { name: 'queue', data: { sregQnum: register(0), flags: bits } })
}
