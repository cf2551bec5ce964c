import { suite } from 'uvu'
import { MPTCP_PM_ADDR_FLAG } from '../../../protocol/generic/mptcp'
import { golden } from './golden'

const test = suite('generic mptcp_pm')

golden(
  test,
  'ip mptcp endpoint add 10.0.0.1 dev e0 id 5 signal',
  `
  400000001c000500d466006b00000000010100002c00018005000200050000000800060001000000 0800070003000000
  0600010002000000080003000a000001
  `,
  {
    type: 'MPTCP_PM_CMD_ADD_ADDR',
    attributes: {
      addr: { id: 5, flags: MPTCP_PM_ADDR_FLAG.SIGNAL, ifIdx: 3, family: 2, addr4: '10.0.0.1' }
    }
  },
  28
)

golden(
  test,
  'ip mptcp endpoint show',
  `
  4c0000001c00020000000000fd6300000301000038000180060001000a00000006000500000000000500020006000000
  080006000600000014000400fd000000000000000000000000000001
  `,
  {
    type: 'MPTCP_PM_CMD_GET_ADDR',
    attributes: {
      addr: {
        family: 10,
        port: 0,
        id: 6,
        flags: MPTCP_PM_ADDR_FLAG.SUBFLOW | MPTCP_PM_ADDR_FLAG.BACKUP,
        addr6: 'fd00::1'
      }
    }
  },
  28
)

golden(
  test,
  'ip mptcp limits set subflows 3 add_addr_accepted 4',
  '240000001c000500d466006b000000000501000008000200040000000800030003000000',
  { type: 'MPTCP_PM_CMD_SET_LIMITS', attributes: { rcvAddAddrs: 4, subflows: 3 } },
  28
)

test.run()
