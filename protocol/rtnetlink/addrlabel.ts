import { attributes, ip6, message, pad, struct, type TypeOf, u8, u32 } from '../definition'

/** A label of IPv6 prefixes, by which source addresses are chosen: `ip addrlabel`. <linux/if_addrlabel.h>, RFC 6724 */
export const addrlabel = message('addrlabel', {
  types: { RTM_NEWADDRLABEL: 72, RTM_DELADDRLABEL: 73, RTM_GETADDRLABEL: 74 },
  header: struct('ifaddrlblmsg', {
    family: u8,
    reserved: pad(1),
    /** Length of the prefix, in bits. */
    prefixlen: u8,
    flags: u8,
    /** Of the interface that it holds for; 0 is any. */
    index: u32,
    /** Counts changes of the table. */
    seq: u32
  }),
  attributes: attributes('IFAL', {
    address: [1, ip6],
    label: [2, u32]
  })
})
export interface Addrlabel extends TypeOf<typeof addrlabel> {}
