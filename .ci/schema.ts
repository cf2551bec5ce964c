/**
 * The JSON schema of recipes, for editors: what is allowed comes from the schemas that the recipes check their
 * parameters with, and what is said of each parameter from the comments that TypeScript's editors show.
 */
import { join, resolve } from 'node:path'
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import * as ts from 'typescript'
import type { GenericSchema } from 'valibot'
import * as recipes from '../src/recipe'

const root = resolve(__dirname, '..')

/** `veth-masquerade`: `vethMasquerade`, after which the function, the schema and the type are called. */
const camel = (recipe: string): string => recipe.replace(/-./g, dash => dash.slice(1).toUpperCase())

/** What the comments say, by the names that the module of all recipes exports. */
const commented = (): { readonly [name: string]: Commented } => {
  const path = join(root, 'src/recipe/index.ts')
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram([path], { ...options, noEmit: true, incremental: false })
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(path)
  const module = source && checker.getSymbolAtLocation(source)
  const names = module === undefined ? [] : checker.getExportsOfModule(module)
  return Object.fromEntries(
    names.map(name => {
      const symbol = name.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(name) : name
      return [name.name, { checker, symbol, type: checker.getDeclaredTypeOfSymbol(symbol) }]
    })
  )
}

interface Commented {
  readonly checker: ts.TypeChecker
  readonly symbol: ts.Symbol
  readonly type: ts.Type
}

/** Editors break lines themselves. */
const comment = (symbol: ts.Symbol, checker: ts.TypeChecker): string =>
  ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s*\n\s*/g, ' ')

/** A schema with what the comments of a type say of its members, and of those of its lists' items. */
const described = (schema: JsonSchema, type: ts.Type, checker: ts.TypeChecker): JsonSchema => {
  const present = checker.getNonNullableType(type)
  if (schema.items !== undefined) {
    const [item] = checker.getTypeArguments(present as ts.TypeReference)
    const within = (each: JsonSchema) => (item === undefined ? each : described(each, item, checker))
    return {
      ...schema,
      items: Array.isArray(schema.items)
        ? schema.items.map(each => within(each as JsonSchema))
        : within(schema.items as JsonSchema)
    }
  }
  if (schema.properties === undefined) return schema
  const properties = Object.entries(schema.properties).map(([name, property]) => {
    const symbol = present.getProperty(name)
    if (symbol === undefined) return [name, property]
    const description = comment(symbol, checker)
    const within = described(property as JsonSchema, checker.getTypeOfSymbol(symbol), checker)
    return [name, description === '' ? within : { description, ...within }]
  })
  return { ...schema, properties: Object.fromEntries(properties) }
}

/** These are more than JSON Schema can say: what fails them is refused when the recipe is read. */
const ignoreActions = ['check', 'max_bytes', 'raw_transform', 'transform']

/** What a file may hold, which may itself say where its schema is. */
const fileOf = (schema: GenericSchema, { type, checker }: Commented): JsonSchema => {
  const { $schema: _, ...converted } = toJsonSchema(schema, { typeMode: 'input', ignoreActions })
  const { properties, ...rest } = described(converted, type, checker)
  return { ...rest, properties: { $schema: { type: 'string' }, ...properties } }
}

const $schema = 'http://json-schema.org/draft-07/schema#'

/** The schema of one recipe or another, told apart by what `recipe` says. https://json-schema.org */
export const recipeSchema = (): JsonSchema => {
  const comments = commented()
  const commentOf = (name: string): string => {
    const { symbol, checker } = comments[name] as Commented
    return comment(symbol, checker)
  }
  const schemaOf = (recipe: string): JsonSchema => {
    const name = camel(recipe)
    const schema = (recipes as { readonly [name: string]: unknown })[`${name}Schema`] as GenericSchema
    const parameters = comments[`${name[0]?.toUpperCase()}${name.slice(1)}Parameters`] as Commented
    return { description: commentOf(name), ...fileOf(schema, parameters) }
  }
  return {
    $schema,
    title: 'A recipe of isolink',
    type: 'object',
    required: ['recipe'],
    properties: {
      recipe: {
        description: 'What is to be made of the other parameters.',
        oneOf: recipes.recipeNames.map(name => ({ const: name, description: commentOf(camel(name)) }))
      }
    },
    allOf: recipes.recipeNames.map(name => ({
      if: { required: ['recipe'], properties: { recipe: { const: name } } },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so.
      then: { $ref: `#/definitions/${name}` }
    })),
    definitions: Object.fromEntries(recipes.recipeNames.map(name => [name, schemaOf(name)]))
  }
}

/** The schema of what `isolink attach` takes. */
export const endpointSchema = (): JsonSchema => ({
  $schema,
  title: 'An endpoint of a bridge-network of isolink',
  ...fileOf(recipes.endpointSchema, commented().Endpoint as Commented)
})
