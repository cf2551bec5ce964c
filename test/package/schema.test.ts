import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Ajv from 'ajv'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { endpointSchema, recipeSchema } from '../../.ci/schema'
import { readParameters } from '../../src/command/input'
import { planFrom, recipeNames } from '../../src/recipe'

const test = suite('schema')

const root = resolve(__dirname, '../..')
const schema = recipeSchema()
const validator = (of: object) =>
  new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false }).compile(of)
const validate = validator(schema)

const examples = join(root, 'docs/examples')
const files = readdirSync(examples).filter(name => name.endsWith('.json'))

/** What an editor underlines: where, and why. */
const complaints = (recipe: object): ReadonlyArray<string> =>
  validate(recipe)
    ? []
    : (validate.errors ?? [])
        .filter(({ keyword }) => keyword !== 'if')
        .map(({ instancePath, message, params }) =>
          [instancePath, message, params.additionalProperty].filter(Boolean).join(' ')
        )

test('the examples are valid', () => {
  assert.is(files.length, recipeNames.length)
  for (const file of files)
    assert.equal(complaints(JSON.parse(readFileSync(join(examples, file), 'utf8'))), [], file)
})

const masquerade = {
  recipe: 'veth-masquerade',
  namespace: 'blue',
  address: '192.168.45.3/24',
  gateway: '192.168.45.2'
}

const wrong: ReadonlyArray<readonly [recipe: object, ...complaints: ReadonlyArray<string>]> = [
  [{ namespace: 'blue' }, "must have required property 'recipe'"],
  [{ ...masquerade, uplnk: 'eth0' }, 'must NOT have additional properties uplnk'],
  [
    { recipe: 'dual-nic', namespace: 'blue', addresses: ['10.0.6.14/24'] },
    "must have required property 'nic'"
  ],
  [{ ...masquerade, address: '192.168.45.3' }, '/address must match pattern "^[0-9A-Fa-f.:]+/[0-9]{1,3}$"'],
  [
    { ...masquerade, uplink: 'much-too-long-a-name' },
    '/uplink must match pattern "^(?!\\.{1,2}$)[^\\s/:%]{1,15}$"'
  ],
  [{ ...masquerade, interface: 'lo' }, '/interface must NOT be valid'],
  [{ ...masquerade, publish: [{ hostPort: 70_000, port: 80 }] }, '/publish/0/hostPort must be <= 65535'],
  [{ ...masquerade, publish: [{ hostPort: 80.5, port: 80 }] }, '/publish/0/hostPort must be multiple of 1'],
  [
    { recipe: 'ipvlan', namespace: 'blue', parent: 'eth0', mode: 'l4', addresses: ['10.0.6.22/24'] },
    '/mode must be equal to one of the allowed values'
  ],
  [
    { recipe: 'direct-link', name: 'ab', ends: [{ namespace: 'a', address: '10.0.0.1/24' }] },
    '/ends must NOT have fewer than 2 items'
  ],
  [
    {
      recipe: 'namespace-switch',
      namespace: 'sw',
      members: [{ namespace: 'a', address: '10.0.0.1/24', vlan: 4095 }]
    },
    '/members/0/vlan must be <= 4094'
  ]
]

for (const [recipe, ...expected] of wrong)
  test(`${JSON.stringify(recipe)}: ${expected}, and no plan`, () => {
    assert.equal(complaints(recipe), expected)
    assert.ok(E.isLeft(planFrom(recipe)))
  })

test('a recipe that is not there', () => {
  assert.ok(
    complaints({ recipe: 'veth-masquerate' }).includes('/recipe must match exactly one schema in oneOf')
  )
})

/** The members without a description, of an object and of what is in it. */
const bare = (part: unknown, path: string): ReadonlyArray<string> => {
  if (typeof part !== 'object' || part === null) return []
  const { properties = {}, items = [] } = part as {
    readonly properties?: { readonly [name: string]: { readonly description?: string } }
    readonly items?: unknown
  }
  return [
    ...Object.entries(properties)
      .filter(([name]) => name !== '$schema' && name !== 'recipe')
      .flatMap(([name, property]) => [
        ...(property.description === undefined ? [`${path}.${name}`] : []),
        ...bare(property, `${path}.${name}`)
      ]),
    ...[items].flat().flatMap(item => bare(item, `${path}[]`))
  ]
}

test('an editor has something to say of every parameter', () => {
  const { definitions = {} } = schema
  assert.equal(Object.keys(definitions), recipeNames)
  assert.equal(
    Object.entries(definitions).flatMap(([name, definition]) => bare(definition, name)),
    []
  )
  const { gateway } = (definitions['veth-masquerade'] as { readonly properties: Record<string, object> })
    .properties
  assert.equal(gateway, {
    description: "The host's address on the same network.",
    type: 'string',
    pattern: '^[0-9A-Fa-f.:]+$'
  })
})

test('an endpoint has a schema of its own', () => {
  const ofEndpoint = endpointSchema()
  const isValid = validator(ofEndpoint)
  const grey = { $schema: './endpoint.schema.json', namespace: 'grey', address: '10.100.0.4/24' }
  assert.ok(isValid(grey))
  assert.ok(isValid({ ...grey, publish: [{ hostPort: 8080, port: 80 }] }))
  assert.not.ok(isValid({ ...grey, gateway: '10.100.0.1' }))
  assert.not.ok(isValid({ ...grey, publish: [{ hostPort: 70_000, port: 80 }] }))
  assert.equal(bare(ofEndpoint, 'endpoint'), [])
})

test('a file may say where its schema is, and is the same recipe', () => {
  const pointing = { $schema: './node_modules/isolink/dist/recipe.schema.json', ...masquerade }
  assert.equal(complaints(pointing), [])
  assert.equal(planFrom(pointing), planFrom(masquerade))
})

test('and so may the file of an endpoint', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'isolink-schema-'))
  const file = join(folder, 'grey.yaml')
  writeFileSync(file, '$schema: ./endpoint.schema.json\nnamespace: grey\n')
  assert.equal(await readParameters(file)(), E.right({ namespace: 'grey' }))
  rmSync(folder, { recursive: true })
})

test.run()
