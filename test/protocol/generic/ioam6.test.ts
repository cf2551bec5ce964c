import { suite } from 'uvu'
import { golden } from './golden'

const test = suite('generic IOAM6')

golden(
  test,
  'ip ioam namespace add 1 data 0x10 wide 0x1122334455667788',
  '300000001e000500d466006b0000000001010000060001000100000008000200100000000c0003008877665544332211',
  {
    type: 'IOAM6_CMD_ADD_NAMESPACE',
    attributes: { nsId: 1, nsData: 0x10, nsDataWide: 0x1122334455667788n }
  },
  30
)

golden(
  test,
  'ip ioam schema show',
  '2c0000001e000200d466006b4164000006010000080004000500000008000500616263640600010001000000',
  {
    type: 'IOAM6_CMD_DUMP_SCHEMAS',
    attributes: { scId: 5, scData: new Uint8Array([97, 98, 99, 100]), nsId: 1 }
  },
  30
)

test.run()
