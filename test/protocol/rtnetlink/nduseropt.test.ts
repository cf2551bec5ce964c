import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encode } from '../../../protocol'
import { AF } from '../../../protocol/rtnetlink/af'
import { nduseropt } from '../../../protocol/rtnetlink/nduseropt'
import { golden } from './golden'

const test = suite('rtnetlink nduseropt')

const advertised = {
  header: { family: AF.INET6, optsLen: 8, ifindex: 3, icmpType: 134, icmpCode: 0 },
  attributes: { options: Uint8Array.from([25, 1, 0, 0, 0, 0, 2, 88]), srcaddr: 'fe80::1' }
}

golden(
  test,
  'ip monitor all: options stand before the attributes, laid out by hand',
  `
  3c0000004400000001000000000000000a000800030000008600000000000000190100000000025814000100fe800000
  000000000000000000000001
  `,
  { type: 'RTM_NEWNDUSEROPT', ...advertised }
)

test('options that are not as long as the header says are refused', () => {
  const { header, attributes } = advertised
  const result = encode(nduseropt.body)({ header: { ...header, optsLen: 16 }, attributes })
  assert.ok(E.isLeft(result))
  assert.is(result.left.path, 'attributes.options')
})

test.run()
