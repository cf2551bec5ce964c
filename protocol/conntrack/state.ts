import { attributes, be32, be64, bytes, struct, u8 } from '../definition'

/** Which flags to change, and to what. <linux/netfilter/nf_conntrack_tcp.h> */
export const nfCtTcpFlags = struct('nf_ct_tcp_flags', {
  /** IP_CT_TCP_FLAG_*. */
  flags: u8,
  /** The flags that are meant; the kernel sends 0 here. */
  mask: u8
})

export const tcpState = attributes('CTA_PROTOINFO_TCP', {
  /** TCP_CONNTRACK_*. */
  state: [1, u8],
  /** Window scale, as a shift. */
  wscaleOriginal: [2, u8],
  wscaleReply: [3, u8],
  flagsOriginal: [4, nfCtTcpFlags],
  flagsReply: [5, nfCtTcpFlags]
})

/** Newer kernels no longer track DCCP. */
export const dccpState = attributes('CTA_PROTOINFO_DCCP', {
  /** CT_DCCP_*. */
  state: [1, u8],
  /** 0 for the client, 1 for the server. */
  role: [2, u8],
  handshakeSeq: [3, be64],
  pad: [4, bytes]
})

export const sctpState = attributes('CTA_PROTOINFO_SCTP', {
  /** SCTP_CONNTRACK_*. */
  state: [1, u8],
  vtagOriginal: [2, be32],
  vtagReply: [3, be32]
})

/** What the kernel knows of a connection's state, by its protocol. */
export const protocolState = attributes('CTA_PROTOINFO', {
  tcp: [1, tcpState],
  dccp: [2, dccpState],
  sctp: [3, sctpState]
})

/** States of a TCP connection. <linux/netfilter/nf_conntrack_tcp.h> */
export const TCP_CONNTRACK = {
  NONE: 0,
  SYN_SENT: 1,
  SYN_RECV: 2,
  ESTABLISHED: 3,
  FIN_WAIT: 4,
  CLOSE_WAIT: 5,
  LAST_ACK: 6,
  TIME_WAIT: 7,
  CLOSE: 8,
  /** Both ends opened at once. */
  SYN_SENT2: 9
} as const

/** What is known of one end of a TCP connection. <linux/netfilter/nf_conntrack_tcp.h> */
export const IP_CT_TCP_FLAG = {
  WINDOW_SCALE: 0x01,
  SACK_PERM: 0x02,
  /** This end sent FIN first. */
  CLOSE_INIT: 0x04,
  /** Segments out of the window do not make the connection invalid. */
  BE_LIBERAL: 0x08,
  DATA_UNACKNOWLEDGED: 0x10,
  MAXACK_SET: 0x20
} as const

/** States of an SCTP association. <linux/netfilter/nf_conntrack_sctp.h> */
export const SCTP_CONNTRACK = {
  NONE: 0,
  CLOSED: 1,
  COOKIE_WAIT: 2,
  COOKIE_ECHOED: 3,
  ESTABLISHED: 4,
  SHUTDOWN_SENT: 5,
  SHUTDOWN_RECD: 6,
  SHUTDOWN_ACK_SENT: 7,
  HEARTBEAT_SENT: 8
} as const
