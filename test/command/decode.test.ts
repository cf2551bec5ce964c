import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isolink, output, refused } from './child'

const test = suite('decode')

// strace -e trace=sendmsg -e write=all ip address add 192.168.45.9/24 dev eth0; iproute2 6.1, Linux 6.1.
const strace = `sendmsg(3, {msg_name={sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, …) = 40
 * 40 bytes in buffer 0
 | 00000  28 00 00 00 14 00 05 06  3b b5 00 6b 00 00 00 00  (.......;..k.... |
 | 00010  02 18 00 00 02 00 00 00  08 00 02 00 c0 a8 2d 09  ..............-. |
 | 00020  08 00 01 00 c0 a8 2d 09                           ......-.         |
+++ exited with 0 +++
`

const text = `RTM_NEWADDR flags=NLM_F_REQUEST|NLM_F_ACK|NLM_F_EXCL|NLM_F_CREATE sequence=1795208507 port=0
  ifaddrmsg family=2 prefixlen=24 flags=0 scope=0 index=2
  IFA_LOCAL 192.168.45.9
  IFA_ADDRESS 192.168.45.9
`

test('strace … 2>&1 | isolink decode -', () => {
  assert.is(output(isolink(['decode', '-'], { input: strace })), text)
})

test('strace without -e write=all', () => {
  const [call = ''] = strace.split('\n')
  refused(isolink(['decode', '-'], { input: call }), 2, /^hex: line 1: strace .*-e read=all -e write=all/)
})

test('isolink decode HEX, in any grouping', () => {
  const bytes = [...strace.matchAll(/^ \| \d{5} {2}(.{48})/gm)].map(([, digits = '']) => digits.trim())
  assert.is(output(isolink(['decode', ...bytes])), text)
})

test('isolink decode --json -', () => {
  assert.equal(JSON.parse(output(isolink(['decode', '--json', '-'], { input: strace }))), [
    {
      type: 'RTM_NEWADDR',
      flags: 0x605,
      sequence: 1795208507,
      port: 0,
      header: { family: 2, prefixlen: 24, flags: 0, scope: 0, index: 2 },
      attributes: { local: '192.168.45.9', address: '192.168.45.9' }
    }
  ])
})

// strace -e trace=sendmsg -e write=all nft delete rule ip t c handle 2; nftables 1.0.6, Linux 6.1.
const transaction = `
 | 00000  14 00 00 00 10 00 01 00  00 00 00 00 00 00 00 00  ................ |
 | 00010  00 00 00 0a 30 00 00 00  08 0a 01 00 01 00 00 00  ....0........... |
 | 00020  00 00 00 00 02 00 00 00  06 00 01 00 74 00 00 00  ............t... |
 | 00030  06 00 02 00 63 00 00 00  0c 00 03 00 00 00 00 00  ....c........... |
 | 00040  00 00 00 02 14 00 00 00  11 00 01 00 02 00 00 00  ................ |
 | 00050  00 00 00 00 00 00 00 0a                           ........         |
`

test('isolink decode --protocol netfilter --json: numbers of 64 bits are texts', () => {
  const answer = isolink(['decode', '--protocol', 'netfilter', '--json', '-'], { input: transaction })
  const [begin, rule, end, ...more] = JSON.parse(output(answer))
  assert.equal([begin.type, end.type, more], ['NFNL_MSG_BATCH_BEGIN', 'NFNL_MSG_BATCH_END', []])
  assert.is(rule.type, 'NFT_MSG_DELRULE')
  assert.equal(rule.attributes, { table: 't', chain: 'c', handle: '2' })
})

test('what is not known is shown as bytes, in hexadecimal digits', () => {
  const unknown = '180000003930010001000000000000000123456789abcdef'
  assert.match(
    output(isolink(['decode', unknown])),
    /^UNKNOWN type=12345 .*\n {2}payload 0123456789abcdef\n$/
  )
  const [{ number, payload }] = JSON.parse(output(isolink(['decode', '--json', unknown])))
  assert.equal([number, payload], [12345, '0123456789abcdef'])
})

test('a message that is cut short', () => {
  refused(
    isolink(['decode', '-'], { input: strace.replace(/ \| 00020.*\n/, '') }),
    1,
    /^hex: len, at byte 0: a message says it is 40 bytes long, and 32 are left$/
  )
})

test.run()
