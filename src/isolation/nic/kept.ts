import * as E from 'fp-ts/Either'
import { decodeMessages, encodeMessages, type Message } from '../../../protocol'

/** A message of the kernel's as it goes into the journal: its bytes in hexadecimal. `isolink decode` reads it. */
export type Kept = string

/** What a message is about. */
export interface Body {
  readonly header: object
  readonly attributes: object
}

/** A message with nothing but what it is about: equal bodies are kept as equal texts. */
export const keep = (type: Message['type'], { header, attributes }: Body): Kept => {
  const bytes = encodeMessages('route', [
    { type, flags: 0, sequence: 0, port: 0, header, attributes } as unknown as Message
  ])
  // Whatever the kernel sends can be sent.
  return E.isRight(bytes) ? Buffer.from(bytes.right).toString('hex') : ''
}

export const kept = <B extends Body>(text: Kept): ReadonlyArray<B> => {
  const messages = decodeMessages('route', Uint8Array.from(Buffer.from(text, 'hex')))
  return E.isRight(messages)
    ? messages.right.map(each => {
        const { header, attributes } = each as unknown as Body
        return { header, attributes } as B
      })
    : []
}
