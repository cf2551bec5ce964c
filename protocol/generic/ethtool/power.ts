import { attributes, many, message, type TypeOf, u32, uint } from '../../definition'
import { genlmsghdr } from '../header'
import { header } from './header'

const powerLimit = attributes('ETHTOOL_A_C33_PSE_PW_LIMIT', {
  /** Milliwatts. */
  min: [1, u32],
  max: [2, u32]
})

/** Power over Ethernet, as its source: `ethtool --show-pse eth0`. */
export const power = message('power', {
  types: { ETHTOOL_MSG_PSE_GET: 36, ETHTOOL_MSG_PSE_SET: 37, ETHTOOL_MSG_PSE_GET_REPLY: 37 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_PSE', {
    header: [1, header],
    /** Over a single pair (PoDL). */
    podlPseAdminState: [2, u32, 'ETHTOOL_A_PODL_PSE_ADMIN_STATE'],
    podlPseAdminControl: [3, u32, 'ETHTOOL_A_PODL_PSE_ADMIN_CONTROL'],
    podlPsePwDStatus: [4, u32, 'ETHTOOL_A_PODL_PSE_PW_D_STATUS'],
    /** Over two pairs or four, by clause 33 of IEEE 802.3. */
    c33PseAdminState: [5, u32, 'ETHTOOL_A_C33_PSE_ADMIN_STATE'],
    c33PseAdminControl: [6, u32, 'ETHTOOL_A_C33_PSE_ADMIN_CONTROL'],
    c33PsePwDStatus: [7, u32, 'ETHTOOL_A_C33_PSE_PW_D_STATUS'],
    c33PsePwClass: [8, u32, 'ETHTOOL_A_C33_PSE_PW_CLASS'],
    /** Milliwatts. */
    c33PseActualPw: [9, u32, 'ETHTOOL_A_C33_PSE_ACTUAL_PW'],
    c33PseExtState: [10, u32, 'ETHTOOL_A_C33_PSE_EXT_STATE'],
    c33PseExtSubstate: [11, u32, 'ETHTOOL_A_C33_PSE_EXT_SUBSTATE'],
    /** Milliwatts. */
    c33PseAvailPwLimit: [12, u32, 'ETHTOOL_A_C33_PSE_AVAIL_PW_LIMIT'],
    c33PsePwLimitRanges: [13, many(powerLimit), 'ETHTOOL_A_C33_PSE_PW_LIMIT_RANGES'],
    /** The power domain, whose members share a budget. */
    pwDId: [14, u32],
    prioMax: [15, u32],
    prio: [16, u32]
  })
})
export interface Power extends TypeOf<typeof power> {}

/** Something happened to the power source. */
export const powerEvent = message('powerEvent', {
  types: { ETHTOOL_MSG_PSE_NTF: 49 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_PSE_NTF', {
    header: [1, header],
    /** ETHTOOL_PSE_EVENT_* bits. */
    events: [2, uint]
  })
})
export interface PowerEvent extends TypeOf<typeof powerEvent> {}
