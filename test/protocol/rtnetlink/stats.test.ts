import { suite } from 'uvu'
import { golden } from './golden'

const test = suite('rtnetlink stats')

golden(
  test,
  'ip stats show dev v0 group offload subgroup l3_stats',
  `
  280000005e000100a1aa006b000000000000000003000000080000000c0001800800040006000000
  `,
  {
    type: 'RTM_GETSTATS',
    header: { family: 0, ifindex: 3, filterMask: 1 << 3 },
    attributes: { getFilters: { linkOffloadXstats: (1 << 1) | (1 << 2) } }
  }
)

golden(
  test,
  'ip stats set dev v0 l3_stats on',
  `
  240000005f000500a1aa006b000000000000000003000000000000000500020001000000
  `,
  {
    type: 'RTM_SETSTATS',
    header: { family: 0, ifindex: 3, filterMask: 0 },
    attributes: { setOffloadXstatsL3Stats: 1 }
  }
)

test.run()
