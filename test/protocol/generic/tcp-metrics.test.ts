import { suite } from 'uvu'
import { golden } from './golden'

const test = suite('generic tcp_metrics')

golden(
  test,
  'ip tcp_metrics delete 10.0.0.9',
  '1c0000001b000500d466006b0000000002010000080001000a000009',
  { type: 'TCP_METRICS_CMD_DEL', attributes: { addrIpv4: '10.0.0.9' } },
  27
)

test.run()
