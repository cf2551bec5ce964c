/**
 * What the package exports and which types that has, a line for each name, and the schema of recipes, so that a change of it is seen in review:
 *
 *   npx ts-node .ci/surface.ts
 */
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as ts from 'typescript'
import { endpointSchema, recipeSchema } from './schema'

const root = resolve(__dirname, '..')

const entries = {
  isolink: 'src/index.ts',
  promises: 'src/promises/index.ts',
  protocol: 'protocol/index.ts',

  testing: 'src/testing/index.ts'
} as const

export const pathOf = (name: string): string => join(root, 'test/package/surface', name)

/** In one order: the compiler's own comes from what it happened to meet first. */
const ordered = (text: string): string =>
  text
    .replace(/__@(\w+)@\d+/g, '[Symbol.$1]')
    .replace(/(?:"[^"]*"|[\w.]+)(?: \| (?:"[^"]*"|[\w.]+))+/g, union => union.split(' | ').sort().join(' | '))

const told = (line: string): string =>
  ordered(line.replace(/\s+/g, ' ').replaceAll(`import("${root}/`, 'import("')).slice(0, 300)

/** A type that is longer than anybody reads is cut by the compiler, which takes half the time. */
const flags =
  ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope | ts.TypeFormatFlags.WriteArrayAsGenericType

/** The lines of what is called so, and of what is in it. */
const linesOf = (checker: ts.TypeChecker, name: string, exported: ts.Symbol): ReadonlyArray<string> => {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
  if (symbol.flags & ts.SymbolFlags.ValueModule)
    return checker
      .getExportsOfModule(symbol)
      .flatMap(inner => linesOf(checker, `${name}.${inner.name}`, inner))
  return [
    ...(symbol.flags & ts.SymbolFlags.Value
      ? valueLines(checker, name, checker.getTypeOfSymbol(symbol))
      : []),
    ...(symbol.flags & ts.SymbolFlags.Type ? typeLines(checker, name, symbol) : [])
  ]
}

const valueLines = (checker: ts.TypeChecker, name: string, type: ts.Type): ReadonlyArray<string> => {
  const signatures = type.getCallSignatures()
  return signatures.length > 0
    ? signatures.map(each => told(`${name}${checker.signatureToString(each, undefined, flags)}`))
    : [told(`${name}: ${checker.typeToString(type, undefined, flags)}`)]
}

const typeLines = (checker: ts.TypeChecker, name: string, symbol: ts.Symbol): ReadonlyArray<string> => {
  const type = checker.getDeclaredTypeOfSymbol(symbol)
  if (type.isUnion()) return type.types.map(each => told(`type ${name} | ${shown(checker, each)}`))
  return type.getProperties().length === 0 || type.flags & ts.TypeFlags.StringLike
    ? [told(`type ${name} = ${shown(checker, type)}`)]
    : memberLines(checker, `type ${name}`, type)
}

const shown = (checker: ts.TypeChecker, type: ts.Type): string =>
  checker.typeToString(type, undefined, flags | ts.TypeFormatFlags.InTypeAlias)

/** A line for each member, and for those of one that is an object without a name, as a connection's are. */
const memberLines = (
  checker: ts.TypeChecker,
  name: string,
  type: ts.Type,
  deeper = true
): ReadonlyArray<string> =>
  type.getProperties().flatMap(member => {
    const of = checker.getTypeOfSymbol(member)
    const path = `${name}.${member.name}${member.flags & ts.SymbolFlags.Optional ? '?' : ''}`
    const line = `${path}: ${shown(checker, of)}`
    const isNameless =
      of.flags & ts.TypeFlags.Object &&
      (of as ts.ObjectType).objectFlags & (ts.ObjectFlags.Anonymous | ts.ObjectFlags.Mapped) &&
      of.getCallSignatures().length === 0 &&
      of.getProperties().length > 0
    return deeper && isNameless ? memberLines(checker, path, of, false) : [told(line)]
  })

/** The texts of all, by the names of the entries; what others have in common with `isolink` is there only. */
export const surfaces = (): ReadonlyMap<string, string> => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram(
    Object.values(entries).map(path => join(root, path)),
    { ...options, noEmit: true, incremental: false }
  )
  const checker = program.getTypeChecker()
  const linesIn = (path: string): ReadonlyArray<string> => {
    const source = program.getSourceFile(join(root, path))
    const module = source && checker.getSymbolAtLocation(source)
    const exported = module === undefined ? [] : checker.getExportsOfModule(module)
    return [...new Set(exported.flatMap(each => linesOf(checker, each.name, each)))].sort()
  }
  const common = new Set(linesIn(entries.isolink))
  return new Map([
    ...Object.entries(entries).map(([name, path]) => {
      const lines = linesIn(path).filter(line => name === 'isolink' || !common.has(line))
      return [`${name}.txt`, `${lines.join('\n')}\n`] as const
    }),
    ...Object.entries({ recipe: recipeSchema(), endpoint: endpointSchema() }).map(
      ([name, schema]) => [`${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`] as const
    )
  ])
}

if (require.main === module) for (const [name, text] of surfaces()) writeFileSync(pathOf(name), text)
