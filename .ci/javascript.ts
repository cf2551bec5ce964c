/** What a TypeScript file is published as. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { transformSync } from '@swc/core'
import { preProcessFile } from 'typescript'

export const root = resolve(__dirname, '..')

/** The TypeScript files of a folder, from the root. */
export const sourcesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map(name => join(folder, name))

/**
 * JavaScript in which each module is loaded when something of it is first used, so that whoever lists links does not
 * wait for nftables.
 */
export const javaScriptOf = (path: string): string => {
  const source = readFileSync(join(root, path), 'utf8')
  // What swc makes of it is the function that would load the module.
  if (/^export \* as /m.test(source))
    throw new Error(`${path}: export * as NAME, where import and export would do`)
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
