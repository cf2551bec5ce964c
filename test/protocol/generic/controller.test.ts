import { suite } from 'uvu'
import { GENL } from '../../../protocol/generic/controller'
import { golden } from './golden'

const test = suite('generic controller')

const { CMD_CAP_DO, CMD_CAP_DUMP, CMD_CAP_HASPOL } = GENL

golden(
  test,
  'genl ctrl list, the controller itself',
  `
  8800000010000200d266006b69630000010200000b0002006e6c6374726c000006000100100000000800030002000000
  080004000000000008000500000000002c000600140001000800010003000000080002000e0000001400020008000100
  0a000000080002000c0000001c0007001800010008000200100000000b0001006e6f746966790000
  `,
  {
    type: 'CTRL_CMD_NEWFAMILY',
    attributes: {
      familyName: 'nlctrl',
      familyId: 16,
      version: 2,
      hdrsize: 0,
      maxattr: 0,
      ops: [
        { id: 3, flags: CMD_CAP_DO | CMD_CAP_DUMP | CMD_CAP_HASPOL },
        { id: 10, flags: CMD_CAP_DUMP | CMD_CAP_HASPOL }
      ],
      mcastGroups: [{ id: 16, name: 'notify' }]
    }
  }
)

golden(test, 'ip fou show', '1c00000010000100d466006b00000000030000000 8000200666f7500', {
  type: 'CTRL_CMD_GETFAMILY',
  attributes: { familyName: 'fou' }
})

golden(
  test,
  'genl ctrl policy name ethtool, the policies of command 1',
  '3400000010000200d266006b796300000a0200000600010015000000180009801400018008000100000000000800020000000000',
  { type: 'CTRL_CMD_GETPOLICY', attributes: { familyId: 21, opPolicy: { 1: { do: 0, dump: 0 } } } }
)

golden(
  test,
  'genl ctrl policy name ethtool, attribute 1 of policy 1',
  `
  4800000010000200d266006b796300000a02000006000100150000002c00088028000180240001800c00040000000000
  000000000c000500ffffffff000000000800010004000000
  `,
  {
    type: 'CTRL_CMD_GETPOLICY',
    attributes: {
      familyId: 21,
      policy: { 1: { 1: { type: 4, minValueU: 0n, maxValueU: 0xffffffffn } } }
    }
  }
)

test.run()
