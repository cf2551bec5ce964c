import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeMessages, type Families, type Message, type Protocol, parseHex, print } from '../../protocol'
import { valuesOf } from './arbitrary'
import { definitions } from './definitions'

const holds = <A>(property: fc.IProperty<A>, numRuns = 100): void => fc.assert(property, { numRuns })

const test = suite('print')

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

const printed = (protocol: Protocol, text: string, families?: Families): string =>
  right(parseHex(text))
    .map(datagram => print(right(decodeMessages(protocol, datagram, families))))
    .join('\n\n')

test('strace -e write=all -e read=all ip link add v0 type veth peer name v1', () => {
  const text = `
sendmsg(3, {msg_name={sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, …}, 0) = 84
 * 84 bytes in buffer 0
 | 00000  54 00 00 00 10 00 05 06  10 a3 00 6b 00 00 00 00  T..........k.... |
 | 00010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  ................ |
 | 00020  07 00 03 00 76 30 00 00  2c 00 12 00 08 00 01 00  ....v0..,....... |
 | 00030  76 65 74 68 20 00 02 00  1c 00 01 00 00 00 00 00  veth ........... |
 | 00040  00 00 00 00 00 00 00 00  00 00 00 00 07 00 03 00  ................ |
 | 00050  76 31 00 00                                       v1..             |
recvmsg(3, {msg_name={sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, …}, 0) = 36
 * 36 bytes in buffer 0
 | 00000  24 00 00 00 02 00 00 01  10 a3 00 6b b3 4d 00 00  $..........k.M.. |
 | 00010  00 00 00 00 54 00 00 00  10 00 05 06 10 a3 00 6b  ....T..........k |
 | 00020  00 00 00 00                                       ....             |
`
  assert.snapshot(
    printed('route', text),
    `RTM_NEWLINK flags=NLM_F_REQUEST|NLM_F_ACK|NLM_F_EXCL|NLM_F_CREATE sequence=1795203856 port=0
  ifinfomsg family=0 type=0 index=0 flags=0 change=0
  IFLA_IFNAME "v0"
  IFLA_LINKINFO
    IFLA_INFO_KIND "veth"
    IFLA_INFO_DATA
      VETH_INFO_PEER
        ifinfomsg family=0 type=0 index=0 flags=0 change=0
        IFLA_IFNAME "v1"

NLMSG_ERROR flags=NLM_F_CAPPED sequence=1795203856 port=19891
  error 0
  nlmsghdr len=84 type=16 flags=1541 seq=1795203856 pid=0`
  )
})

test('nft add rule ip r nat tcp dport 1 masquerade, up to the comparison', () => {
  const text = `
    7c000000 060a 010c 01000000 00000000 02000000
    06000100 72000000 08000200 6e617400
    58000480
    24000180 09000100 6d657461 00000000 14000280 08000200 00000010 08000100 00000001
    30000180 08000100 636d7000 24000280 08000100 00000001 08000200 00000000 10000380 05000100 06000000 04000900
  `
  assert.snapshot(
    printed('netfilter', text),
    `NFT_MSG_NEWRULE flags=NLM_F_REQUEST|NLM_F_CREATE|NLM_F_APPEND sequence=1 port=0
  nfgenmsg nfgen_family=2 version=0 res_id=0
  NFTA_RULE_TABLE "r"
  NFTA_RULE_CHAIN "nat"
  NFTA_RULE_EXPRESSIONS
    [0]
      NFTA_EXPR_NAME "meta"
      NFTA_EXPR_DATA
        NFTA_META_KEY 16
        NFTA_META_DREG 1
    [1]
      NFTA_EXPR_NAME "cmp"
      NFTA_EXPR_DATA
        NFTA_CMP_SREG 1
        NFTA_CMP_OP 0
        NFTA_CMP_DATA
          NFTA_DATA_VALUE 06
          unknown 9 (empty)`
  )
})

