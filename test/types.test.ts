import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { codeBlocks, pages } from './pages'

const test = suite('types')

const root = resolve(__dirname, '..')

/** The program and, each as a module of its own, the blocks of TypeScript in the documents. */
test('tsc --noEmit, of what the documents show too', () => {
  const folder = join(root, 'docs/.blocks')
  rmSync(folder, { recursive: true, force: true })
  for (const page of pages)
    for (const { language, line, text } of codeBlocks(readFileSync(join(root, page), 'utf8'))) {
      if (language !== 'ts') continue
      const path = join(folder, `${page.replace(/\.md$/, '')}-line-${line}.mts`)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, `${text}\nexport {}\n`)
    }
  const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: {
        rootDir: '../..',
        tsBuildInfoFile: '../../node_modules/.cache/docs.tsbuildinfo',
        noUnusedLocals: false
      },
      include: [...include.map((each: string) => `../../${each}`), '**/*.mts']
    })
  )
  const { status } = spawnSync('node_modules/.bin/tsc', ['--noEmit', '-p', folder], {
    cwd: root,
    stdio: 'inherit'
  })
  assert.is(status, 0)
  rmSync(folder, { recursive: true })
})

test.run()
