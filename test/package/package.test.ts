import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { raise, raze, settled } from '../lab'
import { command, kernelTest } from '../sandbox'

const test = suite('package')

const root = resolve(__dirname, '../..')
const place = mkdtempSync(join(tmpdir(), 'isolink-package-'))
const consumer = join(place, 'consumer')
const installed = join(consumer, 'node_modules/isolink')

const run = (file: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(file, args, { cwd: consumer, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

interface Packed {
  readonly files: ReadonlyArray<{ readonly path: string }>
}

let packed: Packed

test.before(() => {
  const output = execFileSync('npm', ['pack', '--json', '--dry-run'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe']
  })
  packed = (JSON.parse(output.slice(output.indexOf('[\n'))) as [Packed])[0]
  for (const { path } of packed.files) cpSync(join(root, path), join(installed, path))
  // What it depends on is taken from here: no registry is asked.
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.') && name !== 'isolink')
      symlinkSync(join(root, 'node_modules', name), join(consumer, 'node_modules', name))
})

test.after(() => rmSync(place, { recursive: true, force: true }))

test('npm pack: the library and its papers, and nothing else', () => {
  const strangers = packed.files
    .map(({ path }) => path)
    .filter(
      path =>
        !/^(dist\/(src|protocol)\/[\w/.-]+\.(js|d\.ts)|dist\/isolink\.js(\.LICENSES)?|dist\/(recipe|endpoint)\.schema\.json|dist\/isolink\.1|README\.md|CHANGELOG\.md|LICENSE|package\.json)$/.test(
          path
        )
    )
  assert.equal(strangers, [])
  for (const path of [
    'dist/src/index.js',
    'dist/src/index.d.ts',
    'dist/src/command/isolink.js',
    'dist/isolink.js',
    'dist/recipe.schema.json',
    'dist/endpoint.schema.json',
    'dist/isolink.1',
    'LICENSE'
  ])
    assert.ok(
      packed.files.some(each => each.path === path),
      path
    )
})

test('publint finds nothing to complain about', async () => {
  const { publint } = await import('publint')
  const { messages } = await publint({ pkgDir: installed, strict: true, pack: false })
  assert.equal(messages, [])
})

test('the API reference can be made of what is published', () => {
  const { stdout, status } = spawnSync('node_modules/.bin/typedoc', ['--emit', 'none'], {
    cwd: root,
    encoding: 'utf8'
  })
  assert.is(status, 0, stdout)
})

const names = 'open, apply, explain, vethMasquerade, link, namespaces'

test('CommonJS', () => {
  writeFileSync(
    join(consumer, 'common.cjs'),
    `const { ${names} } = require('isolink/promises')
const { decodeMessages } = require('isolink/protocol')
const { open: opens } = require('isolink')
const { recorder } = require('isolink/testing')
console.log([${names}, decodeMessages, opens, recorder].map(each => typeof each).join())`
  )
  assert.is(
    run('node', 'common.cjs').trim(),
    'function,function,function,function,object,object,function,function,function'
  )
})

/** What there is of a module, and what it is, as far as one gets by names. */
const outline = `
const outline = (value, depth) =>
  typeof value !== 'object' || value === null || depth === 0
    ? typeof value
    : Object.fromEntries(Object.keys(value).sort().map(key => [key, outline(value[key], depth - 1)]))
process.stdout.write(JSON.stringify(outline(require(process.argv[1]), 3)))`

for (const entry of ['src/index', 'src/promises/index', 'protocol/index', 'src/testing/index'])
  test(`what is published has what the sources have: ${entry}`, () => {
    const published = run(process.execPath, '-e', outline, join(installed, `dist/${entry}.js`))
    const sources = execFileSync(
      process.execPath,
      ['-r', 'ts-node/register', '-e', outline, join(root, `${entry}.ts`)],
      { cwd: root, encoding: 'utf8' }
    )
    assert.equal(JSON.parse(published), JSON.parse(sources))
  })

test('a module that is loaded when the first system call fails does not hide why', () => {
  const script = 'process.stdout.write(require(process.argv[1]).setns(-1, 0).left.code)'
  assert.is(run(process.execPath, '-e', script, join(installed, 'dist/src/namespace/system.js')), 'EBADF')
})

test('ES modules, by name', () => {
  writeFileSync(
    join(consumer, 'module.mjs'),
    `import { ${names} } from 'isolink/promises'
import { decodeMessages } from 'isolink/protocol'
import { open as opens } from 'isolink'
import { recorder } from 'isolink/testing'
console.log([${names}, decodeMessages, opens, recorder].map(each => typeof each).join())`
  )
  assert.is(
    run('node', 'module.mjs').trim(),
    'function,function,function,function,object,object,function,function,function'
  )
})

const program = `import { explain, open, vethMasquerade } from 'isolink/promises'
import { decodeMessages } from 'isolink/protocol'

const main = async (): Promise<void> => {
  await using host = open()
  const [lo] = await host.link.list({})
  const name: string | undefined = lo?.name
  const script: string = explain(
    vethMasquerade({ namespace: 'blue', uplink: 'eth0', address: '10.1.0.2/24', gateway: '10.1.0.1' })
  )
  console.log(name, script.split('\\n')[0], decodeMessages('route', new Uint8Array())._tag)
}
void main()
`

const compilerOptions = {
  strict: true,
  noEmit: true,
  target: 'ES2022',
  lib: ['ES2022', 'ESNext.Disposable'],
  types: ['node'],
  skipLibCheck: false
}

test('ts-node, and the types of CommonJS, ES modules and bundlers', () => {
  writeFileSync(join(consumer, 'program.ts'), program)
  writeFileSync(join(consumer, 'program.mts'), program)
  for (const [module, moduleResolution] of [
    // One that knows nothing of a package's exports.
    ['CommonJS', 'Node10'],
    ['Node16', 'Node16'],
    ['ESNext', 'Bundler']
  ]) {
    writeFileSync(
      join(consumer, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { ...compilerOptions, module, moduleResolution },
        include: ['*.ts', '*.mts']
      })
    )
    const { stdout, status } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', consumer], {
      cwd: consumer,
      encoding: 'utf8'
    })
    assert.is(status, 0, stdout)
  }
  writeFileSync(
    join(consumer, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { ...compilerOptions, noEmit: false, module: 'Node16', moduleResolution: 'Node16' },
      'ts-node': { swc: true }
    })
  )
  assert.is(run('node', '-r', 'ts-node/register', 'program.ts').trim(), 'lo #!/bin/sh Right')
})

