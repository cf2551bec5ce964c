import * as E from 'fp-ts/Either'
import { effectiveCapabilities } from '../namespace/system'
import type { CapabilityMissing } from './error'

/** Bits of a process's set of capabilities. <linux/capability.h> */
const needed = { CAP_NET_ADMIN: 12, CAP_SYS_ADMIN: 21 } as const

/**
 * Whether we may change networks and enter namespaces at all, so that nobody without the right finds out in the middle.
 * Having the capabilities in a user namespace is having them only over what belongs to it: the kernel says the rest.
 */
export const checkCapabilities = (): E.Either<CapabilityMissing, void> => {
  const held = effectiveCapabilities()
  const capabilities = Object.entries(needed).flatMap(([name, bit]) =>
    E.isRight(held) && (held.right & (1n << BigInt(bit))) === 0n ? [name] : []
  )
  if (capabilities.length === 0) return E.right(undefined)
  const hint = 'run as root, or in a user namespace in which you are root'
  return E.left({
    _tag: 'CapabilityMissing',
    message: `this process lacks ${capabilities.join(' and ')}: ${hint}`,
    capabilities,
    hint
  })
}
