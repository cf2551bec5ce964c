import * as E from 'fp-ts/Either'
import { type Plan, planFrom, recipeNames } from '../../../src/recipe'
import { ip, raise, raze } from '../../lab'
import { linkKind, type Missing } from '../../sandbox'

interface Example {
  readonly parameters: { readonly recipe: string; readonly [key: string]: unknown }
  /** Commands of ip(8) on the host before. */
  readonly before?: string
  readonly needs?: ReadonlyArray<Missing>
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
    needs: [linkKind('bridge')]
  },
  {
    parameters: {
      recipe: 'macvlan',
      namespace: 'blue',
      parent: 'eth0',
      addresses: ['10.0.6.22/24'],
      gateway: '10.0.6.1'
    },
    needs: [linkKind('macvlan')]
  },
  {
    parameters: {
      recipe: 'ipvlan',
      namespace: 'blue',
      parent: 'eth0',
      addresses: ['10.0.6.22/24'],
      gateway: '10.0.6.1'
    },
    needs: [linkKind('ipvlan')]
  },
  {
    parameters: {
      recipe: 'dual-nic',
      namespace: 'blue',
      nic: 'eth1',
      addresses: ['10.0.8.14/24'],
      gateway: '10.0.8.1'
    },
    before:
      'link add eth1 type veth peer name wire1\nlink set wire1 up\nlink set eth1 up\naddress add 10.0.8.7/24 dev eth1'
  },
  {
    parameters: {
      recipe: 'host-fake-ip',
      namespace: 'blue',
      nic: 'eth0',
      publish: [{ hostPort: 22, port: 22 }]
    }
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
    needs: [linkKind('bridge')]
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
  if (before !== undefined) ip(before)
}
