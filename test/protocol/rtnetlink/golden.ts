import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeMessages, encodeMessages, type RouteMessage } from '../../../protocol'
import { policyOfType } from '../../../protocol/registry'
import type { AnyBody } from '../arbitrary'
import { hex, right } from '../nftables/golden'
import { canonical } from '../tree'

type Value<T extends RouteMessage['type']> = T extends unknown
  ? Pick<Extract<RouteMessage, { readonly type: T }>, 'type' | 'header' | 'attributes'>
  : never

/** The same text for the same message, whatever the order of its attributes and its NLA_F_NESTED flags. */
const normal = (type: string, message: Uint8Array): string =>
  canonical(policyOfType(type) as AnyBody, message.subarray(16))

/**
 * The bytes of one message, as the command made the tool or the kernel send them, and what they mean; then back.
 * `irregular` is for bytes that say more than the value.
 */
export const golden = (
  test: Test,
  command: string,
  digits: string,
  value: Value<RouteMessage['type']>,
  { irregular = false } = {}
): void => {
  test(command, () => {
    const bytes = hex(digits)
    const messages = right(decodeMessages('route', bytes)) as ReadonlyArray<RouteMessage>
    const [message] = messages
    assert.is(messages.length, 1)
    assert.ok(message)
    const { type, header, attributes } = message
    assert.equal({ type, header, attributes }, value)

    const again = right(encodeMessages('route', messages))
    assert.is(normal(type, again), normal(type, bytes), 'what was decoded gives the bytes again')

    const fresh = right(encodeMessages('route', [{ ...message, ...value } as RouteMessage]))
    if (irregular) assert.equal(right(decodeMessages('route', fresh)), messages)
    else assert.is(normal(type, fresh), normal(type, bytes), 'the value gives the bytes')
  })
}
