import { attributes, be16, many, message, type TypeOf, u32 } from '../../definition'
import { genlmsghdr } from '../header'
import { bitset } from './bitset'
import { header } from './header'

const tunnelUdpEntry = attributes('ETHTOOL_A_TUNNEL_UDP_ENTRY', {
  port: [1, be16],
  /** ETHTOOL_UDP_TUNNEL_TYPE_*. */
  type: [2, u32]
})

const tunnelUdpTable = attributes('ETHTOOL_A_TUNNEL_UDP_TABLE', {
  /** How many ports fit. */
  size: [1, u32],
  types: [2, bitset],
  entry: [3, many(tunnelUdpEntry)]
})

const tunnelUdp = attributes('ETHTOOL_A_TUNNEL_UDP', {
  table: [1, many(tunnelUdpTable)]
})

/** The UDP ports whose tunnels the device understands: `ethtool --show-tunnels eth0`. */
export const tunnelInfo = message('tunnelInfo', {
  types: { ETHTOOL_MSG_TUNNEL_INFO_GET: 28, ETHTOOL_MSG_TUNNEL_INFO_GET_REPLY: 29 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_TUNNEL_INFO', {
    header: [1, header],
    udpPorts: [2, tunnelUdp]
  })
})
export interface TunnelInfo extends TypeOf<typeof tunnelInfo> {}
