import * as E from 'fp-ts/Either'
import type { Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { NFT_REG } from '../../protocol/nftables/data'
import type { Rule } from '../../protocol/nftables/rule'
import { nftables } from '../../src'
import { message } from '../../src/socket/message'
import { type ListRequest, listing } from '../../src/socket/request'

const first = NFT_REG[1]
const second = NFT_REG[2]

const tcp = Uint8Array.of(6)
const port80 = Uint8Array.of(0, 80)

const numberOf = (n: number): ReadonlyArray<number> => [10, n >> 16, (n >> 8) & 255, n & 255]

/** `ip saddr 10.0.0.N tcp dport N dnat to 10.0.0.N`, as `nft` has it. */
export const dnatRule = (ref: nftables.TableRef, chain: string, n: number): Message => {
  const address = Uint8Array.of(10, n >> 16, (n >> 8) & 255, n & 255)
  return nftables.addRule(ref, chain, [
    {
      text: textOf(n),
      expressions: [
        { name: 'payload', data: { dreg: first, base: 1, offset: 12, len: 4 } },
        { name: 'cmp', data: { sreg: first, op: 0, data: { value: address } } },
        { name: 'meta', data: { dreg: first, key: 16 } },
        { name: 'cmp', data: { sreg: first, op: 0, data: { value: tcp } } },
        { name: 'payload', data: { dreg: first, base: 2, offset: 2, len: 2 } },
        { name: 'cmp', data: { sreg: first, op: 0, data: { value: portOf(n) } } },
        { name: 'immediate', data: { dreg: first, data: { value: address } } },
        { name: 'immediate', data: { dreg: second, data: { value: port80 } } },
        { name: 'nat', data: { type: 1, family: 2, regAddrMin: first, regProtoMin: second } }
      ]
    }
  ])
}

const portOf = (n: number): Uint8Array => Uint8Array.of(((n & 0x3fff) + 1) >> 8, ((n & 0x3fff) + 1) & 255)

export const textOf = (n: number): string =>
  `ip saddr ${numberOf(n).join('.')} tcp dport ${(n & 0x3fff) + 1} dnat to ${numberOf(n).join('.')}:80`

/** The rules of a table, as the kernel has them. */
export const rules: ListRequest<Rule> = listing({
  operation: 'nftables.rules',
  protocol: 'netfilter',
  messages: () =>
    E.right([message('NFT_MSG_GETRULE', NLM_F.REQUEST | NLM_F.DUMP, { header: { nfgenFamily: 2 } })]),
  entries: answer =>
    answer.type === 'NFT_MSG_NEWRULE' ? [{ header: answer.header, attributes: answer.attributes }] : [],
  fields: {}
})
