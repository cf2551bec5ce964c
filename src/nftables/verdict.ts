/** What becomes of a packet. */
export type Verdict =
  | { readonly _tag: 'Verdict'; readonly verdict: 'accept' | 'drop' | 'continue' | 'return' | 'break' | 'stolen' }
  /** On in another chain; `jump` comes back at its end, `goto` does not. */
  | { readonly _tag: 'Chain'; readonly verdict: 'jump' | 'goto'; readonly chain: string }

export const accept: Verdict = { _tag: 'Verdict', verdict: 'accept' }
export const drop: Verdict = { _tag: 'Verdict', verdict: 'drop' }
/** Back to the chain that jumped here; in a base chain its policy. */
export const leave: Verdict = { _tag: 'Verdict', verdict: 'return' }
export const proceed: Verdict = { _tag: 'Verdict', verdict: 'continue' }
export const jump = (chain: string): Verdict => ({ _tag: 'Chain', verdict: 'jump', chain })
export const goTo = (chain: string): Verdict => ({ _tag: 'Chain', verdict: 'goto', chain })
