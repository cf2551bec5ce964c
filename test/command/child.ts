import { type SpawnSyncOptions, type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import * as assert from 'uvu/assert'

export const root = resolve(__dirname, '../..')

/** `node …` with these arguments is the command `isolink`. */
export const program: ReadonlyArray<string> = [
  '-r',
  require.resolve('ts-node/register'),
  resolve(root, 'src/command/isolink.ts')
]

/** Runs `isolink` with these arguments, its standard output and error being pipes. */
export const isolink = (
  words: ReadonlyArray<string>,
  options: Omit<SpawnSyncOptions, 'encoding'> = {}
): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [...program, ...words], {
    cwd: root,
    input: '',
    ...options,
    encoding: 'utf8'
  })

/** A user who may nothing. */
export const nobody = { uid: 65_534, gid: 65_534 }

/** That the command was refused: no output, the exit status, and one sentence that matches. */
export const refused = (
  { status, stdout, stderr }: SpawnSyncReturns<string>,
  expected: number,
  sentence: RegExp
): void => {
  assert.match(stderr, /^isolink: [^\n]+\n$/)
  assert.match(stderr.slice('isolink: '.length, -1), sentence)
  assert.equal([stdout, status], ['', expected], stderr)
}

/** The output of a command that has to succeed, and says nothing else. */
export const output = ({ status, stdout, stderr }: SpawnSyncReturns<string>): string => {
  assert.equal([stderr, status], ['', 0])
  return stdout
}
