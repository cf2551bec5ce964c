import { openPaced } from './paced'
import type { OpenTransport } from './transport'
import { openWatched } from './watched'

/** Opens a socket in the namespace that the calling thread is in. */
export const openTransport: OpenTransport = (protocol, receiver, options = {}) =>
  options.paced === true ? openPaced(protocol, receiver, options) : openWatched(protocol, receiver, options)
