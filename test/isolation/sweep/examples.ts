import * as E from 'fp-ts/Either'
import { type Plan, planFrom, recipeNames } from '../../../src/recipe'
import { ip, raise, raze, sh } from '../../lab'
import { linkKind, type Missing } from '../../sandbox'

interface Example {
  readonly parameters: { readonly recipe: string; readonly [key: string]: unknown }
  /** What the host has besides. */
  readonly before?: () => void
  /** What a failure may leave unharmed, where what fails is tried again: all that it is about, as the tools tell it. */
  readonly standing?: () => string
  /** Asks the kernel, so not before somebody wants to know. */
  readonly needs?: () => ReadonlyArray<Missing>
}

/** A second NIC, on a wire of its own. Link-local addresses are there at once: nobody on that wire has the same. */
const plug = (): void => {
  const settle = 'sysctl -qw net.ipv6.conf.eth1.accept_dad=0'
  ip('link add eth1 type veth peer name eth1 netns other')
  sh(`${settle}; ip netns exec other ${settle}; ip -n other link set eth1 up`)
  ip('link set eth1 up\naddress add 10.0.8.7/24 dev eth1')
}

/** What every sweep is done with: a recipe joins by a line. */
const all: ReadonlyArray<Example> = [
  {
    parameters: {
      recipe: 'veth-masquerade',
      namespace: 'blue',
      address: '192.168.45.3/24',
      gateway: '192.168.45.2',
      publish: [{ hostPort: 8080, port: 80 }]
    }
  },
  {
    parameters: {
      recipe: 'veth-masquerade',
      namespace: 'green',
      address: 'fd00:47::3/64',
      gateway: 'fd00:47::2',
      publish: [{ hostPort: 8080, port: 80 }]
    }
  },
  {
    parameters: {
      recipe: 'direct-link',
      name: 'ab',
      ends: [
        { namespace: 'other', interface: 'veth11', address: '192.168.5.1/24' },
        { namespace: 'b', interface: 'veth22', address: '192.168.5.2/24' }
      ]
    }
  },
  {
    parameters: {
      recipe: 'namespace-switch',
      name: 'sw',
      namespace: 'netns3',
      bridge: 'brx',
      members: [
        { namespace: 'a', interface: 'veth11', address: '192.168.5.1/24' },
        { namespace: 'b', interface: 'veth22', address: '192.168.5.2/24' }
      ]
    },
    needs: () => [linkKind('bridge')]
  },
  {
    parameters: {
      recipe: 'macvlan',
      namespace: 'blue',
      parent: 'eth0',
      addresses: ['10.0.6.22/24'],
      gateway: '10.0.6.1'
    },
    needs: () => [linkKind('macvlan')]
  },
  {
    parameters: {
      recipe: 'ipvlan',
      namespace: 'blue',
      parent: 'eth0',
      addresses: ['10.0.6.22/24'],
      gateway: '10.0.6.1'
    },
    needs: () => [linkKind('ipvlan')]
  },
  {
    parameters: {
      recipe: 'dual-nic',
      namespace: 'blue',
      nic: 'eth1',
      addresses: ['10.0.8.14/24'],
      gateway: '10.0.8.1'
    },
    before: plug
  },
  {
    parameters: {
      recipe: 'host-fake-ip',
      namespace: 'blue',
      nic: 'eth0',
      publish: [{ hostPort: 22, port: 22 }]
    },
    // The NIC gets its things again in rounds, as long as there is progress.
    standing: () =>
      sh(`ip -n blue -d address show dev eth0 | sed 1s/^[0-9]*://
ip -n blue -d route show table all
ip -n blue -d -6 route show table all dev eth0
ip -n blue rule; ip -n blue -6 rule
ip netns exec blue grep -rs '' /proc/sys/net/ipv4/conf/eth0 /proc/sys/net/ipv6/conf/eth0 | sort`)
  },
  {
    parameters: {
      recipe: 'bridge-network',
      name: 'web',
      bridge: 'br0',
      gateway: '10.100.0.1/24',
      uplink: 'eth0',
      endpoints: [
        { namespace: 'red', address: '10.100.0.2/24', publish: [{ hostPort: 8000, port: 8000 }] },
        { namespace: 'green', address: '10.100.0.3/24' }
      ]
    },
    needs: () => [linkKind('bridge')]
  }
]

export const examples: ReadonlyArray<Example & { readonly title: string }> = all
  .filter(({ parameters }) => recipeNames.includes(parameters.recipe))
  .map(each => ({
    ...each,
    title: `${each.parameters.recipe} ${each.parameters.name ?? each.parameters.namespace}`
  }))

export const planOf = ({ parameters }: Example): Plan => {
  const plan = planFrom(parameters)
  if (E.isLeft(plan)) throw new Error(plan.left.message)
  return plan.right
}

/** The host as an example needs it, and nothing else. */
export const prepare = ({ before }: Example): void => {
  raze()
  raise()
  before?.()
}