test('the command', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  assert.is(run(join(installed, bin.isolink), '--version').trim(), version)
  assert.match(run(join(installed, bin.isolink), 'show', 'link'), /^lo\b/)
})

kernelTest(
  test,
  'isolink up --confirm-within: the watchdog that is published undoes what nobody confirms, and nothing else',
  [command('ip'), command('nft')],
  async () => {
    raise()
    const before = await settled()
    const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    const isolink = (...words: ReadonlyArray<string>): string => run(join(installed, bin.isolink), ...words)
    const recipe = { recipe: 'veth-masquerade', namespace: 'blue', uplink: 'eth0' }
    writeFileSync(
      join(consumer, 'blue.json'),
      JSON.stringify({ ...recipe, address: '192.168.45.3/24', gateway: '192.168.45.2' })
    )
    isolink('up', 'blue.json', '--confirm-within', '4s')
    assert.ok(existsSync('/run/netns/blue'))
    for (let n = 0; n < 100 && existsSync('/run/isolink/blue.json'); n++) await setTimeout(200)
    assert.equal(await settled(), before)
    isolink('up', 'blue.json', '--confirm-within', '5s')
    isolink('confirm', 'blue')
    await setTimeout(6000)
    assert.match(isolink('status'), /^blue \(veth-masquerade\): up$/m)
    isolink('down', 'blue')
    assert.equal(await settled(), before)
    raze()
  }
)

const bin = join(installed, 'dist/src/command/isolink.js')
const compiled = join(installed, 'dist/isolink.js.completion.cache')
const completion = (environment: NodeJS.ProcessEnv = {}): string =>
  execFileSync('node', [bin, 'completion', 'bash'], {
    encoding: 'utf8',
    env: { ...process.env, ...environment }
  })

test('the command is one file, and keeps what V8 compiled of it', () => {
  rmSync(compiled, { force: true })
  const file = join(installed, 'dist/isolink.js')
  renameSync(file, `${file}.away`)
  const fromMany = completion()
  renameSync(`${file}.away`, file)
  assert.is(completion({ NODE_DISABLE_COMPILE_CACHE: '1' }), fromMany)
  assert.not.ok(existsSync(compiled), 'Node’s own variable forbids it')
  assert.is(completion(), fromMany)
  const first = readFileSync(compiled)
  assert.is(completion(), fromMany)
  assert.equal(readFileSync(compiled), first, 'nothing new was compiled')
})

test('koffi and netlink find their machine code themselves where the command does not', () => {
  const link = (): string =>
    execFileSync('node', [bin, 'show', 'link'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const found = link()
  assert.match(found, /^lo +/)
  const hidden = ['@koromix', 'netlink'].map(name => join(consumer, 'node_modules', name))
  for (const each of hidden) rmSync(each)
  cpSync(join(root, 'node_modules/netlink'), join(consumer, 'node_modules/netlink'), { recursive: true })
  const prebuilds = join(consumer, 'node_modules/netlink/prebuilds')
  renameSync(
    join(prebuilds, `linux-${process.arch}/node.napi.node`),
    join(prebuilds, `linux-${process.arch}/napi.node`)
  )
  assert.is(link(), found)
  rmSync(join(consumer, 'node_modules/netlink'), { recursive: true })
  for (const each of hidden) symlinkSync(join(root, 'node_modules', basename(each)), each)
})

test('what V8 compiled is replaced if it is damaged or of another version, and done without', () => {
  const whole = completion()
  const good = readFileSync(compiled)
  const version = good.map((byte, n) => (n >= 4 && n < 8 ? byte ^ 0xff : byte))
  for (const damaged of [Buffer.alloc(0), Buffer.alloc(4096, 1), good.subarray(0, 5000), version]) {
    writeFileSync(compiled, damaged)
    assert.is(completion(), whole)
    assert.ok(readFileSync(compiled).length > 5000)
  }
  rmSync(compiled)
  mkdirSync(compiled)
  assert.is(completion(), whole, 'it cannot be written')
  rmSync(compiled, { recursive: true })
  assert.equal(
    readdirSync(join(installed, 'dist')).filter(name => /cache\.\d+$/.test(name)),
    [],
    'nothing half-written is left'
  )
})

test.run()
