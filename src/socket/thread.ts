import type { SocketTransport } from './transport'

/** How many of libuv's threads may send at a time. It has four by default, which files and names are looked up by, too. */
const most = 2

let taken = 0
const waiting: Array<() => void> = []

/** Begins when a thread may be taken, at once if one may; first come, first served. `done` must be called at the end. */
const withThread = (begin: (done: () => void) => void): void => {
  const done = (): void => {
    taken--
    waiting.shift()?.()
  }
  const start = (): void => {
    taken++
    begin(done)
  }
  if (taken < most) start()
  else waiting.push(start)
}

/** What sends a transport's datagrams by a thread, one at a time. */
export interface Thread {
  /**
   * Calls back when the kernel is through with the datagram, or it did not leave; it does not if nobody wants it when its
   * turn has come. False if no thread can take it.
   */
  readonly send: (
    datagram: Uint8Array,
    isWanted: () => boolean,
    then: (failure: Error | undefined) => void
  ) => boolean
  readonly isBusy: () => boolean
  /** Takes back what is being sent, unless the kernel has it already. */
  readonly recall: () => void
  /** Calls back before the end of what is being sent is told, or at once. */
  readonly afterwards: (then: () => void) => void
}

interface Sending {
  recall: () => void
  readonly afterwards: Array<() => void>
}

const unwanted = new Error('nobody waits for it')

export const threadFor = ({ send, sendAside }: SocketTransport): Thread => {
  let busy: Sending | undefined
  return {
    send: (datagram, isWanted, then) => {
      if (sendAside === undefined) return false
      const mine: Sending = { recall: () => undefined, afterwards: [] }
      const end = (failure: Error | undefined): void => {
        busy = undefined
        for (const each of mine.afterwards) each()
        then(failure)
      }
      /** Whether a thread was free and could not take it. */
      let isRefused: boolean | undefined
      busy = mine
      withThread(done => {
        const recall = isWanted()
          ? sendAside(datagram, failure => {
              done()
              end(failure)
            })
          : undefined
        if (recall !== undefined) {
          mine.recall = recall
          return
        }
        done()
        if (isRefused === undefined) isRefused = true
        else end(isWanted() ? send(datagram) : unwanted)
      })
      if (isRefused === true) busy = undefined
      isRefused ??= false
      return !isRefused
    },
    isBusy: () => busy !== undefined,
    recall: () => busy?.recall(),
    afterwards: then => {
      if (busy === undefined) then()
      else busy.afterwards.push(then)
    }
  }
}
