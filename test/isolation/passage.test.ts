import { spawnSync } from 'node:child_process'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { status } from '../../src/index'
import { apply, bridgeNetwork, teardown, vethMasquerade } from '../../src/promises'
import { ask, briefly, raise, raze, reaches, serve, sh, stateOfHost } from '../lab'
import { bridgedPackets, command, kernelTest, legacyTables, type Missing, oracle } from '../sandbox'

const test = suite('other firewalls')
const needs = [command('ip'), command('nft'), command('iptables')]

test.before.each(raise)
test.after.each(raze)

/** Whether rules of family bridge can ask for bridges. */
const metaBridge: Missing =
  command('nft') ??
  (spawnSync(oracle('nft') ?? '', [
    '-c',
    'add table bridge probe; add chain bridge probe c; add rule bridge probe c meta ibrname "br0"'
  ]).status === 0
    ? undefined
    : 'the kernel has no nft_meta_bridge')

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
  'a chain of inet filter': `nft -f - <<'EOF'
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    ct state invalid drop
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
  assert.not(await reaches('red', '10.0.6.20', briefly))
  assert.equal(await findings(), [
    'what br0 sends is dropped by the policy of chain FORWARD in table ip filter',
    'what goes to br0 is dropped by the policy of chain FORWARD in table ip filter'
  ])
  await apply(network)
  assert.ok(await reaches('red', '10.0.6.20'))
  assert.equal(await findings(), [])
})

const network6 = bridgeNetwork({
  name: 'web',
  gateway: 'fd00:100::1/64',
  endpoints: [{ namespace: 'red', address: 'fd00:100::2/64', publish: [{ hostPort: 8000, port: 80 }] }]
})

const blue6 = vethMasquerade({
  name: 'web',
  namespace: 'red',
  address: 'fd00:45::3/64',
  gateway: 'fd00:45::2',
  publish: [{ hostPort: 8000, port: 80 }]
})

const firewalls6: { readonly [name: string]: string } = {
  'ip6tables -P FORWARD DROP': 'ip6tables -P FORWARD DROP',
  'ip6tables, a final REJECT':
    'ip6tables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\nip6tables -A FORWARD -j REJECT',
  'firewalld’s chains': firewalls['firewalld’s chains'] ?? '',
  'chains of inet and of ip6': `nft -f - <<'EOF'
table inet mine {
  chain early {
    type filter hook forward priority -5; policy drop;
  }
}
table ip6 theirs {
  chain forward {
    type filter hook forward priority 0; policy accept;
    meta protocol ip6 iifname vmap { "tun0" : accept, "br0" : drop, "veth-web" : drop }
    ct state new ct status & dnat == dnat drop
  }
}
EOF`
}

for (const [recipe, plan] of [
  ['bridge-network', network6],
  ['veth-masquerade', blue6]
] as const)
  for (const [name, rules] of Object.entries(firewalls6))
    kernelTest(test, `IPv6: ${recipe} behind ${name}`, needs, async () => {
      sh(rules)
      const before = steady()
      await apply(plan)
      const server = await serve('red', 80)
      assert.ok(await reaches('red', 'fd00:6::20'))
      assert.is(await ask('other', 'fd00:6::10', 8000), 'fd00:6::20')
      assert.equal(await findings(), [])
      if (rules.startsWith('ip6tables'))
        assert.match(sh('ip6tables -S FORWARD'), /-A \S+ .*-m comment --comment "isolink web" -j ACCEPT/)
      server.close()
      await teardown('web')
      assert.equal(steady(), before)
    })

const both = bridgeNetwork({
  name: 'web',
  gateway: '10.100.0.1/24',
  allow: ['db'],
  endpoints: [
    { namespace: 'red', address: '10.100.0.2/24' },
    { namespace: 'green', address: '10.100.0.3/24' }
  ]
})

const db = bridgeNetwork({
  name: 'db',
  bridge: 'br1',
  gateway: '10.200.0.1/24',
  endpoints: [{ namespace: 'blue', address: '10.200.0.2/24' }]
})

for (const name of ['iptables -P FORWARD DROP', 'firewalld’s chains'])
  kernelTest(
    test,
    `networks that allow each other, and br_netfilter, behind ${name}`,
    [...needs, bridgedPackets()],
    async () => {
      sh(firewalls[name] ?? '')
      const before = steady()
      await apply(db)
      await apply(both)
      assert.ok(await reaches('red', '10.200.0.2'))
      assert.ok(await reaches('blue', '10.100.0.3'))
      sh('sysctl -qw net.bridge.bridge-nf-call-iptables=1')
      assert.ok(await reaches('red', '10.100.0.3'))
      assert.equal(await findings(), [])
      sh('sysctl -qw net.bridge.bridge-nf-call-iptables=0')
      await teardown('web')
      await teardown('db')
      assert.equal(steady(), before)
    }
  )

const hindered = async (): Promise<unknown> => {
  const found = await status('web')()
  if (E.isLeft(found)) throw new Error(found.left.message)
  const [{ state, hindered: sentences } = {}] = found.right
  assert.is(state, 'up')
  return sentences
}

kernelTest(
  test,
  'what the host itself gets and sends is the administrator’s to decide, and told',
  needs,
  async () => {
    await apply(network)
    assert.is(await hindered(), undefined)
    sh('iptables -P INPUT DROP\niptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT')
    assert.not(await reaches('red', '10.100.0.1', briefly))
    assert.equal(await hindered(), [
      'what br0 sends to the host itself is dropped by the policy of chain INPUT in table ip filter, but for what is accepted before it'
    ])
    sh(`iptables -P INPUT ACCEPT
