#!/usr/bin/env node
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { Script } from 'node:vm'

/** The command in one file, a function as Node makes one of each module. A clone has none. */
type Bundle = (
  require: NodeJS.Require,
  filename: string,
  dirname: string
) => {
  /** How many of the files that it was made of were used so far. */
  readonly filesUsed: () => number
}

/** What V8 compiled in a run that used so many files. */
interface Compiled {
  readonly files: number
  readonly code: Uint8Array
}

const read = (path: string): Compiled | undefined => {
  try {
    const bytes = readFileSync(path)
    const size = bytes.length - Uint32Array.BYTES_PER_ELEMENT
    // V8 would copy code that does not begin where a buffer does.
    return { files: bytes.readUInt32LE(size), code: bytes.subarray(0, size) }
  } catch {
    return undefined
  }
}

const succeeds = (work: () => void): boolean => {
  try {
    work()
    return true
  } catch {
    return false
  }
}

/** Whole or not at all: V8 does not notice when a part is missing. */
const write = (path: string, files: number, script: Script): void => {
  const unfinished = `${path}.${process.pid}`
  const isWritten = succeeds(() => {
    const descriptor = openSync(unfinished, 'wx', 0o644)
    writeSync(descriptor, script.createCachedData())
    writeSync(descriptor, Uint32Array.of(files))
    fsyncSync(descriptor)
    closeSync(descriptor)
    renameSync(unfinished, path)
  })
  if (!isWritten) succeeds(() => rmSync(unfinished))
}

const isWritable = (folder: string): boolean => succeeds(() => accessSync(folder, constants.W_OK))

/**
 * Most of what a short process did was to find, read and compile some two hundred files. Now it reads one, and what V8
 * compiled of it when the same was last asked for, which V8 takes only if it is of this code, version and options. That
 * lies beside the code: whoever may write there may as well change the code itself.
 */
const run = (path: string, cache: string): void => {
  const known = read(cache)
  const script = new Script(readFileSync(path, 'latin1'), {
    filename: path,
    ...(known !== undefined && { cachedData: known.code })
  })
  const bundle = script.runInThisContext() as Bundle
  const { filesUsed } = bundle(require, path, dirname(path))
  process.once('exit', status => {
    const isNew = script.cachedDataRejected !== false || filesUsed() > (known?.files ?? 0)
    if (status === 0 && isNew) write(cache, filesUsed(), script)
  })
}

const [, , asked = ''] = process.argv
const path = join(__dirname, '../../isolink.js')
const cache = `${path}.${asked}.cache`
const mayCache = /^[a-z]+$/.test(asked) && process.env.NODE_DISABLE_COMPILE_CACHE === undefined
// Without what was compiled the files are faster, of which only those that are used are read. A clone has only these.
if (mayCache && existsSync(path) && (existsSync(cache) || isWritable(dirname(path)))) run(path, cache)
else require('./main')