test('ethtool -s e0 wol g: a bit by its index, and a flag without a value', () => {
  const text =
    '380000001500050002000000000000000a0100000c00018007000200653000001800028004000100100003800c0001800800010005000000'
  assert.snapshot(
    printed('generic', text, { 21: 'ethtool' }),
    `ETHTOOL_MSG_WOL_SET flags=NLM_F_REQUEST|NLM_F_ACK sequence=2 port=0 family=21
  genlmsghdr cmd=10 version=1
  ETHTOOL_A_WOL_HEADER
    ETHTOOL_A_HEADER_DEV_NAME "e0"
  ETHTOOL_A_WOL_MODES
    ETHTOOL_A_BITSET_NOMASK
    ETHTOOL_A_BITSET_BITS
      ETHTOOL_A_BITSET_BITS_BIT
        ETHTOOL_A_BITSET_BIT_INDEX 5`
  )
  assert.snapshot(
    printed('generic', text),
    `UNKNOWN type=21 flags=NLM_F_REQUEST|NLM_F_ACK sequence=2 port=0
  payload 0a0100000c00018007000200653000001800028004000100100003800c0001800800010005000000`,
    'when nobody says which family 21 is'
  )
})

test('a refusal: the kernel’s own sentence, and what it was about', () => {
  const text = `
    64000000 0200 0002 8f000000 c73f0000 eaffffff
    20000000 1500 0500 8f000000 00000000 02010000 0c000100 07000200 65300000
    1c000100 4e4c415f465f4e4553544544206973206d697373696e6700 08000200 14000000 0c000480 08000100 0d000000
  `
  assert.snapshot(
    printed('generic', text),
    `NLMSG_ERROR flags=NLM_F_ACK_TLVS sequence=143 port=16327
  error -22
  nlmsghdr len=32 type=21 flags=5 seq=143 pid=0
  payload 020100000c0001000700020065300000
  NLMSGERR_ATTR_MSG "NLA_F_NESTED is missing"
  NLMSGERR_ATTR_OFFS 20
  NLMSGERR_ATTR_POLICY
    NL_POLICY_TYPE_ATTR_TYPE 13`
  )
})

test('what no definition knows is shown in hexadecimal, with its flag', () => {
  const text = '28000000 1000 0503 01000000 00000000 00000000 00000000 00000000 00000000 08000099 01020304'
  assert.match(printed('route', text), /\n {2}unknown 6400 nested 01020304$/)
})

test('flags are named by what the message does', () => {
  const header = (type: Message['type'], flags: number): string =>
    print([{ type, flags, sequence: 1, port: 0, header: {}, attributes: {} } as unknown as Message])
      .split('\n')[0]
      ?.replace(/ sequence.*/, '') ?? ''
  assert.is(header('RTM_GETLINK', 0x301), 'RTM_GETLINK flags=NLM_F_REQUEST|NLM_F_DUMP')
  assert.is(header('RTM_GETLINK', 0x101), 'RTM_GETLINK flags=NLM_F_REQUEST|NLM_F_ROOT')
  assert.is(header('RTM_NEWROUTE', 0x501), 'RTM_NEWROUTE flags=NLM_F_REQUEST|NLM_F_REPLACE|NLM_F_CREATE')
  assert.is(header('RTM_DELNEIGH', 0x201), 'RTM_DELNEIGH flags=NLM_F_REQUEST|NLM_F_BULK')
  assert.is(header('RTM_DELLINK', 0x8000), 'RTM_DELLINK flags=0x8000')
  assert.is(header('RTM_DELLINK', 0), 'RTM_DELLINK flags=0')
})

for (const { name, types, body } of definitions)
  test(`each member of any value has its line: ${name}`, () => {
    const [type] = types[0] ?? ['']
    holds(
      fc.property(valuesOf(body), value => {
        const lines = print([
          { type, flags: 0, sequence: 0, port: 0, ...(value as object) } as Message
        ]).split('\n')
        const members = Object.values((value as { readonly attributes: object }).attributes)
        assert.ok(
          lines.length >= 2 + members.filter(member => !isEmptyArray(member)).length,
          lines.join('\n')
        )
        assert.not.match(lines.join('\n'), /undefined|\[object/)
      }),
      20
    )
  })

const isEmptyArray = (member: unknown): boolean => Array.isArray(member) && member.length === 0

test.run()
