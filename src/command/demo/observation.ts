import { type NamespaceRef, namespaces } from '../../promises'
import type { Observation } from './claim'
import { fetchFrom, type Page } from './web'

/** Whether an address answers to an echo request from a namespace, or does not where nobody is to reach it. */
export const pinged = async (
  from: NamespaceRef,
  address: string,
  { reaches }: { readonly reaches: boolean } = { reaches: true }
): Promise<Observation> => {
  const { received, replies } = await namespaces.ping(from, address, { timeout: reaches ? 3_000 : 500 })
  const [reply] = replies
  const answer =
    reply === undefined ? 'no reply' : reaches ? `reply in ${reply.milliseconds.toFixed(2)} ms` : 'a reply'
  return { holds: (received === 1) === reaches, seen: `ping ${address}: ${answer}` }
}

/** Whether a page fetched from a namespace comes from the server, and what the server takes the caller for. */
export const fetched = async (
  from: NamespaceRef,
  [address, port = 80]: readonly [address: string, port?: number],
  [server, caller]: readonly [server: Page['server'], caller: Page['caller']]
): Promise<Observation> => {
  const page = await fetchFrom(from, address, port)
  return {
    holds: page.server === server && page.caller === caller,
    seen: `GET http://${address}${port === 80 ? '' : `:${port}`}/: ${page.server} answers, and sees ${page.caller}`
  }
}
