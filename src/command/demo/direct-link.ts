import { directLink, namespaces } from '../../promises'
import type { Demo, Observation } from './claim'
import { host } from './hosts'
import { fetchFrom, serve } from './web'

const a = { namespace: 'a', address: '192.168.5.1' }
const b = { namespace: 'b', address: '192.168.5.2' }

const pinged = async (from: string, to: string): Promise<Observation> => {
  const { received, replies } = await namespaces.ping(from, to)
  return {
    holds: received === 1,
    seen: `ping ${to}: ${received === 1 ? `reply in ${replies[0]?.milliseconds.toFixed(2)} ms` : 'no reply'}`
  }
}

export const directLinkDemo: Demo = {
  title: 'a wire straight between two namespaces',
  picture: `
          namespace a                              namespace b
   ┌───────────────────────┐              ┌───────────────────────┐
   │ veth11 192.168.5.1/24 ├──────────────┤ veth22 192.168.5.2/24 │
   └───────────────────────┘     veth     └───────────────────────┘`,
  plan: directLink({
    name: 'ab',
    ends: [
      { namespace: a.namespace, interface: 'veth11', address: `${a.address}/24` },
      { namespace: b.namespace, interface: 'veth22', address: `${b.address}/24` }
    ]
  }),
  begin: async () => {
    const server = await serve(b.namespace, 'b')
    return () => void server.close()
  },
  claims: [
    { claim: 'a reaches b with the first packet', observe: () => pinged(a.namespace, b.address) },
    { claim: 'and b reaches a', observe: () => pinged(b.namespace, a.address) },
    {
      claim: 'b sees a’s own address',
      observe: async () => {
        const page = await fetchFrom(a.namespace, b.address, 80)
        return {
          holds: page.server === 'b' && page.caller === a.address,
          seen: `GET http://${b.address}/: ${page.server} answers, and sees ${page.caller}`
        }
      }
    },
    {
      claim: 'the host has no part in it',
      observe: async () => {
        const { received } = await namespaces.ping(host.namespace, b.address, { timeout: 500 })
        return {
          holds: received === 0,
          seen: `ping ${b.address}: ${received === 0 ? 'no reply' : 'a reply'}`
        }
      }
    }
  ]
}
