/** Milliseconds that we work before others have their turn. */
export const turn = 2

/** Waits until others have had their turn, if ours has lasted long enough: `await rest()` between pieces of work. */
export const turns = (): (() => Promise<void> | undefined) => {
  let end = performance.now() + turn
  return () => {
    if (performance.now() < end) return undefined
    return new Promise(resolve =>
      setImmediate(() => {
        end = performance.now() + turn
        resolve()
      })
    )
  }
}
