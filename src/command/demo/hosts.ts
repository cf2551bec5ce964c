import { setTimeout } from 'node:timers/promises'
import { type NamespaceRef, namespaces, open, sysctl } from '../../promises'

/** The host, which is where this process is, and another one on its network. */
export const host = { namespace: { pid: process.pid }, interface: 'eth0', address: '10.0.6.10' } as const
export const otherHost = { namespace: 'other', interface: 'eth0', address: '10.0.6.20' } as const

const gateway = '10.0.6.1'

/** Makes the two hosts, on one network 10.0.6.0/24. */
export const makeHosts = async (): Promise<void> => {
  await namespaces.create(otherHost.namespace)
  for (const { namespace } of [host, otherHost]) ipv4Only(namespace)
  await using here = open()
  await using there = open({ namespace: otherHost.namespace })
  await here.link.add({
    kind: 'veth',
    name: host.interface,
    up: true,
    peer: { name: otherHost.interface, namespace: otherHost.namespace }
  })
  await here.address.add({ link: host.interface, address: `${host.address}/24` })
  await here.route.add({ destination: 'default', gateway, link: host.interface })
  await there.address.add({ link: otherHost.interface, address: `${otherHost.address}/24` })
  await there.link.set(otherHost.interface, { up: true })
  for (const each of [here, there])
    while ((await each.link.get('eth0')).state !== 'up') await setTimeout(5)
}

/** New links would get an IPv6 address by and by, and the host would never be exactly as before. */
const ipv4Only = (namespace: NamespaceRef): void => {
  const key = 'net.ipv6.conf.default.disable_ipv6'
  …
}
