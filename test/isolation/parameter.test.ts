import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { differencesText, parameterDifferences } from '../../src/isolation/parameter'

const test = suite('parameter differences')

const recipe = 'veth-masquerade'

const compared: ReadonlyArray<readonly [applied: object, asked: object, text: string]> = [
  [{ address: '10.0.0.2/24' }, { address: '10.0.0.3/24' }, 'address: "10.0.0.2/24" → "10.0.0.3/24"'],
  [{}, { uplink: 'eth0' }, 'uplink: none → "eth0"'],
  [{ uplink: 'eth0' }, { uplink: undefined }, 'uplink: "eth0" → none'],
  [
    { publish: [{ hostPort: 80, port: 80 }] },
    { publish: [{ hostPort: 80, port: 81 }] },
    'publish.0.port: 80 → 81'
  ],
  [
    { publish: [{ hostPort: 80, port: 80 }] },
    {
      publish: [
        { hostPort: 79, port: 79 },
        { hostPort: 80, port: 80 }
      ]
    },
    'publish.0: none → {"hostPort":79,"port":79}'
  ],
  [
    { endpoints: [{ namespace: 'red' }, { namespace: 'green' }] },
    { endpoints: [{ namespace: 'green' }] },
    'endpoints.0: {"namespace":"red"} → none'
  ],
  [{ a: 1, b: 1, c: 1, d: 1, e: 1 }, {}, 'a: 1 → none; b: 1 → none; c: 1 → none; and 2 more'],
  [{ list: [1] }, { list: 1 }, 'list: [1] → 1'],
  [{ list: [1, 1] }, { list: [1] }, 'list.1: 1 → none'],
  [
    {
      publish: [
        { hostPort: 1, port: 1 },
        { hostPort: 2, port: 2 }
      ]
    },
    { publish: [{ port: 2, hostPort: 2 }] },
    'publish.0: {"hostPort":1,"port":1} → none'
  ]
]

for (const [applied, asked, text] of compared)
  test(text, () => {
    assert.is(differencesText(parameterDifferences({ recipe, ...applied }, { recipe, ...asked })), text)
  })

test('of two recipes only that is told', () => {
  assert.equal(parameterDifferences({ recipe, address: '10.0.0.2/24' }, { recipe: 'ipvlan' }), [
    { field: 'recipe', applied: recipe, asked: 'ipvlan' }
  ])
})

test('what is the same is not told', () => {
  assert.equal(parameterDifferences({ recipe, publish: [], name: undefined }, { publish: [], recipe }), [])
})

test('a long value is cut short in a sentence', () => {
  const differences = parameterDifferences({ recipe }, { recipe, name: 'x'.repeat(100) })
  assert.is(differencesText(differences), `name: none → "${'x'.repeat(59)}…`)
})

test.run()
