import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { decodeMessages, type Families, type Protocol } from '../../protocol'
import type { NamespaceError } from '../namespace/error'
import { now, turn } from '../namespace/turn'
import { closed, failedToSend, malformed, type NetlinkError, overrun } from './error'
import { exchange, mostTogether, type Outcome, type Outgoing, type Ticket } from './exchange'
import { threadFor } from './thread'
import type { OpenSocketTransport, TransportOptions } from './transport'

/** A request under way, and the call that made it. */
export interface Asked extends Ticket {
  readonly operation: string
  /** Closes what was opened for the request's sake. */
  readonly release: () => void
}

/** A socket, and what is under way through it. */
export interface Channel<T extends Asked> {
  readonly submit: (ticket: T) => void
  /** Sends what may be sent, and holds the process as long as somebody waits. */
  readonly pump: () => void
  /** Takes in the answers to their end, as far as they can be read at once; others have their turn in between. */
  readonly drain: () => void
  /** Calls back when all that was submitted so far has been sent, which is mostly at once, or never will be. */
  readonly afterSent: (then: () => void) => void
  /** How many of those that were submitted have not been sent. */
  readonly unsent: () => number
  /** When there is something new, if that needs no answer that is to come: it sends, or rests in between. */
  readonly progress: () => Promise<void> | undefined
  /** Takes in the next datagram that waits, and says whether there was one. */
  readonly read: (() => boolean) | undefined
  readonly abandon: (ticket: T) => void
  /** Looks whether answers have been dropped. If so, nothing that waits can be trusted to end. */
  readonly noticeDrops: () => void
  /** Ends what is under way with an error. */
  readonly close: (why: (operation: string) => NetlinkError) => void
}

/** Who goes on when so many have been sent. */
interface Waiter {
  readonly mark: number
  readonly then: () => void
}

/** Milliseconds until we look again for an answer that was not there. The kernel rarely answers later than it is asked. */
const pause = 10

/** Milliseconds that the kernel may work on one datagram, if it can be cut. */
const longestSend = 4

/** What the kernel works on for longer than it takes to have another thread send it. */
const isLong = ({ bytes, kernelTime }: Outgoing): boolean => bytes.byteLength >= 8192 || kernelTime >= 1

/** Memory of the receive buffer that one refusal takes at most, as the kernel counts it. */
const refusalSize = 1280

