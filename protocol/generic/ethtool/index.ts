import { genericFamily } from '../family'
import { cableReflection, cableReflectionResult, cableTest, cableTestResult } from './cable'
import { channels } from './channels'
import { coalescing } from './coalescing'
import { debug } from './debug'
import { eee } from './eee'
import { features, privateFlags } from './features'
import { fec } from './fec'
import { linkInfo, linkModes, linkState } from './link'
import { macMerge } from './mac-merge'
import { pause } from './pause'
import { phy, signalError } from './phy'
import { plca } from './plca'
import { power, powerEvent } from './power'
import { rings } from './rings'
import { rss } from './rss'
import { statistics } from './statistics'
import { stringSets } from './strings'
import { timestamping, timestampingInfo, virtualClocks } from './timestamping'
import { transceiver, transceiverFirmware, transceiverMemory } from './transceiver'
import { tunnelInfo } from './tunnel'
import { wakeOnLan } from './wake-on-lan'

/**
 * Drivers and devices. Booleans are u8: 0, 1, or left out where nothing is known. What the kernel sends is numbered
 * apart from what it is sent. <linux/ethtool_netlink.h>, man 8 ethtool
 */
export const ethtool = genericFamily('ethtool', {
  stringSets,
  linkInfo,
  linkModes,
  linkState,
  debug,
  wakeOnLan,
  features,
  privateFlags,
  rings,
  channels,
  coalescing,
  pause,
  eee,
  timestampingInfo,
  timestamping,
  virtualClocks,
  cableTest,
  cableTestResult,
  cableReflection,
  cableReflectionResult,
  tunnelInfo,
  fec,
  transceiver,
  transceiverMemory,
  transceiverFirmware,
  statistics,
  power,
  powerEvent,
  rss,
  plca,
  macMerge,
  phy,
  signalError
})
