import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { status } from '../../src/index'
import { apply, bridgeNetwork, namespaces, teardown, vethMasquerade } from '../../src/promises'
import { ask, briefly, raise, raze, serve, sh, stateOfHost } from '../lab'
import { command, kernelTest } from '../sandbox'

const test = suite('other firewalls')
const needs = [command('ip'), command('nft'), command('iptables')]

test.before.each(raise)
test.after.each(raze)

const network = bridgeNetwork({
  name: 'web',
  gateway: '10.100.0.1/24',
  endpoints: [{ namespace: 'red', address: '10.100.0.2/24', publish: [{ hostPort: 8000, port: 80 }] }]
})

const blue = vethMasquerade({
  name: 'web',
  namespace: 'red',
  address: '192.168.45.3/24',
  gateway: '192.168.45.2',
  publish: [{ hostPort: 8000, port: 80 }]
})

const reaches = async (from: string, to: string): Promise<boolean> =>
  (await namespaces.ping(from, to, { timeout: briefly })).received === 1

/** What Docker, ufw and firewalld have on a host, in their own words, and an administrator's own chains. */
const firewalls: { readonly [name: string]: string } = {
  'iptables -P FORWARD DROP': 'iptables -P FORWARD DROP',
  'iptables, a final REJECT':
    'iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\niptables -A FORWARD -j REJECT',
  'Docker’s chains': `iptables-restore <<'EOF'
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-ISOLATION-STAGE-2 - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -j RETURN
-A DOCKER-USER -j RETURN
COMMIT
EOF`,
  'ufw’s chains': `iptables-restore <<'EOF'
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:ufw-before-forward - [0:0]
:ufw-user-forward - [0:0]
:ufw-after-logging-forward - [0:0]
:ufw-reject-forward - [0:0]
-A FORWARD -j ufw-before-forward
-A FORWARD -j ufw-after-logging-forward
-A FORWARD -j ufw-reject-forward
-A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-forward -p icmp --icmp-type 3 -j ACCEPT
-A ufw-before-forward -j ufw-user-forward
-A ufw-after-logging-forward -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW BLOCK] "
COMMIT
EOF`,
  'firewalld’s chains': `nft -f - <<'EOF'
table inet firewalld {
  chain filter_FORWARD_POLICIES {
    iifname "tun0" accept
  }
  chain filter_FORWARD {
    type filter hook forward priority 10; policy accept;
    ct state { established, related } accept
    ct status dnat accept
    iifname "lo" accept
    jump filter_FORWARD_POLICIES
    ct state invalid drop
    reject with icmpx admin-prohibited
  }
}
EOF`,
  'a chain of priority -5 and one of priority 10': `nft -f - <<'EOF'
table inet mine {
  chain early {
    type filter hook forward priority -5; policy drop;
    iifname "tun*" accept
  }
  chain late {
    type filter hook forward priority 10; policy drop;
  }
}
table ip theirs {
  chain forward {
    type filter hook forward priority 0; policy accept;
    iifname != "tun0" drop
  }
}
EOF`
}

/** Of counters, only that they are there. */
const steady = (): object =>
  JSON.parse(
    JSON.stringify(stateOfHost(), (key, value) => (key === 'packets' || key === 'bytes' ? undefined : value))
  )

const findings = async (): Promise<ReadonlyArray<string>> => {
  const found = await status('web')()
  if (E.isLeft(found)) throw new Error(found.left.message)
  return found.right.flatMap(({ drift }) => drift.flatMap(each => each.findings))
}

for (const [recipe, plan] of [
  ['bridge-network', network],
  ['veth-masquerade', blue]
] as const)
  for (const [name, rules] of Object.entries(firewalls))
    kernelTest(test, `${recipe} behind ${name}`, needs, async () => {
      sh(rules)
      const before = steady()
      await apply(plan)
      const server = await serve('red', 80)
      assert.ok(await reaches('red', '10.0.6.20'))
      assert.is(await ask('other', '10.0.6.10', 8000), '10.0.6.20')
      assert.equal(await findings(), [])
      if (rules.startsWith('iptables')) {
        const shown = sh('iptables -S FORWARD; iptables -S')
        assert.match(shown, /-A \S+ .*-m comment --comment "isolink web" -j ACCEPT/)
      }
      server.close()
      await teardown('web')
      assert.equal(steady(), before)
    })

kernelTest(test, 'status says what drops, and the same apply again lets it pass', needs, async () => {
  await apply(network)
  sh('iptables -P FORWARD DROP')
  assert.not(await reaches('red', '10.0.6.20'))
  assert.equal(await findings(), [
    'what br0 sends is dropped by the policy of chain FORWARD in table ip filter',
    'what goes to br0 is dropped by the policy of chain FORWARD in table ip filter'
  ])
  await apply(network)
  assert.ok(await reaches('red', '10.0.6.20'))
  assert.equal(await findings(), [])
})

kernelTest(test, 'what an administrator drops is dropped', needs, async () => {
  sh('iptables -P FORWARD DROP\niptables -A FORWARD -d 10.0.6.20 -j DROP')
  await apply(network)
  assert.not(await reaches('red', '10.0.6.20'))
})

test.run()
