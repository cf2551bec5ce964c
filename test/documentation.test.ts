/** What an editor shows of each function that users call: that there is something, and the same in both surfaces. */
import { join, resolve } from 'node:path'
import * as ts from 'typescript'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('documentation')

const root = resolve(__dirname, '..')
const surfaces = ['src/index.ts', 'src/promises/index.ts'] as const

const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
  ts.sys,
  root
)

const program = ts.createProgram(
  surfaces.map(file => join(root, file)),
  options
)
const checker = program.getTypeChecker()

const documentationOf = (symbol: ts.Symbol): string =>
  ts.displayPartsToString(symbol.getDocumentationComment(checker))

/** The functions below a symbol, by how a program names them. */
const functionsIn = (
  symbol: ts.Symbol,
  path: string,
  source: ts.SourceFile
): ReadonlyArray<readonly [path: string, documentation: string]> => {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  if (!(target.flags & ts.SymbolFlags.Value)) return []
  if (target.flags & ts.SymbolFlags.Module)
    return checker
      .getExportsOfModule(target)
      .flatMap(member => functionsIn(member, `${path}.${member.name}`, source))
  const type = checker.getTypeOfSymbolAtLocation(target, source)
  const [signature] = type.getCallSignatures()
  if (signature === undefined) {
    const members = type.getProperties().filter(({ declarations }) => isOurs(declarations?.[0]))
    return path.startsWith('open()')
      ? members.flatMap(member => functionsIn(member, `${path}.${member.name}`, source))
      : []
  }
  const own = [path, documentationOf(symbol) || documentationOf(target)] as const
  return path === 'open' ? [own, ...membersOf(signature.getReturnType(), 'open()', source)] : [own]
}

const isOurs = (declaration: ts.Declaration | undefined): boolean =>
  declaration?.getSourceFile().fileName.startsWith(join(root, 'src')) === true

const membersOf = (type: ts.Type, path: string, source: ts.SourceFile) =>
  type
    .getProperties()
    .filter(({ name }) => !name.startsWith('__@'))
    .flatMap(member => functionsIn(member, `${path}.${member.name}`, source))

const [plain, promised] = surfaces.map(file => {
  const source = program.getSourceFile(join(root, file))
  const module = source && checker.getSymbolAtLocation(source)
  assert.ok(source && module)
  return new Map(checker.getExportsOfModule(module).flatMap(each => functionsIn(each, each.name, source)))
})

for (const [n, surface] of [plain, promised].entries())
  test(`${surfaces[n]}: each function says what it does`, () => {
    assert.ok(surface !== undefined && surface.size > 200, `${surface?.size}`)
    assert.equal(
      [...surface].filter(([, documentation]) => documentation === '').map(([path]) => path),
      []
    )
  })

test('both surfaces say the same', () => {
  assert.equal(
    [...(promised ?? [])].flatMap(([path, documentation]) => {
      const other = plain?.get(path)
      return other === undefined || other === documentation ? [] : [path]
    }),
    []
  )
})

/** What users write changes of nftables with. */
const written = ['Edit', 'TableEdit', 'RulePlace', 'NewSet', 'NewTable', 'ChainHook']

for (const [n, name] of surfaces.entries())
  test(`${name}: each member of ${written.join(', ')} says what it means`, () => {
    const source = program.getSourceFile(join(root, surfaces[n] ?? ''))
    const module = source && checker.getSymbolAtLocation(source)
    const found = module && checker.getExportsOfModule(module).find(each => each.name === 'nftables')
    assert.ok(found)
    const inner = checker.getExportsOfModule(
      found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found
    )
    assert.equal(
      written.flatMap(type => {
        const symbol = inner.find(each => each.name === type)
        if (symbol === undefined) return [type]
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
        return [
          ...(documentationOf(target) === '' ? [type] : []),
          ...checker
            .getDeclaredTypeOfSymbol(target)
            .getProperties()
            .filter(member => documentationOf(member) === '')
            .map(member => `${type}.${member.name}`)
        ]
      }),
      []
    )
  })

test.run()
