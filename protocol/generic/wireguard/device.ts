import {
  attributes,
  bytes,
  ip,
  list,
  message,
  s64,
  string,
  struct,
  type TypeOf,
  u8,
  u16,
  u32,
  u64
} from '../../definition'
import { genlmsghdr } from '../header'
import { endpoint } from './endpoint'

/** Seconds and nanoseconds since 1970. <linux/time_types.h> */
const kernelTimespec = struct('__kernel_timespec', { sec: s64, nsec: s64 })

/** Addresses that a peer may use inside the tunnel, and that are sent to it. */
export const allowedIp = attributes('WGALLOWEDIP_A', {
  /** AF_*. */
  family: [1, u16],
  ipaddr: [2, ip],
  /** Length of the prefix, in bits. */
  cidrMask: [3, u8],
  /** WGALLOWEDIP_F_*. */
  flags: [4, u32]
})

/** The other end of a tunnel. A long list of allowed addresses goes on in the next message, under the same key. */
export const peer = attributes('WGPEER_A', {
  publicKey: [1, bytes],
  /** All zeros for none. */
  presharedKey: [2, bytes],
  /** WGPEER_F_* bits. */
  flags: [3, u32],
  endpoint: [4, endpoint],
  /** Seconds; 0 for never. */
  persistentKeepaliveInterval: [5, u16],
  /** Zero before the first one. */
  lastHandshakeTime: [6, kernelTimespec],
  rxBytes: [7, u64],
  txBytes: [8, u64],
  allowedips: [9, list(0, allowedIp)],
  protocolVersion: [10, u32]
})

/** A tunnel's interface with its peers: `wg show`. <linux/wireguard.h> */
export const device = message('device', {
  types: { WG_CMD_GET_DEVICE: 0, WG_CMD_SET_DEVICE: 1 },
  header: genlmsghdr,
  attributes: attributes('WGDEVICE_A', {
    ifindex: [1, u32],
    ifname: [2, string],
    /** 32 bytes; all zeros for none. Only root sees it. */
    privateKey: [3, bytes],
    publicKey: [4, bytes],
    /** WGDEVICE_F_*. */
    flags: [5, u32],
    /** The UDP port; 0 lets the kernel choose. */
    listenPort: [6, u16],
    /** Mark of the packets that it sends; 0 for none. */
    fwmark: [7, u32],
    peers: [8, list(0, peer)]
  })
})
export interface Device extends TypeOf<typeof device> {}

/** Flags of a change to a device. <linux/wireguard.h> */
export const WGDEVICE_F = {
  /** The peers of this message are all there shall be. */
  REPLACE_PEERS: 0x1
} as const

/** Flags of a change to a peer. <linux/wireguard.h> */
export const WGPEER_F = {
  REMOVE_ME: 0x1,
  REPLACE_ALLOWEDIPS: 0x2,
  /** Not to be added if it is not there. */
  UPDATE_ONLY: 0x4
} as const

/** Flags of a change to an allowed address. <linux/wireguard.h> */
export const WGALLOWEDIP_F = { REMOVE_ME: 0x1 } as const