nft 'add table inet mine; add chain inet mine out { type filter hook output priority 0; }; add rule inet mine out oifname "br*" drop'`)
    const [sentence] = (await hindered()) as ReadonlyArray<string>
    assert.match(
      String(sentence),
      /^what the host itself sends to br0 is dropped by rule \d+ of chain out in table inet mine/
    )
    await teardown('web')
    assert.match(sh('nft list ruleset'), /oifname "br\*" drop/)
  }
)

kernelTest(
  test,
  'what a firewall of bridges drops is told, and what to type',
  [...needs, command('ebtables')],
  async () => {
    await apply(both)
    sh('ebtables -P FORWARD DROP\nebtables -P INPUT DROP')
    assert.not(await reaches('red', '10.100.0.3', briefly))
    assert.not(await reaches('red', '10.100.0.1', briefly))
    const remedies = [
      'ebtables -I FORWARD --logical-in br0 --logical-out br0 -j ACCEPT',
      'ebtables -I INPUT --logical-in br0 -j ACCEPT'
    ]
    assert.equal(await hindered(), [
      `what is sent from br0 to br0 is dropped by the policy of chain FORWARD in table bridge filter: ${remedies[0]}`,
      `what br0 sends is dropped by the policy of chain INPUT in table bridge filter: ${remedies[1]}`
    ])
    // Not every kernel can tell bridges by their names.
    if (metaBridge === undefined) {
      sh(remedies.join('\n'))
      // The kernel asks anew for who did not answer, a second later.
      sh('ip -n red neighbour flush all nud all')
      assert.ok(await reaches('red', '10.100.0.3'))
      assert.ok(await reaches('red', '10.0.6.20'))
      assert.is(await hindered(), undefined)
    }
  }
)

kernelTest(
  test,
  'what iptables-legacy drops is told, and what to type',
  [...needs, legacyTables()],
  async () => {
    sh(`iptables-legacy -P FORWARD DROP
iptables-legacy -N own
iptables-legacy -A FORWARD -i tun0 -j own
iptables-legacy -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j own
iptables-legacy -A own -s 192.0.2.0/24 -j DROP
iptables-legacy -A own -j RETURN`)
    await apply(network)
    const remedies = [
      'iptables-legacy -I FORWARD -i br0 -o eth0 -j ACCEPT',
      'iptables-legacy -I FORWARD -o br0 -j ACCEPT'
    ]
    const policy = 'is dropped by the policy of chain FORWARD in table ip filter of iptables-legacy'
    assert.not(await reaches('red', '10.0.6.20', briefly))
    assert.equal(await hindered(), [
      `what br0 sends ${policy}: ${remedies[0]}`,
      `what goes to br0 ${policy}: ${remedies[1]}`
    ])
    sh(remedies.join('\n'))
    assert.ok(await reaches('red', '10.0.6.20'))
    assert.is(await hindered(), undefined)
    sh('iptables-legacy -I own -o br0 -j REJECT; iptables-legacy -I FORWARD -o br+ -p tcp -g own')
    assert.is(await hindered(), undefined, 'of TCP alone')
    sh('iptables-legacy -I FORWARD 1 ! -i docker0 -j own')
    assert.match(
      String(await hindered()),
      /^what goes to br0 is dropped by rule 1 of chain own in table ip filter of iptables-legacy/
    )
    await teardown('web')
    assert.is(sh('iptables-legacy -S own').split('\n').length, 5)
    sh('iptables-legacy -P FORWARD ACCEPT; iptables-legacy -F; iptables-legacy -X')
  }
)

kernelTest(test, 'IPv6: what iptables-legacy drops is told', [...needs, legacyTables()], async () => {
  sh('ip6tables-legacy -A FORWARD -i br0 ! -o tun0 -j DROP')
  await apply(network6)
  assert.match(
    String(await hindered()),
    /^what br0 sends is dropped by rule 1 of chain FORWARD in table ip6 filter of iptables-legacy: ip6tables-legacy -I FORWARD -i br0 -o eth0 -j ACCEPT/
  )
  sh('ip6tables-legacy -F')
})

kernelTest(test, 'DOCKER-USER: what is decided there holds, and stays', needs, async () => {
  sh(firewalls['Docker’s chains'] ?? '')
  sh(
    'iptables -I DOCKER-USER -s 10.0.6.20 -p tcp --dport 80 -j DROP\niptables -I DOCKER-USER -i docker0 -j DROP'
  )
  const before = steady()
  const shown = sh('iptables -S DOCKER-USER')
  await apply(network)
  const server = await serve('red', 80)
  assert.is(await ask('other', '10.0.6.10', 8000, { patience: briefly }), 'silence')
  assert.ok(await reaches('red', '10.0.6.20'))
  assert.is(sh('iptables -S DOCKER-USER'), shown)
  server.close()
  await teardown('web')
  assert.equal(steady(), before)
})

kernelTest(test, 'what an administrator drops is dropped', needs, async () => {
  sh('iptables -P FORWARD DROP\niptables -A FORWARD -d 10.0.6.20 -j DROP')
  await apply(network)
  assert.not(await reaches('red', '10.0.6.20', briefly))
})

test.run()
