import * as E from 'fp-ts/Either'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeMessages, encodeMessages, type NetfilterMessage } from '../../../protocol'
import { definitions } from '../definitions'
import { canonical } from '../tree'

/** Bytes by their digits, which may have spaces and lines between them. */
export const hex = (digits: string): Uint8Array =>
  new Uint8Array(Buffer.from(digits.replace(/\s/g, ''), 'hex'))

export const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

type Value<T extends NetfilterMessage['type']> = T extends unknown
  ? Pick<Extract<NetfilterMessage, { readonly type: T }>, 'type' | 'attributes'> & {
      /** NFPROTO.* */
      readonly family: number
    }
  : never

/** The same text for the same message, whatever the order of its attributes and its NLA_F_NESTED flags. */
const normal = (type: string, message: Uint8Array): string => {
  const found = definitions.find(({ types }) => types.some(([name]) => name === type))
  if (found === undefined) throw new Error(`nothing defines ${type}`)
  return canonical(found.body, message.subarray(16))
}

/**
 * The bytes of one message, as the command made `nft` or the kernel send them, and what they mean; then back.
 * `irregular` is for bytes that say more than the value: libnftnl counts the elements of a set, and leaves out the
 * NUL of an object's name.
 */
export const golden = (
  test: Test,
  command: string,
  digits: string,
  value: Value<NetfilterMessage['type']>,
  { irregular = false } = {}
): void => {
  test(command, () => {
    const bytes = hex(digits)
    const messages = right(decodeMessages('netfilter', bytes)) as ReadonlyArray<NetfilterMessage>
    const [message] = messages
    assert.is(messages.length, 1)
    assert.ok(message)
    const { type, header, attributes } = message
    assert.equal({ type, family: header.nfgenFamily, attributes }, value)

    const again = right(encodeMessages('netfilter', messages))
    assert.is(normal(type, again), normal(type, bytes), 'what was decoded gives the bytes again')

    const fresh = right(
      encodeMessages('netfilter', [{ ...message, attributes: value.attributes } as NetfilterMessage])
    )
    if (irregular) assert.equal(right(decodeMessages('netfilter', fresh)), messages)
    else assert.is(normal(type, fresh), normal(type, bytes), 'the value gives the bytes')
  })
}
