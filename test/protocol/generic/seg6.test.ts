import { suite } from 'uvu'
import { golden } from './golden'

const test = suite('generic SEG6')

golden(
  test,
  'ip -6 sr tunsrc set fc00::1',
  '280000001d000500d466006b000000000301000014000100fc000000000000000000000000000001',
  { type: 'SEG6_CMD_SET_TUNSRC', attributes: { dst: 'fc00::1' } },
  29
)

test.run()
