import type { SocketTransport } from './transport'

/** How many of libuv's threads may send at a time. It has four by default, which files and names are looked up by, too. */
const most = 2

let taken = 0
/** Those who begin when a thread is free; first come, first served. */
const waiting: Array<() => void> = []

const free = (): void => {
  taken--
  waiting.shift()?.()
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
      /** Whether a thread took it. */
      const begin = (): boolean => {
        taken++
        const recall = sendAside(datagram, failure => {
          free()
          end(failure)
        })
        if (recall === undefined) free()
        else mine.recall = recall
        return recall !== undefined
      }
      busy = mine
      if (taken < most) {
        if (begin()) return true
        busy = undefined
        return false
      }
      waiting.push(() => {
        if (isWanted()) {
          if (!begin()) end(send(datagram))
          return
        }
        waiting.shift()?.()
        end(unwanted)
      })
      return true
    },
    isBusy: () => busy !== undefined,
    recall: () => busy?.recall(),
    afterwards: then => {
      if (busy === undefined) then()
      else busy.afterwards.push(then)
    }
  }
}
