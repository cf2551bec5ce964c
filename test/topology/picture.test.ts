import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Topology,
  type TopologyLink,
  type TopologyNamespace,
  toDot,
  toMermaid,
  toSvg
} from '../../src/promises'

const test = suite('pictures')

const namespace = (identity: string, more: Partial<TopologyNamespace>): TopologyNamespace => ({
  identity,
  here: false,
  names: [],
  processes: [],
  links: [],
  defaultRoutes: [],
  masquerades: [],
  published: [],
  ...more
})

const link = (index: number, name: string, more: Partial<TopologyLink> = {}): TopologyLink => ({
  index,
  name,
  up: true,
  addresses: [],
  ...more
})

const network: Topology = {
  namespaces: [
    namespace('4:1', {
      here: true,
      links: [
        link(1, 'lo'),
        link(2, 'eth0', { addresses: ['10.0.6.10/24'] }),
        link(3, 'br0', { kind: 'bridge', addresses: ['10.100.0.1/24'] }),
        link(4, 'veth-red', { kind: 'veth', master: 3, peer: { namespace: '4:2', index: 2 } })
      ],
      defaultRoutes: [{ family: 'ipv4', gateway: '10.0.6.1', link: 2 }],
      masquerades: [{ source: '10.100.0.0/24', link: 'eth0' }],
      published: [{ protocol: 'tcp', hostPort: '8080', address: '10.100.0.2', port: '80' }]
    }),
    namespace('4:2', {
      names: ['red'],
      links: [
        link(1, 'lo'),
        link(2, 'eth0', { kind: 'veth', addresses: ['10.100.0.2/24'], peer: { namespace: '4:1', index: 4 } })
      ]
    }),
    namespace('4:3', {
      processes: [{ pid: 7, command: 'sleep' }],
      links: [link(9, 'm0', { kind: 'macvlan', up: false, parent: { namespace: '4:1', index: 2 } })]
    }),
    namespace('4:4', { names: ['empty'], links: [link(1, 'lo')] })
  ]
}

test('what is published to the host alone does not come in by the link to the world', () => {
  const [host, ...others] = network.namespaces as [TopologyNamespace]
  const { published } = host
  const local = [{ ...published[0], hostAddress: '127.0.0.1' }] as TopologyNamespace['published']
  const drawn = toMermaid({ ...network, namespaces: [{ ...host, published: local }, ...others] })
  assert.match(
    drawn,
    /n0l0 -\.->\|"?tcp 127\.0\.0\.1:8080 → 80"?\| n1l0|n0l0 -\. "tcp 127\.0\.0\.1:8080 → 80" \.-> n1l0/
  )
  assert.not.match(drawn, /n0l1 -\.->/)
})

test('a published port leads where its network leads, and not to who has the same address elsewhere', () => {
  const [host, red, ...others] = network.namespaces as [TopologyNamespace, TopologyNamespace]
  const stranger = namespace('4:0', {
    names: ['another'],
    links: [link(2, 'd0', { kind: 'bridge', addresses: ['10.100.0.2/24'] })]
  })
  const arrows = (...namespaces: ReadonlyArray<TopologyNamespace>): ReadonlyArray<string> =>
    toMermaid({ namespaces }).match(/(?<= -\.->\|[^|]*\| )\S+/g) ?? []
  assert.equal(arrows(stranger, host, red, ...others), ['n2l0'])
  // No link of the host has an address of that network, so that only the one who has the address is to be found.
  const routed = {
    ...host,
    links: host.links.map(each => (each.name === 'br0' ? { ...each, addresses: [] } : each))
  }
  assert.equal(arrows(routed, red), ['n1l0'])
  assert.equal(arrows(stranger, routed, red), [])
})

test('published ports stand in the order of their numbers, and those that are left out are the last', () => {
  const [host, ...others] = network.namespaces as [TopologyNamespace]
  const { published } = host
  const many = Array.from({ length: 30 }, (_, n) => ({ ...published[0], hostPort: String(8103 - n * 7) }))
  const drawn = toMermaid({
    ...network,
    namespaces: [{ ...host, published: many as TopologyNamespace['published'] }, ...others]
  })
  const shown = [...drawn.matchAll(/tcp (\d+) → 80/g)].map(([, port]) => Number(port))
  assert.equal(
    shown,
    many
      .map(({ hostPort }) => Number(hostPort))
      .sort((a, b) => a - b)
      .slice(0, shown.length)
  )
  assert.ok(drawn.includes(`and ${30 - shown.length} more`), drawn)
})

