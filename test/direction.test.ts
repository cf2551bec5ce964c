import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { preProcessFile } from 'typescript'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('direction')

/**
 * Lowest first. A path is a file or a folder, and the longest that fits a file is its place. A file imports from
 * its own place and from lower rows: never from a higher row, nor from its neighbours in the row.
 */
const layers: ReadonlyArray<ReadonlyArray<string>> = [
  ['protocol/definition'],
  ['protocol/netlink'],
  ['protocol/nfnetlink/header'],
  ['protocol/conntrack'],
  ['protocol/nftables'],
  ['protocol/rtnetlink', 'protocol/nfnetlink'],
  ['protocol'],
  ['src/ip'],
  ['src/namespace'],
  ['src/socket'],
  ['src/encap', 'src/traffic'],
  [
    'src/link',
    'src/address',
    'src/route',
    'src/rule',
    'src/neighbour',
    'src/nexthop',
    'src/nsid',
    'src/qdisc',
    'src/class',
    'src/filter',
    'src/nftables',
    'src/conntrack',
    'src/sysctl',
    'src/wireguard'
  ],
  ['src/monitor'],
  ['src/feature', 'src/connection'],
  ['src/recipe'],
  ['src/isolation'],
  ['src/topology'],
  ['src/index', 'src/testing'],
  ['src/promises'],
  ['src/command']
]

/** What reaches the kernel, and the only place that may import it. */
const reserved: ReadonlyArray<readonly [module: RegExp, place: string]> = [
  [/^koffi$/, 'src/namespace/system'],
  [/^netlink\b/, 'src/socket/watched'],
  [/^node:/, 'src']
]

interface Import {
  readonly from: string
  /** A file of ours, or the name of a package. */
  readonly to: string
  readonly ours: boolean
}

const root = resolve(__dirname, '..')

const files = ['protocol', 'src'].flatMap(folder =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => join(folder, name))
)

/** The imports of a file, those of types too. */
const importsOf = (from: string): ReadonlyArray<Import> =>
  preProcessFile(readFileSync(join(root, from), 'utf8')).importedFiles.map(({ fileName }) => {
    if (!fileName.startsWith('.')) return { from, to: fileName, ours: false }
    const path = join(dirname(from), fileName)
    const to = [`${path}.ts`, join(path, 'index.ts')].find(file => files.includes(file))
    return { from, to: to ?? path, ours: true }
  })

const imports = files.flatMap(importsOf)

const inside = (path: string, place: string): boolean =>
  path === `${place}.ts` || path.startsWith(`${place}/`)

const placeOf = (path: string): string | undefined =>
  layers
    .flat()
    .filter(place => inside(path, place))
    .sort((a, b) => b.length - a.length)[0]

const rowOf = (place: string): number => layers.findIndex(row => row.includes(place))

const pointsDown = (from: string, to: string): boolean => {
  const [upper, lower] = [placeOf(from), placeOf(to)]
  return upper !== undefined && lower !== undefined && (upper === lower || rowOf(upper) > rowOf(lower))
}

const mayImport = (from: string, name: string): boolean =>
  reserved.every(([module, place]) => !module.test(name) || inside(from, place))

/** The cycles that a walk along the imports runs into, each as its path. */
const cyclesOf = (arrows: ReadonlyArray<Import>): ReadonlyArray<string> => {
  const found: Array<string> = []
  const done = new Set<string>()
  const walk = (file: string, path: ReadonlyArray<string>): void => {
    const seen = path.indexOf(file)
    if (seen >= 0) found.push([...path.slice(seen), file].join(' → '))
    if (seen >= 0 || done.has(file)) return
    for (const { from, to } of arrows) if (from === file) walk(to, [...path, file])
    done.add(file)
  }
  for (const { from } of arrows) walk(from, [])
  return found
}

const show = ({ from, to }: Import): string => `${from} imports ${to}`

test('each file has its place in the table', () => {
  assert.equal(
    files.filter(file => placeOf(file) === undefined),
    []
  )
})

test('imports point down', () => {
  assert.equal(imports.filter(({ from, to, ours }) => ours && !pointsDown(from, to)).map(show), [])
})

test('no import closes a cycle', () => {
  assert.equal(cyclesOf(imports.filter(({ ours }) => ours)), [])
})

test('one file touches the kernel by each way', () => {
  assert.equal(imports.filter(({ from, to, ours }) => !ours && !mayImport(from, to)).map(show), [])
})

test('a wrong arrow and a cycle are found', () => {
  assert.ok(pointsDown('src/link/index.ts', 'protocol/rtnetlink/link.ts'))
  assert.not(pointsDown('protocol/rtnetlink/link.ts', 'src/socket/error.ts'))
  assert.not(pointsDown('src/link/index.ts', 'src/route/index.ts'))
  assert.not(pointsDown('src/link/index.ts', 'test/sandbox.ts'))
  assert.not(mayImport('protocol/rtnetlink/link.ts', 'node:fs'))
  const arrows = ['ab', 'bc', 'ca', 'ad'].map(([from = '', to = '']) => ({ from, to, ours: true }))
  assert.equal(cyclesOf(arrows), ['a → b → c → a'])
})

test.run()
