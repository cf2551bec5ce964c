import { suite } from 'uvu'
import { golden } from './golden'

const test = suite('rtnetlink nsid')

golden(
  test,
  'ip netns set alpha 100',
  `
  2400000058000500bb66006b000000000000000008000300060000000800010064000000
  `,
  { type: 'RTM_NEWNSID', header: { family: 0 }, attributes: { fd: 6, nsid: 100 } }
)

golden(
  test,
  'ip netns list-id target-nsid 100',
  `
  1c0000005a000103bb66006b00000000000000000800040064000000
  `,
  { type: 'RTM_GETNSID', header: { family: 0 }, attributes: { targetNsid: 100 } }
)

test.run()
