import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { raise, raze, sh, stateOfHost } from '../lab'
import { command, kernelTest, otherUser } from '../sandbox'
import { isolink, nobody, output, program, refused, root } from './child'

const test = suite('up')
const needs = [command('ip'), command('nft')]

const folder = mkdtempSync(join(tmpdir(), 'isolink-'))
test.after(() => rmSync(folder, { recursive: true }))

const example = join(root, 'docs/examples/veth-masquerade.json')

/** The example with other parameters, as a file. */
const changed = (parameters: object): string => {
  const path = join(folder, 'changed.json')
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(example, 'utf8')), ...parameters }))
  return path
}

/** The kernel takes its time to see that both ends of a veth are up. */
const settled = async (): Promise<object> => {
  for (let before = ''; ; await setTimeout(100)) {
    const state = stateOfHost()
    if (JSON.stringify(state) === before) return state
    before = JSON.stringify(state)
  }
}

let before: object

