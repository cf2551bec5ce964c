import * as TE from 'fp-ts/TaskEither'
import { toDot } from './dot'
import type { Topology } from './model'

/** The picture could not be drawn. */
export interface NotDrawn {
  readonly _tag: 'NotDrawn'
  readonly message: string
}

/** The topology as an SVG picture, laid out by Graphviz, which comes along as WebAssembly. */
export const toSvg = (topology: Topology): TE.TaskEither<NotDrawn, string> =>
  TE.tryCatch(
    async () => {
      const { instance } = await import('@viz-js/viz')
      return (await instance()).renderString(toDot(topology), { format: 'svg' })
    },
    error => ({ _tag: 'NotDrawn', message: `no picture can be drawn: ${(error as Error).message}` })
  )
