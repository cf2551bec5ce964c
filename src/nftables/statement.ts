import * as E from 'fp-ts/Either'
import { NFT_REG, NFT_REG32_00, VERDICT } from '../../protocol/nftables/data'
import type { Expression } from '../../protocol/nftables/expression'
import { NFT_CMP } from '../../protocol/nftables/expression/cmp'
import { NFT_LOOKUP_F } from '../../protocol/nftables/expression/lookup'
import { NFT_NAT } from '../../protocol/nftables/expression/nat'
import { addressFamilies, parsePrefix } from '../ip/prefix'
import { hostBytes, type Selector } from './selector'

/** A part of a rule, as `nft` writes it and as the kernel runs it. */
export interface Statement {
  readonly text: string
  readonly expressions: ReadonlyArray<Expression>
}

const first = NFT_REG[1]

const quoted = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : String(value))

const compare = <A>(selector: Selector<A>, op: number, sign: string, value: A, text?: string): Statement => ({
  text: `${selector.text} ${sign}${text ?? quoted(value)}`,
  expressions: [
    selector.load(first),
    { name: 'cmp', data: { sreg: first, op, data: { value: selector.bytes(value) } } }
  ]
})

/** Goes on if they are equal: `oifname "eth0"`. */
export const equal = <A>(selector: Selector<A>, value: A, text?: string): Statement =>
  compare(selector, NFT_CMP.EQ, '', value, text)

/** Goes on if they differ: `iifname != "lo"`. */
export const differs = <A>(selector: Selector<A>, value: A, text?: string): Statement =>
  compare(selector, NFT_CMP.NEQ, '!= ', value, text)

/** Goes on if any of the bits is set: `ct state established,related`. */
export const anyOf = (selector: Selector<number>, bits: number, text: string): Statement => ({
  text: `${selector.text} ${text}`,
  expressions: [
    selector.load(first),
    {
      name: 'bitwise',
      data: {
        sreg: first,
        dreg: first,
        len: selector.size,
        mask: { value: selector.bytes(bits) },
        xor: { value: hostBytes(0) }
      }
    },
    { name: 'cmp', data: { sreg: first, op: NFT_CMP.NEQ, data: { value: hostBytes(0) } } }
  ]
})

/** Goes on if the address lies in the network, or with `not` if it does not: `ip daddr != 127.0.0.0/8`. */
export const inNetwork = (selector: Selector<string>, network: string, not = false): Statement => {
  const prefix = parsePrefix(network)
  const { address, length } = E.isRight(prefix) ? prefix.right : { address: '::', length: 0 }
  const mask = Uint8Array.from(
    { length: selector.size },
    (_, n) => 0xff & (0xff00 >> Math.max(0, Math.min(8, length - n * 8)))
  )
  return {
    text: `${selector.text} ${not ? '!= ' : ''}${network}`,
    expressions: [
      selector.load(first),
      {
        name: 'bitwise',
        data: {
          sreg: first,
          dreg: first,
          len: selector.size,
          mask: { value: mask },
          xor: { value: new Uint8Array(selector.size) }
        }
      },
      {
        name: 'cmp',
        data: { sreg: first, op: not ? NFT_CMP.NEQ : NFT_CMP.EQ, data: { value: selector.bytes(address) } }
      }
    ]
  }
}

/** Registers of 4 bytes that a value of this size takes. */
const registers = (size: number): number => Math.ceil(size / 4)

/** Loads selectors one behind the other, as the keys of a concatenation are laid out. */
const loadAll = (selectors: ReadonlyArray<Selector<never>>): ReadonlyArray<Expression> => {
  let register = NFT_REG32_00
  return selectors.map(selector => {
    const expression = selector.load(register)
    register += registers(selector.size)
    return expression
  })
}

const joined = (selectors: ReadonlyArray<Selector<never>>): string =>
  selectors.map(({ text }) => text).join(' . ')

/** Goes on if the set has the values, or with `not` if it has not: `ip saddr . oifname @masqueraded`. */
export const inSet = (selectors: ReadonlyArray<Selector<never>>, set: string, not = false): Statement => ({
  text: `${joined(selectors)} ${not ? '!= ' : ''}@${set}`,
  expressions: [
    ...loadAll(selectors),
    { name: 'lookup', data: { set, sreg: NFT_REG32_00, ...(not && { flags: NFT_LOOKUP_F.INV }) } }
  ]
})

/** Sends the packet where a map says, address and port: `dnat ip to meta l4proto . th dport map @published`. */
export const dnatByMap = (
  family: 'ip' | 'ip6',
  selectors: ReadonlyArray<Selector<never>>,
  map: string
): Statement => ({
  text: `dnat ${family} to ${joined(selectors)} map @${map}`,
  expressions: [
    ...loadAll(selectors),
    { name: 'lookup', data: { set: map, sreg: NFT_REG32_00, dreg: NFT_REG32_00 } },
    {
      name: 'nat',
      data: {
        type: NFT_NAT.DNAT,
        family: family === 'ip' ? addressFamilies.ipv4 : addressFamilies.ipv6,
        regAddrMin: NFT_REG32_00,
        regProtoMin: NFT_REG32_00 + (family === 'ip' ? 1 : 4)
      }
    }
  ]
})

/** Gives the packet the address of the interface that it leaves by, and replies find their way back. */
export const masquerade: Statement = { text: 'masquerade', expressions: [{ name: 'masq' }] }

const verdict = (text: string, code: number): Statement => ({
  text,
  expressions: [{ name: 'immediate', data: { dreg: NFT_REG.VERDICT, data: { verdict: { code } } } }]
})

export const accept = verdict('accept', VERDICT.ACCEPT)
export const drop = verdict('drop', VERDICT.DROP)
export const leave = verdict('return', VERDICT.RETURN)