test('a character outside the BMP is one character', () => {
  const drawn = toMermaid({ namespaces: [namespace('4:1', { here: true, links: [link(2, '😀x')] })] })
  assert.ok(drawn.includes('["#128512;x"]'), drawn)
})

test('Mermaid', () => {
  assert.is(
    toMermaid(network),
    `flowchart LR
  subgraph n0["host<br/>default via 10.0.6.1 dev eth0<br/>masquerade 10.100.0.0/24 dev eth0"]
    n0l0{{"br0 (bridge)<br/>10.100.0.1/24"}}:::bridge
    n0l1["eth0<br/>10.0.6.10/24"]:::device
    n0l3("veth-red (veth)"):::virtual
  end
  subgraph n1["red"]
    n1l0("eth0 (veth)<br/>10.100.0.2/24"):::virtual
  end
  subgraph n2["pid 7 (sleep)"]
    n2l0("m0 (macvlan)"):::down
  end
  n0l3 --- n1l0
  n0l0 --- n0l3
  n0l1 -.->|"tcp 8080 → 80"| n1l0
  n0l1 -.-|"macvlan"| n2l0
  classDef device stroke-width:2px
  classDef bridge stroke-width:2px
  classDef down opacity:0.5
  classDef unknown stroke-dasharray:3
  classDef nothing fill:none,stroke:none
`
  )
})

test('a port of a bridge is left of its other end, wherever that is', () => {
  const [host, red, ...others] = network.namespaces as [TopologyNamespace, TopologyNamespace]
  assert.ok(toMermaid({ namespaces: [red, host, ...others] }).includes('\n  n1l3 --- n0l0\n'))
})

test('the same network with other numbers is the same picture', () => {
  const renumbered: Topology = JSON.parse(
    JSON.stringify(network, (key, value) =>
      ['index', 'master'].includes(key) || (key === 'link' && typeof value === 'number')
        ? 1000 - value
        : value
    )
  )
  const reversed = {
    namespaces: renumbered.namespaces.map(each => ({ ...each, links: each.links.toReversed() }))
  }
  assert.is(toMermaid(reversed), toMermaid(network))
  assert.is(toDot(reversed), toDot(network))
})

test('DOT and SVG show each namespace and link, and each wire once', async () => {
  const { graph, edges } = await parsed(toDot(network))
  assert.equal(graph, ['cluster_n0', 'cluster_n1', 'cluster_n2'])
  assert.equal(edges.toSorted(), ['n0l0 n0l3', 'n0l1 n1l0', 'n0l1 n2l0', 'n0l3 n1l0'])
  const svg = await toSvg(network)
  assert.match(svg, /^<\?xml[\s\S]*<svg [\s\S]*<\/svg>\s*$/)
  for (const text of ['host', 'red', 'pid 7 (sleep)', 'br0 (bridge)', '10.100.0.2/24', 'tcp 8080'])
    assert.ok(svg.replaceAll('&#160;', ' ').includes(text), text)
})

interface Json {
  readonly objects: ReadonlyArray<{ readonly name: string }>
  readonly edges?: ReadonlyArray<{ readonly tail: number; readonly head: number }>
}

/** What Graphviz itself understands. */
const parsed = async (dot: string) => {
  const { instance } = await import('@viz-js/viz')
  const { objects, edges = [] } = (await instance()).renderJSON(dot) as unknown as Json
  return {
    graph: objects.map(({ name }) => name).filter(name => name.startsWith('cluster')),
    edges: edges.map(({ tail, head }) => `${objects[tail]?.name} ${objects[head]?.name}`)
  }
}

test('whatever a link, a namespace or a process is called, the picture can be drawn', async () => {
  const viz = await (await import('@viz-js/viz')).instance()
  const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 15 })
  await fc.assert(
    fc.asyncProperty(name, name, name, async (one, two, three) => {
      const topology = {
        namespaces: [
          namespace('4:1', { here: true, names: [one], links: [link(2, two, { kind: three })] }),
          namespace('4:2', { processes: [{ pid: 1, command: three }], links: [link(2, 'x', { alias: one })] })
        ]
      }
      const { errors, status } = viz.render(toDot(topology), { format: 'svg' })
      assert.is(status, 'success', JSON.stringify(errors))
      const lines = toMermaid(topology).split('\n')
      assert.is(lines.length, 13, lines.join('\n'))
      assert.equal(
        lines.filter(
          line =>
            line.includes('"') && !/^ +\w+[[({]+"[^"]*"[\])}]+(:::\w+)?$/.test(line.replace('subgraph ', ''))
        ),
        []
      )
    }),
    { numRuns: 200 }
  )
})

test.run()
