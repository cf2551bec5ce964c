import { open, vethMasquerade } from '../../promises'
import type { Demo } from './claim'
import { host, otherHost } from './hosts'
import { fetched, pinged } from './observation'
import { serve } from './web'

const blue = {
  namespace: 'blue',
  network: '192.168.45.0/24',
  address: '192.168.45.3',
  gateway: '192.168.45.2'
}

const port = 8080

export const vethMasqueradeDemo: Demo = {
  title: 'a namespace that reaches the world by the host’s address',
  picture: `
      another host                        the host                        namespace blue
   ┌────────────────┐          ┌───────────────────────────┐          ┌───────────────────┐
   │ eth0 10.0.6.20 ├──────────┤ eth0 10.0.6.10            │   veth   │                   │
   └────────────────┘          │          veth-blue        ├──────────┤ eth0              │
                               │          192.168.45.2     │          │ 192.168.45.3      │
                               └───────────────────────────┘          └───────────────────┘`,
  plan: vethMasquerade({
    namespace: blue.namespace,
    address: `${blue.address}/24`,
    gateway: blue.gateway,
    publish: [{ hostPort: port, port: 80 }]
  }),
  begin: async () => {
    // Even a neighbour that knows the way must not get in.
    await using other = open({ namespace: otherHost.namespace })
    await other.route.add({ destination: blue.network, gateway: host.address, link: otherHost.link })
    const servers = [await serve(blue.namespace, 'blue'), await serve(otherHost.namespace, 'the other host')]
    return () => {
      for (const server of servers) server.close()
    }
  },
  claims: [
    { claim: 'blue reaches the other host', observe: () => pinged(blue.namespace, otherHost.address) },
    {
      claim: 'the other host sees the host’s address',
      observe: () => fetched(blue.namespace, [otherHost.address], ['the other host', host.address])
    },
    {
      claim: 'the other host cannot reach blue, even by a route',
      observe: () => pinged(otherHost.namespace, blue.address, { reaches: false })
    },
    {
      claim: 'but by the published port',
      observe: () => fetched(otherHost.namespace, [host.address, port], ['blue', otherHost.address])
    },
    {
      claim: 'as the host does by its own address',
      observe: () => fetched(host.namespace, [host.address, port], ['blue', host.address])
    },
    {
      claim: 'and by 127.0.0.1',
      observe: () => fetched(host.namespace, ['127.0.0.1', port], ['blue', blue.gateway])
    }
  ]
}
