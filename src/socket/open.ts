import { openPaced } from './paced'
import type { OpenSocketTransport } from './transport'
import { openWatched } from './watched'

/** Opens a socket in the namespace that the calling thread is in. */
export const openTransport: OpenSocketTransport = (protocol, receiver, options = {}) =>
  options.paced === true ? openPaced(protocol, receiver, options) : openWatched(protocol, receiver, options)
