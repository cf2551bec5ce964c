/** The test files that there are, and which of them somebody means. */
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'

/** From the project's folder, the laws of the house first, then folder by folder. */
const files: ReadonlyArray<string> = readdirSync(resolve(__dirname), { recursive: true, encoding: 'utf8' })
  .map(name => `test/${name}`)
  .filter(name => name.endsWith('.test.ts'))
  .sort((a, b) => a.split('/').length - b.split('/').length || a.localeCompare(b))

/** The files whose path has one of the words; without words, all but those that are left `aside`. */
export const filesWith = (words: ReadonlyArray<string>, aside: RegExp): ReadonlyArray<string> =>
  files.filter(name => (words.length > 0 ? words.some(word => name.includes(word)) : !aside.test(name)))

/** The words by which no file is found: one that is misspelt would be taken for tests that pass. */
export const strayWords = (words: ReadonlyArray<string>): ReadonlyArray<string> =>
  words.filter(word => !files.some(name => name.includes(word)))
