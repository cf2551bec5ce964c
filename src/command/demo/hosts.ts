import { setTimeout } from 'node:timers/promises'
import { type Connection, namespaces, open } from '../../promises'

/** The host is where this process is; the other one is on its network. */
export const host = { namespace: { pid: process.pid }, link: 'eth0', address: '10.0.6.10' } as const
export const otherHost = { namespace: 'other', link: 'eth0', address: '10.0.6.20' } as const

/** A second wire between them, which the host does not use. */
export const secondLink = { link: 'eth1', other: '10.0.7.20' } as const

export const network = '10.0.6.0/24'
export const gateway = '10.0.6.1'

/** Makes the two hosts of the blog posts that the recipes come from, each with `eth0` on one network. */
export const makeHosts = async (): Promise<void> => {
  await namespaces.create(otherHost.namespace)
  await using here = open()
  await using there = open({ namespace: otherHost.namespace })
  for (const each of [here, there]) await ipv4Alone(each)
  await here.link.add({
    kind: 'veth',
    name: host.link,
    up: true,
    peer: { name: otherHost.link, namespace: otherHost.namespace }
  })
  await there.link.set(otherHost.link, { up: true })
  await there.address.add({ link: otherHost.link, address: `${otherHost.address}/24` })
  await here.address.add({ link: host.link, address: `${host.address}/24` })
  await here.route.add({ destination: 'default', gateway, link: host.link })
  for (const each of [here, there]) await running(each, 'eth0')
}

/** Gives the two hosts a second wire. */
export const addSecondLink = async (): Promise<void> => {
  await using here = open()
  await using there = open({ namespace: otherHost.namespace })
  await here.link.add({
    kind: 'veth',
    name: secondLink.link,
    peer: { name: secondLink.link, namespace: otherHost.namespace }
  })
  await there.link.set(secondLink.link, { up: true })
  await there.address.add({ link: secondLink.link, address: `${secondLink.other}/24` })
}

/** New links would get IPv6 addresses of their own by and by, and the host would never be exactly as before. */
const ipv4Alone = async ({ sysctl }: Connection): Promise<void> => {
  try {
    await sysctl.set('net.ipv6.conf.default.disable_ipv6', 1)
  } catch (error) {
    // A kernel without IPv6.
    if ((error as { readonly code?: string }).code !== 'ENOENT') throw error
  }
}

/** The kernel sees a little later that both ends of a veth are up. */
const running = async ({ link }: Connection, name: string): Promise<void> => {
  while ((await link.get(name)).state !== 'up') await setTimeout(5)
}
