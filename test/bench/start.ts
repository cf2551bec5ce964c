/**
 * What it takes until a process is of use: `npm run build && npx ts-node test/bench/start.ts`. Whole processes, of what is
 * published, against one of Node that does nothing, in turns and in a sandbox. A ratio is that of two samples of one
 * round. ROUNDS changes how many there are.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { open } from '../../src/promises'
import { median } from './figure'
import { sandboxed } from './sandboxed'

const dist = resolve(__dirname, '../../dist/src')
const command = join(dist, 'command/isolink.js')
const file = '/run/blue.json'

const recipe = {
  recipe: 'veth-masquerade',
  namespace: 'blue',
  uplink: 'eth0',
  address: '192.168.45.3/24',
  gateway: '192.168.45.2'
}

const programs: { readonly [name: string]: ReadonlyArray<string> } = {
  nothing: ['-e', '0'],
  "require('isolink/promises')": ['-e', `require('${dist}/promises')`],
  "require('koffi'), require('netlink/dist/raw')": ['-e', "require('koffi'), require('netlink/dist/raw')"],
  'isolink --version': [command, '--version'],
  'isolink show link': [command, 'show', 'link'],
  'isolink up': [command, 'up', file],
  'isolink down': [command, 'down', 'blue']
}

/** Milliseconds of a process. Certificates that Node is told to read besides are no part of it. */
const sample = (args: ReadonlyArray<string>): number => {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
  const time = performance.now() - start
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  return time
}

const rounds = Number(process.env.ROUNDS ?? 15)

const main = async (): Promise<void> => {
  await using host = open()
  await host.link.add({ kind: 'veth', name: 'eth0', up: true, peer: { name: 'world' } })
  await host.address.add({ link: 'eth0', address: '10.0.6.10/24' })
  writeFileSync(file, JSON.stringify(recipe))
  const times = new Map<string, Array<number>>(Object.keys(programs).map(name => [name, []]))
  for (let n = 0; n < rounds; n++)
    for (const [name, args] of Object.entries(programs)) times.get(name)?.push(sample(args))
  const base = times.get('nothing') ?? []
  const rows = [...times].map(([program, taken]) => ({
    program,
    milliseconds: Number(median(taken).toFixed(1)),
    '× node': Number(median(taken.map((time, n) => time / (base[n] ?? Number.NaN))).toFixed(2))
  }))
  console.table(rows)
  for (const row of rows) console.log(JSON.stringify({ bench: 'start', rounds, ...row }))
}

sandboxed(main)
