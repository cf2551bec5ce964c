import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeMessages, encodeMessages, type Families, type GenericMessage } from '../../../protocol'
import { policyOfType } from '../../../protocol/registry'
import type { AnyBody } from '../arbitrary'
import { hex, right } from '../nftables/golden'
import { canonical } from '../tree'

/** The families of the kernel that these bytes come from. */
export const families: Families = {
  21: 'ethtool',
  22: 'wireguard',
  27: 'tcp_metrics',
  28: 'mptcp_pm',
  29: 'SEG6',
  30: 'IOAM6'
}

type Value<T extends GenericMessage['type']> = T extends unknown
  ? Pick<Extract<GenericMessage, { readonly type: T }>, 'type' | 'attributes'>
  : never

const normal = (type: string, message: Uint8Array): string =>
  canonical(policyOfType(type) as AnyBody, message.subarray(16))

/** The bytes of one message, as a command or the kernel sent them, and what they mean; then back. */
export const golden = (
  test: Test,
  command: string,
  digits: string,
  value: Value<GenericMessage['type']>,
  family?: number
): void => {
  test(command, () => {
    const bytes = hex(digits)
    const messages = right(decodeMessages('generic', bytes, families)) as ReadonlyArray<GenericMessage>
    const [message] = messages
    assert.is(messages.length, 1)
    assert.ok(message)
    assert.equal({ type: message.type, attributes: message.attributes }, value)
    assert.is(message.family, family)
    const again = right(encodeMessages('generic', messages))
    assert.is(normal(value.type, again), normal(value.type, bytes), 'what was decoded gives the bytes again')
    assert.equal(again.subarray(0, 20), bytes.subarray(0, 20), 'and the headers')
    const fresh = right(
      encodeMessages('generic', [{ ...message, attributes: value.attributes } as GenericMessage])
    )
    assert.is(normal(value.type, fresh), normal(value.type, bytes), 'the value gives the bytes')
  })
}
