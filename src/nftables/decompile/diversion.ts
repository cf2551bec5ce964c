import { datatype } from '../datatype'
import type { DataOf } from '../expression/data'
import { flagsIn, queueFlags } from '../flag'
import { address as addressKinds, kindOf } from '../kind'
import type { Operand } from '../syntax'
import { familyNamed, portAt, rangeAt } from './endpoint'
import { type Program, push } from './program'
import { read } from './read'
import { heldAt } from './register'

/** To a socket of the host. */
export const tproxy = (program: Program, { family, regAddr, regPort }: DataOf<'tproxy'> = {}): undefined => {
  const of = familyNamed(family)
  const address = rangeAt(program, regAddr, undefined, addressKinds[of ?? 'ip'])
  const port = portAt(program, regPort)
  push(program, {
    statement: 'tproxy',
    ...(of !== undefined && program.mixed && { family: of }),
    ...(address !== undefined && { address }),
    ...(port !== undefined && { port })
  })
}

/** To an address or a link, the packet itself or another like it. */
export const copy = (
  program: Program,
  statement: 'dup' | 'fwd',
  of: 'ip' | 'ip6' | undefined,
  { sregAddr, sregDev }: DataOf<'dup' | 'fwd'> = {}
): undefined => {
  const usual = program.family === 'ip6' ? 'ip6' : 'ip'
  const address = rangeAt(program, sregAddr, undefined, addressKinds[of ?? usual])
  const device = rangeAt(program, sregDev, undefined, kindOf(datatype('iface_index')))
  push(program, {
    statement,
    ...(of !== undefined && { family: of }),
    ...(address !== undefined && { address }),
    ...(device !== undefined && { device })
  })
}

/** To a program. */
export const queue = (
  program: Program,
  { num = 0, total = 1, flags = 0, sregQnum }: DataOf<'queue'> = {}
): undefined => {
  const number: Operand =
    sregQnum !== undefined
      ? read(program, heldAt(program, sregQnum)).operand
      : total > 1
        ? { kind: 'range', from: String(num), to: String(num + total - 1) }
        : { kind: 'value', value: String(num) }
  push(program, { statement: 'queue', number, ...flagsIn(queueFlags, flags) })
}
