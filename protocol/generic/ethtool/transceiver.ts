import { attributes, bytes, message, string, type TypeOf, u8, u32, uint } from '../../definition'
import { genlmsghdr } from '../header'
import { header } from './header'

/** The plugged-in transceiver: `ethtool --show-module eth0`. */
export const transceiver = message('transceiver', {
  types: {
    ETHTOOL_MSG_MODULE_GET: 34,
    ETHTOOL_MSG_MODULE_SET: 35,
    ETHTOOL_MSG_MODULE_GET_REPLY: 35,
    ETHTOOL_MSG_MODULE_NTF: 36
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_MODULE', {
    header: [1, header],
    /** ETHTOOL_MODULE_POWER_MODE_POLICY_*. */
    powerModePolicy: [2, u8],
    /** ETHTOOL_MODULE_POWER_MODE_*. */
    powerMode: [3, u8]
  })
})
export interface Transceiver extends TypeOf<typeof transceiver> {}

/** The transceiver's memory: `ethtool -m eth0`. */
export const transceiverMemory = message('transceiverMemory', {
  types: { ETHTOOL_MSG_MODULE_EEPROM_GET: 31, ETHTOOL_MSG_MODULE_EEPROM_GET_REPLY: 32 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_MODULE_EEPROM', {
    header: [1, header],
    offset: [2, u32],
    length: [3, u32],
    page: [4, u8],
    bank: [5, u8],
    i2cAddress: [6, u8],
    data: [7, bytes]
  })
})
export interface TransceiverMemory extends TypeOf<typeof transceiverMemory> {}

/** The transceiver's firmware: `ethtool --flash-module-firmware eth0`. */
export const transceiverFirmware = message('transceiverFirmware', {
  types: { ETHTOOL_MSG_MODULE_FW_FLASH_ACT: 44, ETHTOOL_MSG_MODULE_FW_FLASH_NTF: 44 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_MODULE_FW_FLASH', {
    header: [1, header],
    fileName: [2, string],
    password: [3, u32],
    /** ETHTOOL_MODULE_FW_FLASH_STATUS_*. */
    status: [4, u32],
    statusMsg: [5, string],
    /** Bytes, of `total`. */
    done: [6, uint],
    total: [7, uint]
  })
})
export interface TransceiverFirmware extends TypeOf<typeof transceiverFirmware> {}
