export { toDot } from './dot'
export { toMermaid } from './mermaid'
export type {
  DefaultRoute,
  LinkEnd,
  Masquerade,
  Process,
  PublishedPort,
  Topology,
  TopologyLink,
  TopologyNamespace
} from './model'
export { topology } from './snapshot'
export { type NotDrawn, toSvg } from './svg'
