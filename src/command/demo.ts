import type { Command } from 'commander'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { nearest } from '../../protocol/definition/nearest'
import { sandbox } from '../namespace'
import { demoNames } from './demo/demos'
import { conclude, type WrongUsage, wrongUsage } from './outcome'
import { example } from './output'

export const demo = (command: Command): Command =>
  command
    .description(
      'Applies recipes between two hosts that it makes, looks whether all holds, and leaves nothing. It needs no root.'
    )
    .argument('[recipe]', `one of ${demoNames.join(', ')}; all of them by default`)
    .addHelpText('after', example('isolink demo'))
    .action((recipe: string | undefined) =>
      conclude(pipe(TE.fromEither(named(recipe)), TE.chainW(onStage)), ({ code }) => {
        process.exitCode = code ?? 1
      })
    )

const named = (recipe: string | undefined): E.Either<WrongUsage, ReadonlyArray<string>> =>
  recipe === undefined
    ? E.right(demoNames)
    : demoNames.includes(recipe)
      ? E.right([recipe])
      : E.left(
          wrongUsage(
            `recipe: there is no demo of ${recipe}${nearest(recipe, demoNames)}; there are ${demoNames.join(', ')}`
          )
        )

/** In a sandbox /run is empty, and the records of what is applied have their place in there. */
const onStage = (recipes: ReadonlyArray<string>) =>
  sandbox(process.execPath, [...process.execArgv, require.resolve('./demo/stage'), ...recipes], {
    environment: { ...process.env, ISOLINK_STATE_DIR: '/run/isolink' }
  })
