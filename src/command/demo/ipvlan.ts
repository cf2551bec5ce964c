import { ipvlan } from '../../promises'
import { blue, childDemo } from './child'
import { gateway, host } from './hosts'

export const ipvlanDemo = childDemo({
  title: 'a namespace on the host’s network, behind the host’s hardware address',
  picture: `
      another host                        the host
   ┌────────────────┐          ┌───────────────────────────┐
   │ eth0 10.0.6.20 ├──────────┤ eth0 10.0.6.10            │
   └────────────────┘          └──┬────────────────────────┘
                                  │ ipvlan, the same hardware address
                               ┌──┴────────────────────────┐
                               │ eth0 10.0.6.22   (blue)   │
                               └───────────────────────────┘`,
  plan: ipvlan({
    namespace: blue.namespace,
    parent: host.link,
    addresses: [`${blue.address}/24`],
    gateway
  }),
  disguised: true
})
