import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decode, encode } from '../../../protocol'
import { WGDEVICE_F, WGPEER_F } from '../../../protocol/generic/wireguard/device'
import { type Endpoint, endpoint } from '../../../protocol/generic/wireguard/endpoint'
import { hex } from '../nftables/golden'
import { golden } from './golden'

const test = suite('generic wireguard')

const key = (byte: string): Uint8Array => hex(byte.repeat(32))

// The bytes of this file are laid out by hand, after <linux/wireguard.h>.

golden(
  test,
  'wg set wg0 listen-port 51820 private-key k peer p endpoint 192.0.2.1:51820 persistent-keepalive 25 allowed-ips 10.0.0.2/32,fd00::2/128',
  `
  e80000001600050001000000000000000101000008000200776730002400030011111111111111111111111111111111
  111111111111111111111111111111110800050001000000060006006cca000098000880940000802400010022222222
  222222222222222222222222222222222222222222222222222222220800030002000000140004000200ca6cc0000201
  00000000000000000600050019000000480009801c0000800600010002000000080002000a0000020500030020000000
  28000080060001000a00000014000200fd0000000000000000000000000000020500030080000000
  `,
  {
    type: 'WG_CMD_SET_DEVICE',
    attributes: {
      ifname: 'wg0',
      privateKey: key('11'),
      flags: WGDEVICE_F.REPLACE_PEERS,
      listenPort: 51820,
      peers: [
        {
          publicKey: key('22'),
          flags: WGPEER_F.REPLACE_ALLOWEDIPS,
          endpoint: { addr: '192.0.2.1', port: 51820 },
          persistentKeepaliveInterval: 25,
          allowedips: [
            { family: 2, ipaddr: '10.0.0.2', cidrMask: 32 },
            { family: 10, ipaddr: 'fd00::2', cidrMask: 128 }
          ]
        }
      ]
    }
  },
  22
)

golden(
  test,
  'wg show wg0',
  `
  e400000016000200010000006300000000010000060006006cca00000800070000000000080001000700000008000200
  77673000b0000880ac000080240001002222222222222222222222222222222222222222222222222222222222222222
  240002000000000000000000000000000000000000000000000000000000000000000000140006002b67006b00000000
  f40100000000000006000500000000000c0008000a000000000000000c000700140000000000000008000a0001000000
  200004000a00ca6c00000000fe8000000000000000000000000000020300000004000980
  `,
  {
    type: 'WG_CMD_GET_DEVICE',
    attributes: {
      listenPort: 51820,
      fwmark: 0,
      ifindex: 7,
      ifname: 'wg0',
      peers: [
        {
          publicKey: key('22'),
          presharedKey: key('00'),
          lastHandshakeTime: { sec: 1795188523n, nsec: 500n },
          persistentKeepaliveInterval: 0,
          txBytes: 10n,
          rxBytes: 20n,
          protocolVersion: 1,
          endpoint: { addr: 'fe80::2', port: 51820, flowinfo: 0, scopeId: 3 },
          allowedips: []
        }
      ]
    }
  },
  22
)

test('the address of an endpoint says which socket address is meant', () => {
  const read = decode(endpoint)
  const written = (value: Endpoint): unknown => encode(endpoint)(value)
  assert.equal(written({ addr: '192.0.2.1', port: 1 }), E.right(hex('0200 0001 c0000201 0000000000000000')))
  const v6 = hex('0a00 0001 00000000 fd000000000000000000000000000001 00000000')
  assert.equal(written({ addr: 'fd00::1', port: 1 }), E.right(v6))
  assert.equal(read(v6), E.right({ addr: 'fd00::1', port: 1, flowinfo: 0, scopeId: 0 }))
  assert.ok(E.isLeft(read(hex('0100 2f746d70000000000000000000000000'))), 'a unix socket is none')
  assert.ok(E.isLeft(read(hex('02'))), 'nor is half a family')
  assert.equal(
    written({ addr: '192.0.2.1', port: 1, scopeId: 3 }),
    E.left({ _tag: 'EncodeError', path: 'scopeId', reason: 'struct sockaddr_in has no such member' })
  )
})

test.run()
