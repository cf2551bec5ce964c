import type { NewAddress } from '../address'
import type { LinkChange, NewLink } from '../link'
import type { NamespaceRef } from '../namespace/reference'
import type { NewRoute } from '../route'

/** Where a step acts: in a namespace, or on the host if there is none. */
interface Placed {
  readonly namespace?: NamespaceRef
}

/** Makes a named namespace with `lo` up, unless it is there; then it is used and left in place. */
export interface CreateNamespace {
  readonly _tag: 'CreateNamespace'
  readonly name: string
}

export interface AddLink extends Placed {
  readonly _tag: 'AddLink'
  readonly link: NewLink
}

export interface SetLink extends Placed {
  readonly _tag: 'SetLink'
  readonly link: string
  readonly change: LinkChange
}

/** Waits until links that are up pass packets and addresses are answered for: the kernel sees to it a little later. */
export interface AwaitReadiness extends Placed {
  readonly _tag: 'AwaitReadiness'
  readonly links: ReadonlyArray<string>
  readonly addresses: ReadonlyArray<string>
}

/** Makes a bridge's port an access port: it is in one VLAN, and what passes it bears no tag. */
export interface JoinVlan extends Placed {
  readonly _tag: 'JoinVlan'
  readonly link: string
  readonly vlan: number
}

/**
 * Moves a link of the host into a namespace. All that the host loses by that comes back when the isolation is taken
 * down.
 */
export interface MoveLink {
  readonly _tag: 'MoveLink'
  readonly link: string
  readonly namespace: NamespaceRef
  /** What it is called there. */
  readonly name: string
  /** Its addresses, routes, neighbours and parameters, and the host's rules, are there too. */
  readonly furnished?: boolean
}

export interface AddAddress extends Placed {
  readonly _tag: 'AddAddress'
  readonly address: NewAddress
}

export interface AddRoute extends Placed {
  readonly _tag: 'AddRoute'
  readonly route: NewRoute
  /** Behind one to the same destination that is there already: it is taken once that is gone. */
  readonly append?: boolean
}

export interface SetSysctl extends Placed {
  readonly _tag: 'SetSysctl'
  readonly key: string
  readonly value: string
  /** A kernel without the parameter does not need it set. */
  readonly optional?: boolean
}

/** Lets packets that come in by these links go on to others. */
export interface Forward extends Placed {
  readonly _tag: 'Forward'
  readonly family: 'ipv4' | 'ipv6'
  readonly links: ReadonlyArray<string>
}

/** What our table of a firewall holds for an isolation. */
export type Entry =
  /** Packets from the network that leave by the link get the link's address. */
  | { readonly _tag: 'Masquerade'; readonly network: string; readonly link: string }
  /** Connections to the host's port, and to as many behind it as are asked for, go to the address and port inside. */
  | {
      readonly _tag: 'Publish'
      readonly protocol: 'tcp' | 'udp' | 'sctp'
      /** Which of the host's addresses; all of them if there is none. */
      readonly hostAddress?: string
      readonly hostPort: number
      readonly address: string
      readonly port: number
      /** Default: one. The n-th port leads to the n-th inside. */
      readonly count?: number
    }
  /** Only replies, published ports and what is allowed get to the link, and only the network's packets from it. */
  | { readonly _tag: 'Guard'; readonly link: string; readonly network: string }
  /**
   * What comes in by the link goes nowhere but to guarded links, if it is forwarded only since an isolation wants it: the
   * host is no router for its neighbours. One that was a router before remains one.
   */
  | { readonly _tag: 'Confine'; readonly link: string }
  /** What is behind the one link and what is behind the other reach each other, guarded or not. */
  | { readonly _tag: 'Allow'; readonly link: string; readonly other: string }
  /** The same for the bridge of another network, by its name; where there is none by it, the name is the bridge's. */
  | { readonly _tag: 'AllowNetwork'; readonly link: string; readonly name: string }
  /** Published ports can be reached from the network that they lead to. */
  | { readonly _tag: 'Hairpin'; readonly network: string }
  /** Published ports can be reached by 127.0.0.1, through the link; nobody behind it can use that. */
  | { readonly _tag: 'Loopback'; readonly link: string }

/** Entries in our table, in the firewall of the namespace where the step is placed. */
export interface AddEntries extends Placed {
  readonly _tag: 'AddEntries'
  readonly family: 'ip' | 'ip6'
  readonly entries: ReadonlyArray<Entry>
}

/** Sees that no other firewall drops what passes between the link and the uplink: our table decides about that. */
export interface PassFirewalls extends Placed {
  readonly _tag: 'PassFirewalls'
  readonly family: 'ip' | 'ip6'
  readonly link: string
  readonly uplink: string
  /** The link is a bridge: so does what passes between those on it, and between it and these networks. */
  readonly networks?: ReadonlyArray<string>
}

export type Step =
  | CreateNamespace
  | AddLink
  | SetLink
  | AwaitReadiness
  | JoinVlan
  | MoveLink
  | AddAddress
  | AddRoute
  | SetSysctl
  | Forward
  | AddEntries
  | PassFirewalls
