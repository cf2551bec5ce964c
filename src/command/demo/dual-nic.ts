import { dualNic } from '../../promises'
import type { Demo } from './claim'
import { host, otherHost, secondLink } from './hosts'
import { fetched, pinged } from './observation'
import { serve } from './web'

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
      observe: () => pinged(blue.namespace, secondLink.other)
    },
    {
      claim: 'the other host sees blue’s own address',
      observe: () => fetched(blue.namespace, [secondLink.other], ['the other host', blue.address])
    },
    {
      claim: 'and the other host reaches blue',
      observe: () => fetched(otherHost.namespace, [blue.address], ['blue', secondLink.other])
    },
    {
      claim: 'the host goes on by its first interface',
      observe: () => fetched(host.namespace, [otherHost.address], ['the other host', host.address])
    }
  ]
}
