import { u32, u64 } from './integer'
import type { Policy } from './policy'

/** An unsigned integer of 32 bits if it fits, of 64 otherwise. `NLA_UINT` */
export const uint: Policy<bigint> & { readonly type: 'uint' } = {
  type: 'uint',
  read: (bytes, from, to) => {
    if (to - from === u32.size) return BigInt(u32.readAt(bytes, from))
    if (to - from !== u64.size) return undefined
    const value = u64.readAt(bytes, from)
    if (value < 2n ** 32n) bytes.irregular = true
    return value
  },
  write: (to, value, scope) =>
    typeof value === 'bigint' && value >= 0n && value < 2n ** 32n
      ? u32.write(to, Number(value), scope)
      : u64.write(to, value, scope)
}
