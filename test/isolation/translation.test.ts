import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apply, attach, bridgeNetwork, teardown } from '../../src/promises'
import { ask, ip, raise, raze, refusal, serve, sh, stateOfHost } from '../lab'
import { command, kernelTest, legacyTables } from '../sandbox'

const test = suite('ports of other tools')
const needs = [command('ip'), command('nft'), command('iptables')]

test.before.each(() => {
  raise()
  ip(`link add tun0 type veth peer name peer0
link set tun0 up
address add 10.8.0.1/24 dev tun0`)
})
test.after.each(raze)

interface Case {
  readonly rules: string
  /** Why it is refused; nothing for a port that answers all the same. */
  readonly taken?: RegExp
  readonly hostAddress?: string
  readonly protocol?: 'tcp' | 'udp'
}

const dnat = 'dnat to 172.17.0.2'
const chain = (rules: string, hook = 'prerouting', priority = '-100'): string =>
  `nft -f - <<'EOF'
table ip theirs {
  set ports { type inet_proto . inet_service; elements = { tcp . 8000, tcp . 9000 } }
  map to { type inet_proto . inet_service : ipv4_addr . inet_service; elements = { tcp . 8000 : 172.17.0.2 . 80 } }
  map by { type inet_service : verdict; flags interval; elements = { 7000-8999 : jump inner } }
  chain inner {
    ${dnat}
  }
  chain own {
    type nat hook ${hook} priority ${priority};
    ${rules}
  }
}
EOF`

const ours = String.raw`^publish: tcp port 8000 of the host is taken by rule \d+ of chain `

const cases: { readonly [title: string]: Case } = {
  'Docker’s iptables rules': {
    rules: `iptables -t nat -N DOCKER
iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
iptables -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
iptables -t nat -A DOCKER -i docker0 -j RETURN
iptables -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8000 -j DNAT --to-destination 172.17.0.2:80`,
    taken: new RegExp(
      `${ours}DOCKER in table ip nat, which sends what comes to 10.0.6.10 of eth0 elsewhere; choose another hostPort$`
    )
  },
  'iptables, several ports': {
    rules: 'iptables -t nat -A PREROUTING -p tcp -m multiport --dports 22,7999:8001 -j DNAT --to 172.17.0.2',
    taken: new RegExp(`${ours}PREROUTING in table ip nat, which sends it elsewhere`)
  },
  'iptables -j REDIRECT': {
    rules: 'iptables -t nat -A PREROUTING -p tcp --dport 8000 -j REDIRECT --to-ports 3128',
    taken: new RegExp(`${ours}PREROUTING in table ip nat`)
  },
  'iptables, all but another port': {
    rules: 'iptables -t nat -A PREROUTING -p tcp ! --dport 22 -j DNAT --to 172.17.0.2',
    taken: new RegExp(`${ours}PREROUTING in table ip nat`)
  },
  'nft, a rule': {
    rules: chain(`tcp dport 8000 ${dnat}`),
    taken: new RegExp(`${ours}own in table ip theirs`)
  },
  'nft, one that comes after ours': {
    rules: chain(`fib daddr type local tcp dport 8000-8001 ${dnat}`, 'prerouting', '10'),
    taken: new RegExp(`${ours}own in table ip theirs`)
  },
  'nft, a set without a name': {
    rules: chain(`tcp dport { 22, 8000 } ${dnat}`),
    taken: new RegExp(`${ours}own in table ip theirs`)
  },
  'nft, a set': {
    rules: chain(`meta l4proto . th dport @ports ${dnat}`),
    taken: new RegExp(`${ours}own in table ip theirs`)
  },
  'nft, a map': {
    rules: chain('dnat ip to meta l4proto . th dport map @to'),
    taken: new RegExp(`${ours}own in table ip theirs`)
  },
  'nft, a verdict map': {
    rules: chain('tcp dport vmap @by'),
    taken: new RegExp(`${ours}inner in table ip theirs`)
  },
  'nft, redirect': {
    rules: chain('tcp dport 8000 redirect to :3128'),
    taken: new RegExp(`${ours}own in table ip theirs`)
  },
  'nft, of the host’s own packets': {
    rules: chain(`ip daddr 10.0.6.10 tcp dport 8000 ${dnat}`, 'output'),
    taken: new RegExp(`${ours}own in table ip theirs, which sends what comes to 10.0.6.10 of eth0 elsewhere`)
  },
  'at one address': {
    rules: chain(`ip daddr 10.0.6.11 tcp dport 8000 ${dnat}`),
    taken: new RegExp(`${ours}own in table ip theirs, which sends what comes to 10.0.6.11 of eth0 elsewhere`)
  },
  'by an interface': {
    rules: chain(`iifname "tun*" tcp dport 8000 ${dnat}`),
    taken: new RegExp(`${ours}own in table ip theirs, which sends what comes to 10.8.0.1 of tun0 elsewhere`)
  },
  'in a network of the host': {
    rules: chain(`ip daddr 10.0.0.0/16 tcp dport 8000 ${dnat}`),
    taken: new RegExp(`${ours}own in table ip theirs, which sends what comes to 10.0.6.10`)
  },
  'by an interface, and ours at an address of another one': {
    rules: chain(`iifname "tun0" tcp dport 8000 ${dnat}`),
    hostAddress: '10.0.6.10'
  },
  'at an address, and ours at another one': {
    rules: chain(`ip daddr 10.0.6.11 tcp dport 8000 ${dnat}`),
    hostAddress: '10.0.6.10'
  },
  'by an interface that is not there': { rules: chain(`iifname "wg0" tcp dport 8000 ${dnat}`) },
  'at an address that is not the host’s': { rules: chain(`ip daddr 192.0.2.1 tcp dport 8000 ${dnat}`) },
  'of the other protocol': { rules: chain(`udp dport 8000 ${dnat}`) },
  'of another port': {
    rules: chain(`tcp dport { 22, 8001 } ${dnat}\nmeta l4proto . th dport { tcp . 80 } ${dnat}`)
  },
  'from some senders only': { rules: chain(`ip saddr 192.0.2.0/24 tcp dport 8000 ${dnat}`) },
  'after what others may do first': { rules: chain(`fib daddr type local return; tcp dport 8000 ${dnat}`) },
  'iptables, of another protocol, port, and sender': {
    rules: `iptables -t nat -A PREROUTING -p udp --dport 8000 -j DNAT --to 172.17.0.2
iptables -t nat -A PREROUTING -p tcp --dport 8001 -j DNAT --to 172.17.0.2
iptables -t nat -A PREROUTING -p tcp --sport 1:1023 --dport 8000 -j DNAT --to 172.17.0.2
iptables -t nat -A PREROUTING -p tcp -m multiport --dports 8001,8002 -j DNAT --to 172.17.0.2`
  }
}

