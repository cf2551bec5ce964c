import { type Kind, kindsOf } from '../kind'
import type { Operand } from '../syntax'

/** An operand with all that is needed to read what it is compared with. */
export interface Read {
  readonly operand: Operand
  readonly kinds: ReadonlyArray<Kind>
  /** Bits behind the value in its bytes. */
  readonly shift: number
}

export const asked = (name: string): Read => {
  const operand: Operand = { kind: 'asked', name }
  return { operand, kinds: kindsOf(operand), shift: 0 }
}

export const shifted = (left: Operand, op: '<<' | '>>', by: number): Operand => ({
  kind: 'computation',
  op,
  left,
  right: { kind: 'value', value: String(by) }
})

/** What a register holds with the bits behind the value. */
export const whole = ({ operand, shift }: Read): Operand =>
  shift === 0 ? operand : shifted(operand, '<<', shift)
