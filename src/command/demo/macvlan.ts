import { macvlan } from '../../promises'
import { blue, childDemo } from './child'
import { gateway, host } from './hosts'

export const macvlanDemo = childDemo({
  title: 'a namespace that is one more machine on the host’s network',
  picture: `
      another host                        the host
   ┌────────────────┐          ┌───────────────────────────┐
   │ eth0 10.0.6.20 ├────┬─────┤ eth0 10.0.6.10            │
   └────────────────┘    │     └──┬────────────────────────┘
                         │        │ macvlan, its own hardware address
                         │     ┌──┴────────────────────────┐
                         └─────┤ eth0 10.0.6.22   (blue)   │
                               └───────────────────────────┘`,
  plan: macvlan({
    namespace: blue.namespace,
    parent: host.link,
    addresses: [`${blue.address}/24`],
    gateway
  }),
  disguised: false
})
