/**
 * Makes dist: declarations by tsc, JavaScript by swc. There each module is loaded when something of it is first used,
 * so that whoever lists links does not wait for nftables. And what is made from the sources: the schema of recipes, and the manual.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { transformSync } from '@swc/core'
import { preProcessFile } from 'typescript'
import { manual } from './man'
import { recipeSchema } from './schema'

const root = resolve(__dirname, '..')

const sources = ['protocol', 'src'].flatMap(folder =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map(name => join(folder, name))
)

const compiled = (path: string): string => {
  const source = readFileSync(join(root, path), 'utf8')
  const { code } = transformSync(source, {
    filename: path,
    configFile: false,
    swcrc: false,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: {
      type: 'commonjs',
      ignoreDynamic: true,
      // Says to importing ES modules which names there are.
      exportInteropAnnotation: true,
      lazy: preProcessFile(source).importedFiles.map(({ fileName }) => fileName)
    }
  })
  return code
}

rmSync(join(root, 'dist'), { recursive: true, force: true })
execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json', '--emitDeclarationOnly'], {
  cwd: root,
  stdio: 'inherit'
})
for (const path of sources) {
  const target = join(root, 'dist', path.replace(/\.ts$/, '.js'))
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, compiled(path))
}
writeFileSync(join(root, 'dist/recipe.schema.json'), `${JSON.stringify(recipeSchema())}\n`)
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
writeFileSync(join(root, 'dist/isolink.1'), manual(version))
chmodSync(join(root, 'dist/src/command/isolink.js'), 0o755)
