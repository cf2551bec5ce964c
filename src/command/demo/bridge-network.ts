import { bridgeNetwork, namespaces } from '../../promises'
import type { Demo, Observation } from './claim'
import { host, otherHost } from './hosts'
import { fetchFrom, serve } from './web'

const network = { gateway: '10.100.0.1', red: '10.100.0.2', green: '10.100.0.3' }
const port = 8000

type Place = Parameters<typeof fetchFrom>[0]

/** Whether the published page comes from red, and what red takes the caller for. */
const fetched = async (from: Place, address: string, caller: string): Promise<Observation> => {
  const page = await fetchFrom(from, address, port)
  return {
    holds: page.server === 'red' && page.caller === caller,
    seen: `GET http://${address}:${port}/: ${page.server} answers, and sees ${page.caller}`
  }
}

const pinged = async (from: Place, address: string, reaches: boolean): Promise<Observation> => {
  const { received } = await namespaces.ping(from, address, { timeout: reaches ? 3_000 : 500 })
  return {
    holds: (received === 1) === reaches,
    seen: `ping ${address}: ${received === 1 ? 'a reply' : 'no reply'}`
  }
}

export const bridgeNetworkDemo: Demo = {
  title: 'namespaces on a bridge, as Docker has them',
  picture: `
      another host                        the host                              namespaces
   ┌────────────────┐          ┌───────────────────────────┐          ┌───────────────────────────┐
   │ eth0 10.0.6.20 ├──────────┤ eth0 10.0.6.10            │   veth   │ red     red0  10.100.0.2  │
   └────────────────┘          │             br0 ──────────┼──────────┤                           │
                               │             10.100.0.1 ───┼──────────┤ green   eth0  10.100.0.3  │
                               │                           │   veth   │                           │
                               └───────────────────────────┘          └───────────────────────────┘`,
  plan: bridgeNetwork({
    name: 'web',
    gateway: `${network.gateway}/24`,
    endpoints: [
      {
        namespace: 'red',
        interface: 'red0',
        address: `${network.red}/24`,
        publish: [{ hostPort: port, port: 80 }]
      },
      { namespace: 'green', address: `${network.green}/24` }
    ]
  }),
  begin: async () => {
    const server = await serve('red', 'red')
    return () => void server.close()
  },
  claims: [
    { claim: 'green reaches red', observe: () => pinged('green', network.red, true) },
    { claim: 'and the other host', observe: () => pinged('green', otherHost.address, true) },
    {
      claim: 'the other host reaches a published port of red',
      observe: () => fetched(otherHost.namespace, host.address, otherHost.address)
    },
    {
      claim: 'as the host does by 127.0.0.1',
      observe: () => fetched(host.namespace, '127.0.0.1', network.gateway)
    },
    { claim: 'as green does', observe: () => fetched('green', host.address, network.gateway) },
    { claim: 'and red itself', observe: () => fetched('red', host.address, network.gateway) }
  ]
}
