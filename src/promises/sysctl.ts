import * as sysctl from '../sysctl'
import { promise } from './promise'

export * from '../sysctl'

/**
 * The value of a kernel parameter in a namespace, ours by default: `sysctl -n`. man 8 sysctl
 *
 * @throws IsolinkError if there is none, or it may not be read
 */
export const get = promise(() => sysctl.get)

/**
 * The interfaces that have parameters of a family in a namespace, ours by default.
 *
 * @throws IsolinkError if they may not be listed
 */
export const interfaces = promise(() => sysctl.interfaces)

/**
 * Sets a kernel parameter in a namespace, ours by default: `sysctl -w`.
 *
 * @throws IsolinkError if there is none, or it may not be set so
 */
export const set = promise(() => sysctl.set)
