import { hostFakeIp } from '../../promises'
import type { Demo } from './claim'
import { host, otherHost } from './hosts'
import { fetched } from './observation'
import { serve } from './web'

const blue = 'blue'
const port = 8080

export const hostFakeIpDemo: Demo = {
  title: 'a namespace takes the host’s place, and the host reaches the world through it',
  picture: `
      another host                     namespace blue                           the host
   ┌────────────────┐          ┌───────────────────────────────┐          ┌───────────────────┐
   │ eth0 10.0.6.20 ├──────────┤ eth0 10.0.6.10          veth0 │   veth   │ veth-blue         │
   └────────────────┘          │              169.254.77.2     ├──────────┤ 169.254.77.1      │
                               └───────────────────────────────┘          └───────────────────┘`,
  plan: hostFakeIp({ namespace: blue, publish: [{ hostPort: port, port: 80 }] }),
  begin: async () => {
    const servers = [
      await serve(blue, 'blue'),
      await serve(host.namespace, 'the host'),
      await serve(otherHost.namespace, 'the other host')
    ]
    return () => {
      for (const server of servers) server.close()
    }
  },
  claims: [
    {
      claim: 'the host reaches the world, by the address it had',
      observe: () => fetched(host.namespace, [otherHost.address], ['the other host', host.address])
    },
    {
      claim: 'and so does blue',
      observe: () => fetched(blue, [otherHost.address], ['the other host', host.address])
    },
    {
      claim: 'at that address there is blue',
      observe: () => fetched(otherHost.namespace, [host.address], ['blue', otherHost.address])
    },
    {
      claim: 'and by a published port the host',
      observe: () => fetched(otherHost.namespace, [host.address, port], ['the host', otherHost.address])
    },
    {
      claim: 'as the host itself finds',
      observe: () => fetched(host.namespace, [host.address, port], ['the host', '169.254.77.2'])
    }
  ]
}
