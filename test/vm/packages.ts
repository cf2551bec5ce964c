/**
 * Debian packages by name, from wherever the machine's apt is told to get them. They are unpacked into a cache folder;
 * nothing is installed, and apt's own lists are neither needed nor touched.
 */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

export const cache = process.env.ISOLINK_VM_CACHE ?? join(homedir(), '.cache', 'isolink-vm')

/** A folder for this run alone; it goes with the process. */
export const scratch = mkdtempSync(join(tmpdir(), 'isolink-vm-'))
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }))

/** Runs a program that is of no interest unless it fails: its output. */
export const quietly = (file: string, args: ReadonlyArray<string>, directory?: string): string =>
  execFileSync(file, args, { cwd: directory, encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 26 })

/**
 * A folder of the cache, filled when it is not there. It appears under its name only when it is whole, so neither a
 * crash nor a second run at the same time can spoil it.
 */
export const kept = (name: string, fill: (folder: string) => void): string => {
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  console.error(`isolink-vm: preparing ${name} in ${cache}`)
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

interface Apt {
  readonly ask: (command: 'apt-get' | 'apt-cache', ...args: ReadonlyArray<string>) => string
  readonly unpack: (names: ReadonlyArray<string>, folder: string) => void
}

/** Debian's archives, and the word for their security updates. */
export interface Source {
  readonly uri: string
  readonly suite: string
}

/** With sources of the machine, or with these. */
const apt = (sources?: ReadonlyArray<Source>): Apt => {
  const home = mkdtempSync(join(scratch, 'apt-'))
  for (const folder of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(home, folder), { recursive: true })
  }
  const list = join(home, 'sources.list')
  const only = {
    'Dir::Etc::sourcelist': list,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'APT::Default-Release': ''
  }
  if (sources !== undefined) {
    writeFileSync(list, sources.map(({ uri, suite }) => `deb ${uri} ${suite} main\n`).join(''))
  }
  const options = Object.entries({
    'Dir::State::lists': join(home, 'lists'),
    'Dir::Cache': join(home, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    ...(sources === undefined ? {} : only)
  }).flatMap(([key, value]) => ['-o', `${key}=${value}`])
  const ask: Apt['ask'] = (command, ...args) => quietly(command, ['-qq', ...options, ...args], home)
  ask('apt-get', 'update')
  return {
    ask,
    unpack: (names, folder) => {
      ask('apt-get', 'download', ...names)
      for (const name of readdirSync(home).filter(name => name.endsWith('.deb'))) {
        quietly('dpkg-deb', ['--extract', name, folder], home)
        rmSync(join(home, name))
      }
    }
  }
}
