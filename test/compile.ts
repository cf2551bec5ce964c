import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { javaScriptOf, root, sourcesIn } from '../.ci/javascript'

/** Compiles all that a test may load from these folders, for compiled.js to take it from a folder. */
export const compileInto = (target: string, folders: ReadonlyArray<string>): void => {
  for (const name of folders.flatMap(sourcesIn)) {
    const path = join(target, root, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, javaScriptOf(name))
  }
}
