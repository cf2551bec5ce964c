/** Milliseconds that we work before others have their turn. */
export const turn = 2

/** Milliseconds on a clock that only goes forward: Node needs one of them to load `performance`. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6

/** The longest wait of a timer of Node's, in milliseconds: a longer one is over at once. */
const longestWait = 2 ** 31 - 1

/**
 * Calls back when the time is over, until the function that it returns is called. What came meanwhile is taken in
 * first: Node looks at timers before descriptors, so where the process was busy, a wait could end beside its answer.
 */
export const deadline = (milliseconds: number, then: () => void): (() => void) => {
  let timer: NodeJS.Timeout
  let last: NodeJS.Immediate | undefined
  const wait = (left: number): void => {
    timer = setTimeout(
      () => {
        if (left > longestWait) wait(left - longestWait)
        else last = setImmediate(then)
      },
      Math.min(left, longestWait)
    )
  }
  wait(milliseconds)
  return () => {
    clearTimeout(timer)
    clearImmediate(last)
  }
}

/** When our part of the event loop's present turn is over; undefined until we work in it. */
let end: number | undefined

const begin = (): void => {
  end = now() + turn
  setImmediate(() => {
    end = undefined
  })
}

/** Whether we have worked long enough in this turn. */
export const isOver = (): boolean => {
  if (end !== undefined) return now() >= end
  begin()
  return false
}

/**
 * Between pieces of work, `await rest()` lets others have their turn once we have worked long enough. Promises that are
 * settled already never do: a loop of requests whose answers are there at once would keep timers and signals waiting.
 */
export const rest = (): Promise<void> | undefined =>
  isOver() ? new Promise(resolve => setImmediate(resolve)) : undefined
