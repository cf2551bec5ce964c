/**
 * Netlink messages, bytes and values. No I/O: it runs anywhere.
 *
 * @module isolink/protocol
 */
export * from './definition'
export {
  type AttributeDescription,
  type AttributeSetDescription,
  type Description,
  describe,
  type FamilyDescription,
  type StructDescription
} from './describe'
export { generic } from './generic'
export { type HexError, parseHex } from './hexdump'
export {
  decodeMessages,
  encodeMessages,
  type Families,
  type GenericMessage,
  type Message,
  type NetfilterMessage,
  type Protocol,
  policyOf,
  type RouteMessage,
  type UnknownMessage
} from './messages'
export { netfilter } from './nfnetlink'
export { print } from './print'
export { rtnetlink } from './rtnetlink'
