import type { Command } from 'commander'
import { sandbox } from '../namespace'
import { demoNames } from './demo/demos'
import { conclude } from './outcome'
import { example } from './output'
import { among } from './parameter'

export const demo = (command: Command): Command =>
  command
    .description(
      'Applies recipes between two hosts that it makes, looks whether all holds, and leaves nothing. It needs no root.'
    )
    .addArgument(among(command.createArgument('[recipe]', 'which one; all of them by default'), demoNames))
    .addHelpText('after', example('isolink demo'))
    .action((recipe: string | undefined) =>
      conclude(onStage(recipe === undefined ? demoNames : [recipe]), ({ code }) => {
        process.exitCode = code ?? 1
      })
    )

/** In a sandbox /run is empty, and the records of what is applied have their place in there. */
const onStage = (recipes: ReadonlyArray<string>) =>
  sandbox(process.execPath, [...process.execArgv, require.resolve('./demo/stage'), ...recipes], {
    environment: { ...process.env, ISOLINK_STATE_DIR: '/run/isolink' }
  })
