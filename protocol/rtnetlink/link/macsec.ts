import { attributes, be16, be64, bytes, u8, u32, u64 } from '../../definition'

/** Ethernet encrypted frame by frame: `ip link add link eth0 type macsec`. <linux/if_link.h> */
export const macsec = attributes('IFLA_MACSEC', {
  /** The secure channel: an Ethernet address, then a port. */
  sci: [1, be64],
  port: [2, be16],
  icvLen: [3, u8],
  /** MACSEC_CIPHER_ID_*. */
  cipherSuite: [4, u64],
  window: [5, u32],
  encodingSa: [6, u8],
  encrypt: [7, u8],
  protect: [8, u8],
  incSci: [9, u8],
  es: [10, u8],
  scb: [11, u8],
  replayProtect: [12, u8],
  /** MACSEC_VALIDATE_*. */
  validation: [13, u8],
  pad: [14, bytes],
  /** MACSEC_OFFLOAD_*. */
  offload: [15, u8]
})

/** <linux/if_macsec.h> */
export const MACSEC_CIPHER_ID = {
  GCM_AES_128: 0x0080c20001000001n,
  GCM_AES_256: 0x0080c20001000002n,
  GCM_AES_XPN_128: 0x0080c20001000003n,
  GCM_AES_XPN_256: 0x0080c20001000004n
} as const

/** <linux/if_link.h> */
export const MACSEC_VALIDATE = { DISABLED: 0, CHECK: 1, STRICT: 2 } as const

/** <linux/if_link.h> */
export const MACSEC_OFFLOAD = { OFF: 0, PHY: 1, MAC: 2 } as const
