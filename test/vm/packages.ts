/** Debian packages by name, from where the machine's apt gets its own: unpacked into a folder, not installed. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { output, scratch } from './cache'

interface Apt {
  readonly ask: (command: string, ...args: ReadonlyArray<string>) => string
  readonly unpack: (names: ReadonlyArray<string>, folder: string) => void
}

/** Options of apt that leave nothing but these lines of a sources.list. */
const sourcesOnly = (list: string, lines: ReadonlyArray<string>): Record<string, string> => {
  writeFileSync(list, lines.map(line => `${line}\n`).join(''))
  return {
    'Dir::Etc::sourcelist': list,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'APT::Default-Release': ''
  }
}

/** apt with lists of its own, so that it needs neither root nor lists that are fresh. */
const apt = (sources?: ReadonlyArray<string>): Apt => {
  const home = mkdtempSync(join(scratch, 'apt-'))
  for (const folder of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(home, folder), { recursive: true })
  }
  const options = Object.entries({
    'Dir::State::lists': join(home, 'lists'),
    'Dir::Cache': join(home, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    ...(sources === undefined ? {} : sourcesOnly(join(home, 'sources.list'), sources))
  }).map(([key, value]) => `--option=${key}=${value}`)
  const ask: Apt['ask'] = (command, ...args) => output(command, [...options, ...args], home)
  ask('apt-get', 'update')
  return {
    ask,
    unpack: (names, folder) => {
      ask('apt-get', 'download', ...names)
      for (const name of readdirSync(home).filter(name => name.endsWith('.deb'))) {
        output('dpkg-deb', ['--extract', name, folder], home)
        rmSync(join(home, name))
      }
    }
  }
}

let ofMachine: Apt | undefined

const machine = (): Apt => {
  ofMachine ??= apt()
  return ofMachine
}

/** Packages of the machine's own release, with all that they need and the machine lacks. */
export const unpack = (names: ReadonlyArray<string>, folder: string): void => {
  const plan = machine().ask('apt-get', 'install', '--simulate', '--no-install-recommends', ...names)
  const missing = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name)
  if (missing.length > 0) machine().unpack(missing, folder)
}

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** An archive that the machine knows: its label is `Debian` or `Debian-Security`. */
const archive = (label: string): string => {
  const rows = machine().ask('apt-get', 'indextargets', '--format', '$(LABEL) $(REPO_URI)').split('\n')
  const uri = rows.map(row => row.split(' ')).find(([name]) => name === label)?.[1]
  if (uri === undefined) throw new Error(`apt knows no archive with the label ${label}`)
  return uri
}

/** Of a Debian release, whichever the machine's own is: those that a package stands for, by the names they have. */
export const unpackFrom = (release: string, name: string, part: RegExp, folder: string): void => {
  const main = `deb [signed-by=${keyring}] ${archive('Debian')} ${release} main`
  const security = `deb [signed-by=${keyring}] ${archive('Debian-Security')} ${release}-security main`
  const debian = apt(release.endsWith('-backports') ? [main] : [main, security])
  const depends = debian.ask('apt-cache', 'depends', '--recurse', '--important', name)
  const parts = depends.split('\n').filter(line => part.test(line))
  if (parts.length === 0) throw new Error(`${release} has no ${name}`)
  debian.unpack(parts, folder)
}
