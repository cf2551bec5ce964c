import { attributes, many, message, s16, type TypeOf, u8, u32 } from '../../definition'
import { genlmsghdr } from '../header'
import { header } from './header'

const cableResult = attributes('ETHTOOL_A_CABLE_RESULT', {
  /** ETHTOOL_A_CABLE_PAIR_*. */
  pair: [1, u8],
  /** ETHTOOL_A_CABLE_RESULT_CODE_*. */
  code: [2, u8],
  /** ETHTOOL_A_CABLE_INF_SRC_*: how it was found out. */
  src: [3, u32]
})

const cableFaultLength = attributes('ETHTOOL_A_CABLE_FAULT_LENGTH', {
  pair: [1, u8],
  /** Distance to the fault, in centimetres. */
  cm: [2, u32],
  src: [3, u32]
})

const cableResults = attributes('ETHTOOL_A_CABLE_NEST', {
  result: [1, many(cableResult)],
  faultLength: [2, many(cableFaultLength)]
})

/** Starts a test of the cable: `ethtool --cable-test eth0`. */
export const cableTest = message('cableTest', {
  types: { ETHTOOL_MSG_CABLE_TEST_ACT: 26 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_CABLE_TEST', {
    header: [1, header]
  })
})
export interface CableTest extends TypeOf<typeof cableTest> {}

/** A test of the cable has started, or this is what it found. */
export const cableTestResult = message('cableTestResult', {
  types: { ETHTOOL_MSG_CABLE_TEST_NTF: 27 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_CABLE_TEST_NTF', {
    header: [1, header],
    /** 1 is started, 2 completed. */
    status: [2, u8],
    nest: [3, cableResults]
  })
})
export interface CableTestResult extends TypeOf<typeof cableTestResult> {}

const cableTestTdrCfg = attributes('ETHTOOL_A_CABLE_TEST_TDR_CFG', {
  /** The part of the cable to measure, in centimetres. */
  first: [1, u32],
  last: [2, u32],
  step: [3, u32],
  pair: [4, u8]
})

/** Measures what the cable reflects: `ethtool --cable-test-tdr eth0`. */
export const cableReflection = message('cableReflection', {
  types: { ETHTOOL_MSG_CABLE_TEST_TDR_ACT: 27 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_CABLE_TEST_TDR', {
    header: [1, header],
    cfg: [2, cableTestTdrCfg]
  })
})
export interface CableReflection extends TypeOf<typeof cableReflection> {}

const step = attributes('ETHTOOL_A_CABLE_STEP', {
  /** Centimetres. */
  firstDistance: [1, u32],
  lastDistance: [2, u32],
  stepDistance: [3, u32]
})

const amplitude = attributes('ETHTOOL_A_CABLE_AMPLITUDE', {
  pair: [1, u8],
  mv: [2, s16, 'ETHTOOL_A_CABLE_AMPLITUDE_mV']
})

const pulse = attributes('ETHTOOL_A_CABLE_PULSE', {
  mv: [1, s16, 'ETHTOOL_A_CABLE_PULSE_mV']
})

/** One amplitude for each pair and step, in the order of the cable. */
const reflections = attributes('ETHTOOL_A_CABLE_TDR_NEST', {
  step: [1, step],
  amplitude: [2, many(amplitude)],
  pulse: [3, pulse]
})

/** A measurement of the cable has started, or this is what it found. */
export const cableReflectionResult = message('cableReflectionResult', {
  types: { ETHTOOL_MSG_CABLE_TEST_TDR_NTF: 28 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_CABLE_TEST_TDR_NTF', {
    header: [1, header],
    /** 1 is started, 2 completed. */
    status: [2, u8],
    nest: [3, reflections]
  })
})
export interface CableReflectionResult extends TypeOf<typeof cableReflectionResult> {}
