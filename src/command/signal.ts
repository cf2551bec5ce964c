/** What asks a program to end: a person, a supervisor, or a terminal that is gone. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Does something that heeds whoever asks this process to end: what waits gives up, what was being applied is undone, and
 * what was being taken down comes to its end. Then the process ends by itself.
 */
export const interruptible = async <A>(use: (signal: AbortSignal) => Promise<A>): Promise<A> => {
  const controller = new AbortController()
  const onEnding = (): void => controller.abort()
  for (const each of endings) process.on(each, onEnding)
  try {
    return await use(controller.signal)
  } finally {
    for (const each of endings) process.off(each, onEnding)
  }
}
