import { directLink } from '../../promises'
import type { Demo } from './claim'
import { host } from './hosts'
import { fetched, pinged } from './observation'
import { serve } from './web'

const a = { namespace: 'a', address: '192.168.5.1' }
const b = { namespace: 'b', address: '192.168.5.2' }

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
      observe: () => fetched(a.namespace, [b.address], ['b', a.address])
    },
    {
      claim: 'the host has no part in it',
      observe: () => pinged(host.namespace, b.address, { reaches: false })
    }
  ]
}
