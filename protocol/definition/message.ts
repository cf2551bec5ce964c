import { type Body, body } from './composite'
import type { Policy, ValueOf } from './policy'
import type { Members, Struct, StructValue } from './struct'

/** The kernel's names and numbers of the messages that share one layout: `{ RTM_NEWADDR: 20 }`. */
export interface Types {
  readonly [name: string]: number
}

/** The part of the netlink header that belongs to the message. <linux/netlink.h> */
export interface Envelope {
  /** NLM_F_* bits. */
  readonly flags: number
  /** Answers carry the number of their request. */
  readonly sequence: number
  /** The socket that asked; 0 is the kernel. */
  readonly port: number
}

/** One object of the kernel on the wire: its message types, its fixed header, its attributes. */
export interface MessageDefinition<T extends Types, M extends Members, P extends Policy<unknown>> {
  /** The object's name, as the commands call it: `address`. */
  readonly name: string
  readonly types: T
  readonly header: Struct<M>
  readonly attributes: P
  readonly body: Body<M, P>
}

export const message = <const T extends Types, M extends Members, P extends Policy<unknown>>(
  name: string,
  definition: { readonly types: T; readonly header: Struct<M>; readonly attributes: P }
): MessageDefinition<T, M, P> => ({
  name,
  ...definition,
  body: body(definition.header, definition.attributes)
})

/** Any definition, whatever its parts. */
export interface AnyDefinition {
  readonly name: string
  readonly types: Types
  readonly header: Policy<unknown>
  readonly attributes: Policy<unknown>
  readonly body: Policy<unknown>
}

/** The value a definition stands for: `{ header, attributes }`. */
export type TypeOf<D> =
  D extends MessageDefinition<Types, infer M, infer P>
    ? { readonly header: StructValue<M>; readonly attributes: ValueOf<P> }
    : never

/** The same within its envelope, told apart from others by `type`. */
export type MessageOf<D> =
  D extends MessageDefinition<infer T, infer M, infer P>
    ? {
        [K in keyof T]: Envelope & {
          readonly type: K
          readonly header: StructValue<M>
          readonly attributes: ValueOf<P>
        }
      }[keyof T]
    : never
