#!/usr/bin/env node
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
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

const attempt = <A>(work: () => A): A | undefined => {
  try {
    return work()
  } catch {
    return undefined
  }
}

const read = (path: string): Compiled | undefined =>
  attempt(() => {
    const bytes = readFileSync(path)
    return { files: bytes.readUInt32LE(0), code: bytes.subarray(4) }
  })

/** Whole or not at all: V8 does not notice when a part is missing. */
const write = (path: string, files: number, script: Script): void => {
  const unfinished = `${path}.${process.pid}`
  const isWritten = attempt(() => {
    const descriptor = openSync(unfinished, 'wx', 0o644)
    writeSync(descriptor, Uint32Array.of(files))
    writeSync(descriptor, script.createCachedData())
    fsyncSync(descriptor)
    closeSync(descriptor)
    renameSync(unfinished, path)
    return true
  })
  if (isWritten === undefined) attempt(() => rmSync(unfinished))
}

/**
 * Most of what a short process did was to find, read and compile some two hundred files. Now it reads one, and what V8
 * compiled of it when the same was last asked for, which V8 takes only if it is of this code, version and options. That
 * lies beside the code: whoever may write there may as well change the code itself. Nobody misses it where it cannot be
 * written.
 */
const run = (path: string, source: string, asked: string | undefined): void => {
  const cache = /^[a-z]+$/.test(asked ?? '') ? `${path}.${asked}.cache` : undefined
  const known = cache === undefined ? undefined : read(cache)
  const script = new Script(source, {
    filename: path,
    ...(known !== undefined && { cachedData: known.code })
  })
  const bundle = script.runInThisContext() as Bundle
  const { filesUsed } = bundle(createRequire(path), path, dirname(path))
  if (cache === undefined || process.env.NODE_DISABLE_COMPILE_CACHE !== undefined) return
  process.once('exit', status => {
    const isNew = script.cachedDataRejected !== false || filesUsed() > (known?.files ?? 0)
    if (status === 0 && isNew) write(cache, filesUsed(), script)
  })
}

const path = join(__dirname, '../../isolink.js')
// It is ASCII, of which Latin-1 is read fastest.
const source = attempt(() => readFileSync(path, 'latin1'))
if (source === undefined) require('./main')
else run(path, source, process.argv[2])
