import { open, type Plan } from '../../promises'
import type { Demo, Observation } from './claim'
import { host, otherHost } from './hosts'
import { fetched, pinged } from './observation'
import { serve } from './web'

/** A namespace on the hosts' own network. */
export const blue = { namespace: 'blue', address: '10.0.6.22' } as const

/** The hardware address by which the other host has come to know an address. */
const knownAs = async (address: string): Promise<string | undefined> => {
  await using there = open({ namespace: otherHost.namespace })
  const all = await there.neighbour.list()
  return all.find(neighbour => neighbour.address === address)?.linkAddress
}

const compared = async (same: boolean): Promise<Observation> => {
  const [theirs, own] = [await knownAs(host.address), await knownAs(blue.address)]
  return {
    holds: own !== undefined && theirs !== undefined && (own === theirs) === same,
    seen: `${blue.address} is at ${own}, ${host.address} at ${theirs}`
  }
}

interface Child extends Pick<Demo, 'title' | 'picture'> {
  readonly plan: Plan
  /** Whether it is known by the host's hardware address. */
  readonly disguised: boolean
}

/** What a namespace on a link above the host's own can do, be it macvlan or ipvlan. */
export const childDemo = ({ disguised, ...demo }: Child): Demo => ({
  ...demo,
  begin: async () => {
    const servers = [
      await serve(blue.namespace, 'blue'),
      await serve(host.namespace, 'the host'),
      await serve(otherHost.namespace, 'the other host')
    ]
    return () => {
      for (const server of servers) server.close()
    }
  },
  claims: [
    {
      claim: 'blue reaches the other host with the first packet',
      observe: () => pinged(blue.namespace, otherHost.address)
    },
    {
      claim: 'the other host sees blue’s own address',
      observe: () => fetched(blue.namespace, [otherHost.address], ['the other host', blue.address])
    },
    {
      claim: 'and reaches blue',
      observe: () => fetched(otherHost.namespace, [blue.address], ['blue', otherHost.address])
    },
    {
      claim: 'the host goes on as before',
      observe: () => fetched(otherHost.namespace, [host.address], ['the host', otherHost.address])
    },
    {
      claim: `blue has ${disguised ? 'the host’s hardware address' : 'a hardware address of its own'}`,
      observe: () => compared(disguised)
    },
    {
      claim: 'host and blue do not reach each other',
      observe: () => pinged(host.namespace, blue.address, { reaches: false })
    }
  ]
})
