/**
 * Makes dist: declarations by tsc, JavaScript by swc, and what is made from the sources: the schemas of recipes and endpoints,
 * and the manual.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundle } from './bundle'
import { javaScriptOf, root, sourcesIn } from './javascript'
import { manual } from './man'
import { endpointSchema, recipeSchema } from './schema'

rmSync(join(root, 'dist'), { recursive: true, force: true })
execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json', '--emitDeclarationOnly'], {
  cwd: root,
  stdio: 'inherit'
})
for (const path of ['protocol', 'src'].flatMap(sourcesIn)) {
  const target = join(root, 'dist', path.replace(/\.ts$/, '.js'))
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, javaScriptOf(path))
}
for (const [name, schema] of Object.entries({ recipe: recipeSchema(), endpoint: endpointSchema() }))
  writeFileSync(join(root, `dist/${name}.schema.json`), `${JSON.stringify(schema)}\n`)
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
writeFileSync(join(root, 'dist/isolink.1'), manual(version))
chmodSync(join(root, 'dist/src/command/isolink.js'), 0o755)
bundle().catch(() => {
  process.exitCode = 1
})
