/** How many of libuv's threads may send at a time: it has four, and whoever reads files or looks up names needs them, too. */
const most = 2

let taken = 0
const waiting: Array<() => void> = []

/** Begins when a thread may be taken, at once if one may; first come, first served. `done` must be called at the end. */
export const withThread = (begin: (done: () => void) => void): void => {
  const start = (): void => {
    taken++
    begin(done)
  }
  const done = (): void => {
    taken--
    waiting.shift()?.()
  }
  if (taken < most) start()
  else waiting.push(start)
}
