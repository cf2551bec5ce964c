import { arrayOf, attributes, fixedString, struct, u16, u32 } from '../../definition'

/** How long a bit is, in quanta of time. <linux/can/netlink.h> */
export const canBittiming = struct('can_bittiming', {
  /** Bits a second. */
  bitrate: u32,
  /** Where in a bit it is read, in tenths of a percent. */
  samplePoint: u32,
  /** A quantum, in nanoseconds. */
  tq: u32,
  propSeg: u32,
  phaseSeg1: u32,
  phaseSeg2: u32,
  sjw: u32,
  brp: u32
})

/** What lengths the controller can make. <linux/can/netlink.h> */
export const canBittimingConst = struct('can_bittiming_const', {
  /** Of the controller. */
  name: fixedString(16),
  tseg1Min: u32,
  tseg1Max: u32,
  tseg2Min: u32,
  tseg2Max: u32,
  sjwMax: u32,
  brpMin: u32,
  brpMax: u32,
  brpInc: u32
})

/** <linux/can/netlink.h> */
export const canClock = struct('can_clock', {
  /** Hertz. */
  freq: u32
})

/** <linux/can/netlink.h> */
export const canCtrlmode = struct('can_ctrlmode', {
  /** Which bits of `flags` count. */
  mask: u32,
  /** CAN_CTRLMODE_* bits. */
  flags: u32
})

/** <linux/can/netlink.h> */
export const canBerrCounter = struct('can_berr_counter', { txerr: u16, rxerr: u16 })

/** <linux/can/netlink.h> */
export const canDeviceStats = struct('can_device_stats', {
  busError: u32,
  errorWarning: u32,
  errorPassive: u32,
  busOff: u32,
  arbitrationLost: u32,
  restarts: u32
})

/** How a transmitter allows for the delay of its transceiver. <linux/can/netlink.h> */
export const canTdc = attributes('IFLA_CAN_TDC', {
  tdcvMin: [1, u32],
  tdcvMax: [2, u32],
  tdcoMin: [3, u32],
  tdcoMax: [4, u32],
  tdcfMin: [5, u32],
  tdcfMax: [6, u32],
  tdcv: [7, u32],
  tdco: [8, u32],
  tdcf: [9, u32]
})

/** Pulse widths of CAN XL. <linux/can/netlink.h> */
export const canPwm = attributes('IFLA_CAN_PWM', {
  pwmsMin: [1, u32],
  pwmsMax: [2, u32],
  pwmlMin: [3, u32],
  pwmlMax: [4, u32],
  pwmoMin: [5, u32],
  pwmoMax: [6, u32],
  pwms: [7, u32],
  pwml: [8, u32],
  pwmo: [9, u32]
})

/** A controller area network: `ip link set can0 type can`. <linux/can/netlink.h> */
export const can = attributes('IFLA_CAN', {
  bittiming: [1, canBittiming],
  bittimingConst: [2, canBittimingConst],
  clock: [3, canClock],
  /** CAN_STATE_*. */
  state: [4, u32],
  ctrlmode: [5, canCtrlmode],
  /** Milliseconds after which a controller that went off comes back, 0 is never. */
  restartMs: [6, u32],
  restart: [7, u32],
  berrCounter: [8, canBerrCounter],
  dataBittiming: [9, canBittiming],
  dataBittimingConst: [10, canBittimingConst],
  /** In ohms. */
  termination: [11, u16],
  terminationConst: [12, arrayOf(u16)],
  bitrateConst: [13, arrayOf(u32)],
  dataBitrateConst: [14, arrayOf(u32)],
  bitrateMax: [15, u32],
  tdc: [16, canTdc],
  ctrlmodeExt: [
    17,
    attributes('IFLA_CAN_CTRLMODE', {
      /** CAN_CTRLMODE_* bits. */
      supported: [1, u32]
    })
  ],
  xlDataBittiming: [18, canBittiming],
  xlDataBittimingConst: [19, canBittimingConst],
  xlDataBitrateConst: [20, arrayOf(u32)],
  xlTdc: [21, canTdc],
  xlPwm: [22, canPwm]
})

/** <linux/can/netlink.h> */
export const CAN_CTRLMODE = {
  LOOPBACK: 0x1,
  LISTENONLY: 0x2,
  '3_SAMPLES': 0x4,
  ONE_SHOT: 0x8,
  BERR_REPORTING: 0x10,
  FD: 0x20,
  PRESUME_ACK: 0x40,
  FD_NON_ISO: 0x80,
  CC_LEN8_DLC: 0x100,
  TDC_AUTO: 0x200,
  TDC_MANUAL: 0x400
} as const

/** <linux/can/netlink.h> */
export const CAN_STATE = {
  ERROR_ACTIVE: 0,
  ERROR_WARNING: 1,
  ERROR_PASSIVE: 2,
  BUS_OFF: 3,
  STOPPED: 4,
  SLEEPING: 5
} as const
