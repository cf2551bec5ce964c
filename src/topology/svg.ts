import * as TE from 'fp-ts/TaskEither'
import { font, toDot } from './dot'
import type { Topology } from './model'

/** The picture could not be drawn. */
export interface NotDrawn {
  readonly _tag: 'NotDrawn'
  readonly message: string
}

/** Where the first is not at hand, the next of the same widths. */
const fonts = `${font},Liberation Sans,Helvetica,sans-serif`

/** The topology as an SVG picture, laid out by Graphviz, which comes along as WebAssembly. */
export const toSvg = (topology: Topology): TE.TaskEither<NotDrawn, string> =>
  TE.tryCatch(
    async () => {
      const { instance } = await import('@viz-js/viz')
      const svg = (await instance()).renderString(toDot(topology), { format: 'svg' })
      return svg.replaceAll(`font-family="${font}"`, `font-family="${fonts}"`)
    },
    error => ({ _tag: 'NotDrawn', message: `no picture can be drawn: ${(error as Error).message}` })
  )
