import { dualNic, namespaces } from '../../promises'
import type { Demo } from './claim'
import { host, otherHost, secondLink } from './hosts'
import { fetchFrom, serve } from './web'

const blue = { namespace: 'blue', address: '10.0.7.14' }

export const dualNicDemo: Demo = {
  title: 'a namespace with the host’s second interface for itself',
  picture: `
      another host                        the host                        namespace blue
   ┌────────────────┐          ┌───────────────────────────┐          ┌───────────────────┐
   │ eth0 10.0.6.20 ├──────────┤ eth0 10.0.6.10            │          │                   │
   │                │          └───────────────────────────┘          │                   │
   │ eth1 10.0.7.20 ├─────────────────────────────────────────────────┤ eth0 10.0.7.14    │
   └────────────────┘                                                 └───────────────────┘`,
  plan: dualNic({
    namespace: blue.namespace,
    nic: secondLink.link,
    addresses: [`${blue.address}/24`],
    gateway: secondLink.other
  }),
  begin: async () => {
    const servers = [await serve(blue.namespace, 'blue'), await serve(otherHost.namespace, 'the other host')]
    return () => {
      for (const server of servers) server.close()
    }
  },
  claims: [
    {
      claim: 'blue reaches the other host with the first packet',
      observe: async () => {
        const { received, replies } = await namespaces.ping(blue.namespace, secondLink.other)
        return {
          holds: received === 1,
          seen: `ping ${secondLink.other}: ${received === 1 ? `reply in ${replies[0]?.milliseconds.toFixed(2)} ms` : 'no reply'}`
        }
      }
    },
    {
      claim: 'the other host sees blue’s own address',
      observe: async () => {
        const page = await fetchFrom(blue.namespace, secondLink.other, 80)
        return {
          holds: page.caller === blue.address,
          seen: `GET http://${secondLink.other}/: ${page.server} answers, and sees ${page.caller}`
        }
      }
    },
    {
      claim: 'and the other host reaches blue',
      observe: async () => {
        const page = await fetchFrom(otherHost.namespace, blue.address, 80)
        return { holds: page.server === 'blue', seen: `GET http://${blue.address}/: ${page.server} answers` }
      }
    },
    {
      claim: 'the host goes on by its first interface',
      observe: async () => {
        const page = await fetchFrom(host.namespace, otherHost.address, 80)
        return {
          holds: page.caller === host.address,
          seen: `GET http://${otherHost.address}/: ${page.server} answers, and sees ${page.caller}`
        }
      }
    }
  ]
}
