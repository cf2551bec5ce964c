/** What asks a program to end: a person, a supervisor, or a terminal that is gone. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Does something that can be ended: whoever asks this process to end has it undone, and then it ends by itself. */
export const interruptible = <A>(use: (signal: AbortSignal) => Promise<A>): Promise<A> => {
  const controller = new AbortController()
  return holding(
    () => controller.abort(),
    () => use(controller.signal)
  )
}

/** Does something that is worse half done than done: whoever asks this process to end has to wait. */
export const steadfast = <A>(use: () => Promise<A>): Promise<A> => holding(() => undefined, use)

const holding = async <A>(onEnding: () => void, use: () => Promise<A>): Promise<A> => {
  for (const each of endings) process.on(each, onEnding)
  try {
    return await use()
  } finally {
    for (const each of endings) process.off(each, onEnding)
  }
}
