import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { create } from 'ts-node'

const root = resolve(__dirname, '..')

/** Compiles all that a test may load from these folders, for compiled.js to take it from a folder. */
export const compileInto = (target: string, folders: ReadonlyArray<string>): void => {
  const { compile } = create({ cwd: root })
  for (const folder of folders)
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const file = join(root, folder, name)
      if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue
      const path = join(target, file)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, compile(readFileSync(file, 'utf8'), file))
    }
}