export const openChannel = <T extends Asked>(
  open: OpenSocketTransport,
  protocol: Protocol,
  /** What becomes of a request that has been answered, or never will be. */
  settle: (ticket: T, result: E.Either<NetlinkError, Outcome>) => void,
  options?: TransportOptions,
  families?: Families
): E.Either<NamespaceError, Channel<T>> => {
  let receive = (_bytes: Uint8Array, _port: number): void => undefined
  let giveUp = (_why: (operation: string) => NetlinkError): void => undefined
  return pipe(
    open(
      protocol,
      {
        datagram: (bytes, port) => receive(bytes, port),
        failed: error => giveUp(operation => failedToSend(operation, error))
      },
      options
    ),
    E.map(transport => {
      transport.hold(false)
      const thread = threadFor(transport)
      const answers = Math.max(16, Math.floor(transport.receiveBuffer / refusalSize))
      const {
        abandon,
        clear,
        isForgotten,
        next,
        open,
        receive: settled,
        submit,
        takeBack,
        underWay,
        unsent
      } = exchange<T>({
        answers,
        messages: mostTogether,
        bytes: 65536,
        kernelTime: longestSend
      })
      let waiters: Array<Waiter> = []
      let submitted = 0
      /** How many of those the kernel is through with. */
      let through = 0
      let dropped = 0
      let isOpen = true
      /** Whether the pump goes on when others have had their turn. */
      let rests = false
      /** Whether answers are being taken in, in turns, or looked for again after a pause. */
      let draining: 'in turns' | 'after a pause' | undefined

      const hold = (): void => {
        if (isOpen) transport.hold(open() > 0)
      }

      const noticeDrops = (): void => {
        const count = transport.dropped()
        if (count === dropped) return
        dropped = count
        giveUp(overrun)
      }

      const conclude = (ticket: T, result: E.Either<NetlinkError, Outcome>): void => {
        release(ticket)
        settle(ticket, result)
      }

      /** The kernel may still look at what it was given. */
      const release = (ticket: T): void => thread.afterwards(ticket.release)

      const sentWith = (failure: Error | undefined): void => {
        if (failure === undefined) return
        for (const ticket of takeBack()) conclude(ticket, E.left(failedToSend(ticket.operation, failure)))
      }

      /** Those who wait go on before anything else is sent. */
      const noticeSent = (): void => {
        if (thread.isBusy()) return
        through = submitted - unsent()
        while (waiters[0] !== undefined && waiters[0].mark <= through) waiters.shift()?.then()
      }

      const land = (failure: Error | undefined): void => {
        sentWith(failure)
        if (!isOpen) {
          transport.close()
          return
        }
        noticeSent()
        pump()
        drain()
      }

      /** What nobody waits for is not to be done later, if the kernel does not have it yet. */
      const recallForgotten = (): void => {
        if (thread.isBusy() && isForgotten()) thread.recall()
      }

      const isWanted = (): boolean => !isForgotten()

      const pump = (): void => {
        if (!isOpen || rests || thread.isBusy()) return
        const end = now() + turn
        for (let datagram = next(); datagram !== undefined; datagram = next()) {
          if (isLong(datagram) && thread.send(datagram.bytes, isWanted, land)) break
          sentWith(transport.send(datagram.bytes))
          noticeSent()
          if (now() < end || unsent() === 0) continue
          rests = true
          setImmediate(() => {
            rests = false
            pump()
            drain()
          })
          break
        }
        noticeSent()
        hold()
      }

      giveUp = why => {
        for (const ticket of clear()) conclude(ticket, E.left(why(ticket.operation)))
        recallForgotten()
        pump()
      }

      receive = (bytes, port) => {
        // Only the kernel is believed: its port is 0.
        if (port !== 0 || !isOpen) return
        const decoded = decodeMessages(protocol, bytes, families)
        if (E.isLeft(decoded)) {
          giveUp(operation => malformed(operation, decoded.left))
          return
        }
        // What is missing may have been a refusal, and then silence is no success.
        noticeDrops()
        const ours = decoded.right.filter(message => message.port === transport.port)
        for (const { ticket, outcome } of settled(ours)) conclude(ticket, E.right(outcome))
        pump()
      }

      const { more } = transport

      const drain = (): void => {
        if (more === undefined || draining !== undefined || thread.isBusy()) return
        const end = now() + turn
        const goOn = (): void => {
          draining = undefined
          drain()
        }
        draining = 'in turns'
        while (underWay()) {
          if (!more()) {
            if (thread.isBusy()) break
            noticeDrops()
            if (open() === 0) break
            draining = 'after a pause'
            setTimeout(goOn, pause)
            return
          }
          if (now() >= end) {
            setImmediate(goOn)
            return
          }
        }
        draining = undefined
      }

      return {
        submit: ticket => {
          if (!isOpen) return conclude(ticket, E.left(closed(ticket.operation)))
          submitted++
          submit([ticket])
        },
        pump,
        drain,
        afterSent: then => {
          noticeSent()
          if (through === submitted) then()
          else waiters.push({ mark: submitted, then })
        },
        unsent,
        progress: () => {
          if (thread.isBusy()) return new Promise(resolve => thread.afterwards(resolve))
          return rests || draining === 'in turns' ? new Promise(setImmediate) : undefined
        },
        read: more,
        abandon: ticket => {
          abandon(ticket)
          recallForgotten()
          release(ticket)
          hold()
        },
        noticeDrops,
        close: why => {
          if (!isOpen) return
          isOpen = false
          giveUp(why)
          const left = waiters
          waiters = []
          for (const { then } of left) then()
          if (!thread.isBusy()) transport.close()
        }
      }
    })
  )
}
