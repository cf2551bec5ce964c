import { bytesOf, keyOf, littleEndian as le, locate, type Message, policyOf } from '../../protocol'
import type { ExtendedAck } from '../../protocol/netlink/control'
import { nlmsghdr } from '../../protocol/netlink/header'
import { describe } from '../namespace/system'
import type { Rejected } from './error'
import type { Request } from './request'

/** What most refusals mean, whatever was asked. */
const generalHints: { readonly [code: string]: string } = {
  EPERM: 'CAP_NET_ADMIN in the namespace is needed: run as root, or in a namespace of your own',
  EACCES: 'CAP_NET_ADMIN in the namespace is needed: run as root, or in a namespace of your own',
  EOPNOTSUPP: 'this kernel lacks the feature, or its module is not there'
}

/** The kernel's refusal in the words of the caller. `sent` is the message that was refused. */
export const rejected = (
  request: Request<unknown>,
  refusal: Extract<Message, { readonly type: 'NLMSG_ERROR' | 'NLMSG_DONE' }>,
  sent: Uint8Array,
  /** Which of several changes it was for. */
  part?: string
): Rejected => {
  const errno = -(refusal.error ?? 0)
  const [code, meaning] = describe(errno)
  const ack = refusal.attributes
  const { field, missing, type } = pointedAt(request, ack, sent)
  const hint = request.hints?.[code] ?? generalHints[code]
  const accepted = rangeOf(ack)
  const where =
    field !== undefined ? `, at ${field}` : missing !== undefined ? `, which misses ${missing}` : ''
  return {
    _tag: 'Rejected',
    message: `${request.operation}: ${part === undefined ? '' : `${part}: `}${ack?.msg ?? meaning} (${code}${where})${hint === undefined ? '' : `; ${hint}`}`,
    operation: request.operation,
    request: type,
    errno,
    code,
    ...(part !== undefined && { part }),
    ...(ack?.msg !== undefined && { reason: ack.msg }),
    ...(field !== undefined && { field }),
    ...(missing !== undefined && { missing }),
    ...(accepted !== undefined && { accepted }),
    ...(hint !== undefined && { hint })
  }
}

interface Pointed {
  readonly type: string
  readonly field?: string
  readonly missing?: string
}

/** Follows the extended ACK's offsets through our own tables back to the caller's fields. */
const pointedAt = (request: Request<unknown>, ack: ExtendedAck | undefined, sent: Uint8Array): Pointed => {
  const bytes = bytesOf(sent)
  if (sent.length < nlmsghdr.size) return { type: request.operation }
  const known = policyOf(request.protocol, bytes.view.getUint16(4, le))
  if (known === undefined) return { type: request.operation }
  const { type, policy } = known
  const at = (offset: number) => locate(policy, bytes, nlmsghdr.size, sent.length, offset)
  const offset = ack?.offs
  const field =
    offset === undefined || offset < nlmsghdr.size || offset >= sent.length
      ? undefined
      : fieldOf(request, at(offset).path)
  if (ack?.missType === undefined) return { type, ...(field !== undefined && { field }) }
  const nest = ack.missNest === undefined ? { path: ['attributes'], policy } : at(ack.missNest)
  const key = keyOf(nest.policy, ack.missType) ?? String(ack.missType)
  return { type, ...(field !== undefined && { field }), missing: fieldOf(request, [...nest.path, key]) }
}

/** The caller's name for a path: the longest one that the request knows, else the attribute's own key. */
const fieldOf = (request: Request<unknown>, path: ReadonlyArray<string>): string => {
  for (let length = path.length; length > 0; length--) {
    const known = request.fields[path.slice(0, length).join('.')]
    if (known !== undefined) return known
  }
  return path.at(-1) ?? ''
}

const rangeOf = (ack: ExtendedAck | undefined): Rejected['accepted'] => {
  const policy = ack?.policy
  const least = policy?.minValueU ?? policy?.minValueS
  const most = policy?.maxValueU ?? policy?.maxValueS
  return least === undefined && most === undefined
    ? undefined
    : { ...(least !== undefined && { least }), ...(most !== undefined && { most }) }
}
