import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isolink, output } from './child'

const test = suite('isolink plan')

const publish = [
  { hostPort: 8080, port: 80 },
  { hostPort: 8081, port: 81 },
  { hostPort: 53, port: 53, protocol: 'udp' }
]

const said: ReadonlyArray<readonly [parameters: object, sentences: ReadonlyArray<string>]> = [
  [
    {
      recipe: 'veth-masquerade',
      namespace: 'blue',
      address: '192.168.45.3/24',
      gateway: '192.168.45.2',
      publish
    },
    [
      'masquerade what 192.168.45.0/24 sends by the uplink on the host',
      'publish *:8080-8081 → 192.168.45.3:80-81/tcp on the host',
      'publish *:53 → 192.168.45.3:53/udp on the host'
    ]
  ],
  [
    { recipe: 'host-fake-ip', namespace: 'blue', nic: 'eth0', publish: [{ hostPort: 22, port: 22 }] },
    ['masquerade what 169.254.77.0/24 sends by eth0 in blue', 'publish *:22 → 169.254.77.1:22/tcp in blue']
  ],
  [
    {
      recipe: 'bridge-network',
      name: 'web',
      uplink: 'eth0',
      gateways: ['10.100.0.1/24', 'fd00:100::1/64'],
      allow: ['db'],
      endpoints: [
        {
          namespace: 'red',
          addresses: ['10.100.0.2/24', 'fd00:100::2/64'],
          publish: [
            { hostPort: 8000, port: 80, hostAddress: '127.0.0.1' },
            { hostPort: 8001, port: 80, hostAddress: 'fd00:6::10' }
          ]
        }
      ]
    },
    [
      'masquerade what 10.100.0.0/24 sends by eth0 on the host',
      'let br0 and the network db reach each other on the host',
      'masquerade what fd00:100::/64 sends by eth0 on the host',
      'let br0 and the network db reach each other on the host',
      'publish 127.0.0.1:8000 → 10.100.0.2:80/tcp on the host',
      'publish [fd00:6::10]:8001 → [fd00:100::2]:80/tcp on the host'
    ]
  ]
]

for (const [parameters, sentences] of said)
  test(`says what ports are published and what is masqueraded: ${sentences[0]}`, () => {
    const lines = output(isolink(['plan', '-'], { input: JSON.stringify(parameters) })).split('\n')
    assert.equal(
      lines.filter(each => /^(masquerade|publish|let .* reach)/.test(each)),
      sentences
    )
    // With the step that does it.
    assert.match(lines[lines.indexOf(sentences[0] ?? '') - 1] ?? '', /^put \d+ entr(?:y|ies) into table /)
  })

test.run()
