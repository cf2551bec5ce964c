import { bridgeNetwork } from '../../promises'
import type { Demo } from './claim'
import { host, otherHost } from './hosts'
import { fetched, pinged } from './observation'
import { serve } from './web'

const network = { gateway: '10.100.0.1', red: '10.100.0.2', green: '10.100.0.3' }
const port = 8000

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
        publish: [{ hostPort: port, port }]
      },
      { namespace: 'green', address: `${network.green}/24` }
    ]
  }),
  begin: async () => {
    const server = await serve('red', 'red', port)
    return () => void server.close()
  },
  claims: [
    { claim: 'green reaches red', observe: () => pinged('green', network.red) },
    { claim: 'and the other host', observe: () => pinged('green', otherHost.address) },
    {
      claim: 'the other host reaches a published port of red',
      observe: () => fetched(otherHost.namespace, [host.address, port], ['red', otherHost.address])
    },
    {
      claim: 'as the host does by 127.0.0.1',
      observe: () => fetched(host.namespace, ['127.0.0.1', port], ['red', network.gateway])
    },
    {
      claim: 'as green does',
      observe: () => fetched('green', [host.address, port], ['red', network.gateway])
    },
    { claim: 'and red itself', observe: () => fetched('red', [host.address, port], ['red', network.gateway]) }
  ]
}
