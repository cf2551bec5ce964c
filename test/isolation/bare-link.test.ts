import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apply, teardown } from '../../src/promises'
import type { Plan } from '../../src/recipe'
import { raise, sh } from '../lab'
import { everything, nic, plug, strip } from '../nic'
import { command, kernelTest } from '../sandbox'

const test = suite('a link that has little and moves')
const needs = [command('ip'), command('nft'), command('tc'), command('bridge')]

test.before.each(raise)
test.after.each(strip)

const planOf = (furnished: boolean): Plan => ({
  recipe: 'test',
  name: 'blue',
  parameters: {},
  premises: [],
  steps: [
    { _tag: 'CreateNamespace', name: 'blue' },
    { _tag: 'MoveLink', link: nic, namespace: 'blue', name: 'eth0', furnished }
  ]
})

const bare: ReadonlyArray<readonly [string, string]> = [
  ['down, without anything', ''],
  [
    'down, with addresses',
    `ip address add 10.0.7.14/24 dev ${nic}
ip address add fd00:7::14/64 dev ${nic} nodad`
  ],
  [
    'without a link-local address',
    `sysctl -qw net.ipv6.conf.${nic}.accept_dad=0
ip link set ${nic} addrgenmode none up
ip address add fd00:7::14/64 dev ${nic}`
  ],
  [
    'whose link-local address was removed',
    `sysctl -qw net.ipv6.conf.${nic}.accept_dad=0
ip link set ${nic} up
ip -6 address flush dev ${nic} scope link`
  ],
  [
    'whose route to its network was removed',
    `sysctl -qw net.ipv6.conf.${nic}.accept_dad=0
ip link set ${nic} addrgenmode none up
ip address add 10.0.7.14/24 dev ${nic}
ip route delete 10.0.7.0/24`
  ],
  [
    'without IPv6',
    `sysctl -qw net.ipv6.conf.${nic}.disable_ipv6=1
ip link set ${nic} up
ip address add 10.0.7.14/24 dev ${nic}`
  ],
  [
    'without anybody at the other end',
    `sysctl -qw net.ipv6.conf.${nic}.accept_dad=0
ip -n other link set ${nic} down || true
ip link set ${nic} up
ip address add 10.0.7.14/24 dev ${nic}
ip route add default via 10.0.7.1 metric 5`
  ],
  [
    'that is the port of a bridge',
    `ip link add br9 type bridge forward_delay 0
sysctl -qw net.ipv6.conf.br9.accept_dad=0
sysctl -qw net.ipv6.conf.${nic}.accept_dad=0
ip link set br9 up
ip link set ${nic} master br9 up
bridge link set dev ${nic} hairpin on cost 77 priority 9
bridge fdb add 02:00:00:00:00:78 dev ${nic} master static
bridge fdb add 02:00:00:00:00:79 dev ${nic} self
sleep 1`
  ]
]

const isSame = (before: ReadonlyArray<unknown>): void => {
  for (const [n, each] of everything().entries()) assert.equal(each, before[n])
}

for (const [what, script] of bare)
  for (const furnished of [false, true])
    kernelTest(test, `one ${what} comes back so${furnished ? ', furnished' : ''}`, needs, async () => {
      plug()
      sh(script)
      const before = everything()
      await apply(planOf(furnished))
      assert.equal(await teardown('blue'), { name: 'blue', found: true })
      isSame(before)
    })

test.run()
