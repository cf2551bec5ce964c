import { controller } from './controller'
import { ethtool } from './ethtool'
import { genericFamily } from './family'
import { inSituOam } from './ioam6'
import { pathManager } from './mptcp'
import { segmentRouting } from './seg6'
import { metrics } from './tcp-metrics'
import { device } from './wireguard/device'

/** The family that knows the others, by name. <linux/genetlink.h>, man 8 genl */
export const nlctrl = genericFamily('nlctrl', { controller })

export const wireguard = genericFamily('wireguard', { device })

export const mptcpPm = genericFamily('mptcp_pm', { pathManager })

export const tcpMetrics = genericFamily('tcp_metrics', { metrics })

export const seg6 = genericFamily('SEG6', { segmentRouting })

export const ioam6 = genericFamily('IOAM6', { inSituOam })

/** NETLINK_GENERIC, family by family. */
export const generic = [nlctrl, ethtool, wireguard, mptcpPm, tcpMetrics, seg6, ioam6] as const
