import type { Demo } from './claim'

/** The demos by their recipes' names; what they need is loaded only on the stage. */
export const demos: { readonly [recipe: string]: () => Demo } = {
  'veth-masquerade': () =>
    (require('./veth-masquerade') as typeof import('./veth-masquerade')).vethMasqueradeDemo
}

export const demoNames: ReadonlyArray<string> = Object.keys(demos)
