/** What an editor shows of a message’s members to those who have the package and not its sources. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as ts from 'typescript'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('hover')

const root = resolve(__dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'isolink-hover-'))
test.after(() => rmSync(folder, { recursive: true }))

const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
  ts.sys,
  root
)

/** Writes the declarations of some modules and of all that they import, as `npm run build` does. */
const declare = (modules: ReadonlyArray<string>): void => {
  const { noEmit: _, incremental: __, tsBuildInfoFile: ___, ...rest } = options
  const emitting = { ...rest, declaration: true, emitDeclarationOnly: true, rootDir: root, outDir: folder }
  ts.createProgram(
    modules.map(module => join(root, module)),
    emitting
  ).emit()
}

/** What is shown over the last name of an expression. */
const shown = (source: string): { readonly text: string; readonly documentation: string } => {
  const file = join(folder, 'probe.ts')
  const service = ts.createLanguageService({
    getCompilationSettings: () => ({ ...options, types: [] }),
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: name => {
      const text = name === file ? source : ts.sys.readFile(name)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists
  })
  const info = service.getQuickInfoAtPosition(file, source.trimEnd().length - 1)
  return {
    text: ts.displayPartsToString(info?.displayParts),
    documentation: ts.displayPartsToString(info?.documentation)
  }
}

test('a member of a struct, an attribute, and one of a nest', () => {
  declare(['protocol/rtnetlink/address.ts'])
  const of = (path: string) =>
    shown(`import type { Address } from './protocol/rtnetlink/address'
declare const it: Address
it.${path}`)
  assert.equal(of('header.prefixlen'), {
    text: '(property) prefixlen: number',
    documentation: 'Length of the prefix, in bits.'
  })
  assert.equal(of('attributes.local'), {
    text: '(property) local?: string | undefined',
    documentation: "The interface's own address. IPv4 requires it."
  })
  assert.equal(of('attributes.cacheinfo!.valid'), {
    text: '(property) valid: number',
    documentation: 'Seconds that it stays valid; 0xffffffff is for ever.'
  })
})

test('a parameter of a recipe, by promises', () => {
  declare(['src/promises/index.ts'])
  // Its declarations say what they are made of.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const of = (recipe: string, member: string) =>
    shown(`import type { ${recipe} } from './src/promises/index'
declare const it: Parameters<typeof ${recipe}>[0]
it.${member}`).documentation
  assert.is(
    of('vethMasquerade', 'hostInterface'),
    "The host's end of the pair; `veth-` and the name by default."
  )
  assert.match(of('vethMasquerade', 'publish![0]!.protocol'), /`udp`.* Default: `tcp`/)
  assert.match(of('bridgeNetwork', 'endpoints![0]!.publish![0]!.hostPort'), /from 1 to 65535/)
})

test.run()
