import { namespaces, open, vethMasquerade } from '../../promises'
import type { Demo, Observation } from './claim'
import { host, otherHost } from './hosts'
import { fetchFrom, serve } from './web'

const blue = {
  namespace: 'blue',
  network: '192.168.45.0/24',
  address: '192.168.45.3',
  gateway: '192.168.45.2'
}

const port = 8080

/** Whether a page fetched from somewhere comes from the server, and what the server takes the caller for. */
const fetched = async (
  from: typeof host | typeof otherHost | typeof blue,
  [address, port]: readonly [address: string, port: number],
  [server, caller]: readonly [server: string, caller: string]
): Promise<Observation> => {
  const page = await fetchFrom(from.namespace, address, port)
  return {
    holds: page.server === server && page.caller === caller,
    seen: `GET http://${address}:${port}/: ${page.server} answers, and sees ${page.caller}`
  }
}

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
    {
      claim: 'blue reaches the other host',
      observe: async () => {
        const { received, replies } = await namespaces.ping(blue.namespace, otherHost.address)
        return {
          holds: received === 1,
          seen: `ping ${otherHost.address}: ${received === 1 ? `reply in ${replies[0]?.milliseconds.toFixed(2)} ms` : 'no reply'}`
        }
      }
    },
    {
      claim: 'the other host sees the host’s address',
      observe: () => fetched(blue, [otherHost.address, 80], ['the other host', host.address])
    },
    {
      claim: 'the other host cannot reach blue, even by a route',
      observe: async () => {
        const { received } = await namespaces.ping(otherHost.namespace, blue.address, { timeout: 500 })
        return {
          holds: received === 0,
          seen: `ping ${blue.address}: ${received === 0 ? 'no reply' : 'a reply'}`
        }
      }
    },
    {
      claim: 'but by the published port',
      observe: () => fetched(otherHost, [host.address, port], ['blue', otherHost.address])
    },
    {
      claim: 'as the host does by its own address',
      observe: () => fetched(host, [host.address, port], ['blue', host.address])
    },
    {
      claim: 'and by 127.0.0.1',
      observe: () => fetched(host, ['127.0.0.1', port], ['blue', blue.gateway])
    }
  ]
}
