import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

const cache = process.env.ISOLINK_VM_CACHE ?? join(homedir(), '.cache', 'isolink-vm')

/** A folder for this run alone; it goes with the process. */
export const scratch = mkdtempSync(join(tmpdir(), 'isolink-vm-'))
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }))

/**
 * A folder of the cache, filled when it is missing. It gets its name only when it is whole: neither a crash nor a
 * second run at the same time spoils it.
 */
export const cached = (name: string, fill: (folder: string) => void): string => {
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  console.error(`vm: fetching ${name} into ${cache}`)
  mkdirSync(cache, { recursive: true })
  const unfinished = mkdtempSync(join(cache, 'unfinished-'))
  try {
    fill(unfinished)
    renameSync(unfinished, folder)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}

/** What a program prints; when it fails, that is in the error. */
export const output = (file: string, args: ReadonlyArray<string>, directory?: string): string =>
  execFileSync(file, args, { cwd: directory, encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 26 })
