/** A card of the machine, which is in one place at a time and which nobody can make anew. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apply, dualNic, namespaces, teardown } from '../../src/promises'
import { ip, raise, sh } from '../lab'
import { card, everything, nic, plug, strip } from '../nic'
import { command, kernelTest } from '../sandbox'

const test = suite('network card')
const needs = [card, command('ip'), command('nft'), command('nsenter')]

/** The cards are wired to each other: the second is the host's, and the first another host's. */
const raiseCards = (): void => {
  raise()
  plug()
  sh(`ip netns add far
nsenter --target 1 --net ip link set eth0 down netns far
sysctl -qw net.ipv6.conf.${nic}.accept_dad=0`)
  ip('link set eth0 up\naddress add 10.0.9.20/24 dev eth0', '-n', 'far')
  ip(`link set ${nic} up mtu 1400 alias spare
address add 10.0.9.10/24 dev ${nic}
address add fd00:9::10/64 dev ${nic}
route add 10.10.0.0/16 via 10.0.9.1
neighbour add 10.0.9.99 lladdr 02:00:00:00:00:99 dev ${nic} nud permanent`)
}

const razeCards = (): void => {
  sh('ip -n far link set eth0 down netns 1')
  strip()
}

kernelTest(test, 'dual-nic takes a card into a namespace, and gives it back exactly', needs, async () => {
  raiseCards()
  try {
    const before = everything()
    await apply(
      dualNic({
        namespace: 'blue',
        nic,
        interface: 'eth0',
        addresses: ['10.0.9.14/24'],
        gateway: '10.0.9.20'
      })
    )
    assert.not(sh('ip -o link').includes(`: ${nic}:`))
    assert.match(sh('ip netns exec blue ethtool -i eth0 || ip -d -n blue link show eth0'), /virtio/)
    assert.is((await namespaces.ping('blue', '10.0.9.20', { timeout: 5000 })).received, 1)
    await teardown('blue')
    for (const [n, each] of everything().entries()) assert.equal(each, before[n])
    assert.not(sh('ip netns').includes('blue'))
  } finally {
    razeCards()
  }
})

test.run()
