import type { Server } from 'node:http'
import { namespaceSwitch, open } from '../../promises'
import type { Demo } from './claim'
import { host } from './hosts'
import { pinged } from './observation'
import { fetchFrom, serve } from './web'

const members = ['red', 'green', 'blue'].map((namespace, n) => ({ namespace, address: `192.168.5.${n + 1}` }))

export const namespaceSwitchDemo: Demo = {
  title: 'namespaces on a switch in a namespace of its own',
  picture: `
                         namespace switch
                      ┌────────────────────┐
                      │ br0   no address   │
                      └─┬───────┬───────┬──┘
              veth      │       │       │
   ┌────────────────────┴┐ ┌────┴─────┐ ┌┴────────────────────┐
   │ red 192.168.5.1     │ │ green .2 │ │ blue 192.168.5.3    │
   └─────────────────────┘ └──────────┘ └─────────────────────┘`,
  plan: namespaceSwitch({
    namespace: 'switch',
    members: members.map(({ namespace, address }) => ({ namespace, address: `${address}/24` }))
  }),
  begin: async () => {
    const servers: ReadonlyArray<Server> = await Promise.all(
      members.map(({ namespace }) => serve(namespace, namespace))
    )
    return () => {
      for (const server of servers) server.close()
    }
  },
  claims: [
    {
      claim: 'each fetches from each, by its own address',
      observe: async () => {
        const pairs = members.flatMap(from => members.map(to => ({ from, to })))
        const pages = await Promise.all(
          pairs.map(({ from, to }) => fetchFrom(from.namespace, to.address, 80))
        )
        const right = pages.filter(
          ({ server, caller }, n) => server === pairs[n]?.to.namespace && caller === pairs[n]?.from.address
        )
        return { holds: right.length === pairs.length, seen: `${right.length} of ${pairs.length} pages` }
      }
    },
    {
      claim: 'the switch has no address',
      observe: async () => {
        await using inside = open({ namespace: 'switch' })
        const { index } = await inside.link.get('br0')
        const addresses = await inside.address.list({ link: index })
        return {
          holds: addresses.length === 0,
          seen: addresses.length === 0 ? 'none on br0' : addresses.map(({ address }) => address).join(', ')
        }
      }
    },
    {
      claim: 'the host has no part in it',
      observe: () => pinged(host.namespace, '192.168.5.1', { reaches: false })
    }
  ]
}
