import { readFileSync } from 'node:fs'
import { dirname, join, normalize, resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { anchorsOf, codeBlocks, isThere, linksOf, pages } from './pages'

const test = suite('pages')

const root = resolve(__dirname, '..')
const read = (page: string): string => readFileSync(join(root, page), 'utf8')

/** What a link leads to, and why it cannot be followed. */
const broken = (page: string, target: string): string | undefined => {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : normalize(join(dirname(page), path))
  if (!isThere(file)) return `${page}: ${target} is not there`
  if (anchor === undefined || anchorsOf(read(file)).includes(anchor)) return undefined
  return `${page}: ${file} has no heading ${anchor}`
}

test('links lead somewhere', () => {
  assert.equal(
    pages.flatMap(page => linksOf(read(page)).flatMap(target => broken(page, target) ?? [])),
    []
  )
})

test('each page can be found from the README', () => {
  const found = new Set<string>()
  const follow = (page: string): void => {
    if (found.has(page) || !page.endsWith('.md') || !isThere(page)) return
    found.add(page)
    for (const target of linksOf(read(page)))
      follow(normalize(join(dirname(page), target.split('#')[0] ?? '')))
  }
  follow('README.md')
  assert.equal(
    pages.filter(page => !found.has(page)),
    []
  )
})

/** The lines that an excerpt shows, but for what it leaves out. */
const shownLines = (text: string): ReadonlyArray<string> =>
  text.split('\n').flatMap(line => line.split('/* … */').map(part => part.trim().replace(/[,;]$/, '')))

test('what is out of a file is in that file', () => {
  for (const page of pages)
    for (const { language, line, text } of codeBlocks(read(page))) {
      const [, path] = /^ts (\S+)$/.exec(language) ?? []
      if (path === undefined) continue
      const source = read(path).replace(/\s+/g, ' ')
      const missing = shownLines(text).filter(each => !source.includes(each.replace(/\s+/g, ' ')))
      assert.equal(missing, [], `${page}:${line} ${path}`)
    }
})

test('each hardship has the test that it names', () => {
  const rows = [...read('docs/hardships.md').matchAll(/^\|.*\]\(\.\.\/(.*?)\) \| `(.*)` \|$/gm)]
  assert.ok(rows.length > 20)
  for (const [, file = '', title = ''] of rows)
    assert.ok(isThere(file) && read(file).includes(title), `${file}: ${title}`)
})

test('what is wrong is found', () => {
  assert.match(broken('README.md', 'docs/nowhere.md') ?? '', /is not there/)
  assert.match(broken('README.md', 'docs/errors.md#nothing') ?? '', /no heading nothing/)
  assert.is(broken('README.md', 'docs/errors.md#of-a-request'), undefined)
  assert.equal(codeBlocks('a\n```ts\nb\nc\n```\n```\nd\n```'), [
    { language: 'ts', line: 3, text: 'b\nc' },
    { language: '', line: 7, text: 'd' }
  ])
})

test.run()
