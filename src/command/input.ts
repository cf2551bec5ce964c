import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { getSystemErrorMap } from 'node:util'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { type WrongUsage, wrongUsage } from './outcome'

/** A file's text; that of the standard input for `-`. */
export const readText = (path: string): TE.TaskEither<WrongUsage, string> =>
  TE.tryCatch(
    async () => (path === '-' ? text(process.stdin) : readFileSync(path, 'utf8')),
    error => {
      const { errno = 0, message } = error as NodeJS.ErrnoException
      const [, meaning = message] = getSystemErrorMap().get(errno) ?? []
      return wrongUsage(`cannot read ${path === '-' ? 'the standard input' : path}: ${meaning}`)
    }
  )

/** A recipe to try, typed on the standard input of a command. */
export const typed = (command: string): ReadonlyArray<string> => [
  `${command} - <<'.'`,
  'recipe: veth-masquerade',
  'namespace: blue',
  'address: 192.168.45.3/24',
  'gateway: 192.168.45.2',
  '.'
]

/** The parameters that a file holds. By `$schema` editors know what to check it against. */
export const readParameters = (path: string): TE.TaskEither<WrongUsage, unknown> =>
  pipe(
    readData(path),
    TE.map(data => {
      if (typeof data !== 'object' || data === null || Array.isArray(data)) return data
      const { $schema: _, ...parameters } = data as { readonly $schema?: unknown }
      return parameters
    })
  )

/** What a JSON or YAML file holds. YAML takes longer to load than all else, and is seldom needed. */
export const readData = (path: string): TE.TaskEither<WrongUsage, unknown> =>
  pipe(
    readText(path),
    TE.chainEitherK(source =>
      pipe(
        fromJson(source),
        E.orElse(reason => (path.endsWith('.json') ? E.left(`no JSON: ${reason}`) : fromYaml(source))),
        E.mapLeft(reason => wrongUsage(`${path === '-' ? 'the standard input' : path} is ${reason}`))
      )
    )
  )

const fromJson = (source: string): E.Either<string, unknown> =>
  E.tryCatch(
    () => JSON.parse(source) as unknown,
    error => firstLine(error)
  )

const fromYaml = (source: string): E.Either<string, unknown> => {
  const { parseAllDocuments } = require('yaml') as typeof import('yaml')
  return pipe(
    E.tryCatch(
      () => {
        const documents = [...parseAllDocuments(source, { logLevel: 'silent' })]
        for (const error of documents.flatMap(({ errors }) => errors)) throw error
        // What is behind a last --- is nothing.
        return documents
          .map(document => document.toJS() as unknown)
          .filter(each => each !== null && each !== undefined)
      },
      error => `neither JSON nor YAML: ${firstLine(error)}`
    ),
    E.chain(([first, ...others]) =>
      others.length === 0
        ? E.right(first)
        : E.left(`of ${others.length + 1} YAML documents; give each of them a file of its own`)
    )
  )
}

/** What follows a parser's sentence is an excerpt of the text. */
const firstLine = (error: unknown): string =>
  ((error as Error).message.split('\n')[0] ?? '').replace(/:$/, '')