const network = (publish: ReadonlyArray<object>) =>
  bridgeNetwork({
    name: 'web',
    gateway: '10.100.0.1/24',
    uplink: 'eth0',
    endpoints: [{ namespace: 'red', address: '10.100.0.2/24', publish: [...publish] as never }]
  })

for (const [title, { rules, taken, hostAddress }] of Object.entries(cases))
  kernelTest(test, `${taken === undefined ? 'no rival' : 'refused'}: ${title}`, needs, async () => {
    sh(rules)
    const before = stateOfHost()
    const plan = network([{ hostPort: 8000, port: 80, ...(hostAddress !== undefined && { hostAddress }) }])
    if (taken === undefined) {
      await apply(plan)
      const server = await serve('red', 80)
      assert.is(await ask('other', '10.0.6.10', 8000), '10.0.6.20')
      server.close()
      await teardown('web')
    } else {
      const error = await refusal(apply(plan))
      assert.equal([error._tag, error.field], ['PortTaken', 'publish'])
      assert.match(String(error.message), taken)
    }
    assert.equal(stateOfHost(), before)
  })

kernelTest(test, 'IPv6: refused, and no rival', needs, async () => {
  sh(`ip6tables -t nat -A PREROUTING -p tcp --dport 8000 -j DNAT --to-destination '[fd00:17::2]:80'
nft -f - <<'EOF'
table inet theirs {
  chain own {
    type nat hook prerouting priority -110;
    ip6 daddr fd00:6::10 udp dport 8000 dnat ip6 to [fd00:17::2]:80
    meta nfproto ipv4 tcp dport 8001 dnat ip to 172.17.0.2:80
  }
}
EOF`)
  const plan = (publish: object) =>
    bridgeNetwork({
      name: 'web',
      gateway: 'fd00:100::1/64',
      uplink: 'eth0',
      endpoints: [{ namespace: 'red', address: 'fd00:100::2/64', publish: [publish as never] }]
    })
  const refused = async (publish: object): Promise<unknown> => (await refusal(apply(plan(publish)))).message
  assert.match(
    String(await refused({ hostPort: '7999-8001', port: '79-81' })),
    /tcp port 8000 of the host is taken by rule \d+ of chain PREROUTING in table ip6 nat/
  )
  assert.match(
    String(await refused({ protocol: 'udp', hostPort: 8000, port: 80 })),
    /udp port 8000 of the host is taken by rule \d+ of chain own in table inet theirs, which sends what comes to fd00:6::10 of eth0/
  )
  await apply(plan({ hostPort: 8001, port: 80 }))
  const server = await serve('red', 80)
  assert.is(await ask('other', 'fd00:6::10', 8001), 'fd00:6::20')
  server.close()
})

kernelTest(test, 'refused: a rule of iptables-legacy', [...needs, legacyTables()], async () => {
  sh('iptables-legacy -t nat -A PREROUTING ! -i docker0 -p tcp --dport 8000 -j DNAT --to 172.17.0.2:80')
  const error = await refusal(apply(network([{ hostPort: 8000, port: 80 }])))
  assert.is(
    error.message,
    'publish: tcp port 8000 of the host is taken by rule 1 of chain PREROUTING in table ip nat of iptables-legacy, which sends what comes to 10.0.6.10 of eth0 elsewhere; choose another hostPort'
  )
  sh('iptables-legacy -t nat -F')
})

kernelTest(test, 'an endpoint that comes later is refused as well', needs, async () => {
  await apply(network([]))
  sh(chain(`tcp dport 8000 ${dnat}`))
  const error = await refusal(
    attach('web', { namespace: 'green', address: '10.100.0.3/24', publish: [{ hostPort: 8000, port: 80 }] })
  )
  assert.match(
    String(error.message),
    /port 8000 of the host is taken by rule \d+ of chain own in table ip theirs/
  )
})

test.run()
