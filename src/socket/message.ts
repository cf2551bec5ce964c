import type { Message } from '../../protocol'

type Typed<K> = Extract<Message, { readonly type: K }>

/** What a request fills in; header members left out are zero. */
type Body<M> = M extends { readonly header: infer H; readonly attributes: infer A }
  ? { readonly header?: { readonly [K in keyof H]?: H[K] }; readonly attributes?: A }
  : never

/** A message to send. The connection fills in the sequence number. */
export const message = <K extends Message['type']>(type: K, flags: number, body: Body<Typed<K>>): Message =>
  ({
    type,
    flags,
    sequence: 0,
    port: 0,
    header: body.header ?? {},
    attributes: body.attributes ?? {}
  }) as unknown as Message

/** An object without the members that are undefined: what is not there has no key. */
export const present = <A extends object>(object: A): A => {
  const kept = {} as A
  for (const key in object) if (object[key] !== undefined) kept[key] = object[key]
  return kept
}
