/** A link, wherever on the machine: the identity of its namespace, and its index there. */
export interface LinkEnd {
  readonly namespace: string
  readonly index: number
}

export interface TopologyLink {
  readonly index: number
  readonly name: string
  /** `veth`, `bridge`; none for a physical device. */
  readonly kind?: string
  readonly up: boolean
  readonly alias?: string
  /** `10.0.0.1/24`, `fd00::1/64`; those that the kernel gives every link itself are left out. */
  readonly addresses: ReadonlyArray<string>
  /** The bridge, bond or VRF that it is a part of, in the same namespace. */
  readonly master?: number
  /** The other end of a pair. */
  readonly peer?: LinkEnd
  /** The link that its packets leave by: of a VLAN, a macvlan, an ipvlan, a tunnel. */
  readonly parent?: LinkEnd
}

export interface DefaultRoute {
  readonly family: 'ipv4' | 'ipv6'
  readonly gateway?: string
  /** Index of the link that it leads out by. */
  readonly link?: number
}

/** Packets that leave with another source address than they came with. */
export interface Masquerade {
  /** The network that they come from; any if there is none. */
  readonly source?: string
  /** The name of the link that they leave by; any if there is none. */
  readonly link?: string
}

/** A port that leads to an address behind. */
export interface PublishedPort {
  readonly protocol: string
  /** Which of the namespace's addresses; all of them if there is none. */
  readonly hostAddress?: string
  /** `8080`, or `8000-8010`. */
  readonly hostPort: string
  readonly address: string
  readonly port: string
}

export interface Process {
  readonly pid: number
  readonly command: string
}

/** A network namespace of this machine. */
export interface TopologyNamespace {
  /** Device and inode, the same by whatever name it is reached; of one that cannot be reached, its id and where. */
  readonly identity: string
  /** Whether we are in it. */
  readonly here: boolean
  /** The names that `ip netns` lists it by. */
  readonly names: ReadonlyArray<string>
  /** The processes in it that we may see; not told of our own namespace. */
  readonly processes: ReadonlyArray<Process>
  /** Why nothing is known of what is in it, where that is so. */
  readonly closed?: string
  readonly links: ReadonlyArray<TopologyLink>
  readonly defaultRoutes: ReadonlyArray<DefaultRoute>
  readonly masquerades: ReadonlyArray<Masquerade>
  readonly published: ReadonlyArray<PublishedPort>
}

/** The network of this machine at one moment: its namespaces, their links, and how those hang together. */
export interface Topology {
  readonly namespaces: ReadonlyArray<TopologyNamespace>
}
