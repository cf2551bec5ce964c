/** Bytes that are no message: the frame itself is broken. What is inside a frame is kept, known or not. */
export interface DecodeError {
  readonly _tag: 'DecodeError'
  /** Where in the message, by the names of the definitions: `attributes.metrics`. */
  readonly path: string
  /** Offset of the fault from the start of the bytes given. */
  readonly offset: number
  readonly reason: string
}

/** A value that its definition cannot express. Nothing has been written. */
export interface EncodeError {
  readonly _tag: 'EncodeError'
  /** The member at fault, by the names of the definitions: `attributes.metrics.mtu`. */
  readonly path: string
  readonly reason: string
}

export const decodeError = (path: string, offset: number, reason: string): DecodeError => ({
  _tag: 'DecodeError',
  path,
  offset,
  reason
})

export const encodeError = (reason: string, path = ''): EncodeError => ({ _tag: 'EncodeError', path, reason })

/** Any value at all, as an error shows it: short, and without running code of the value's own. */
export const quoted = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
    case 'bigint':
      return `${value}n`
    case 'function':
      return 'a function'
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'an array' : 'an object'
    default:
      return String(value)
  }
}

/** The same error seen from the member's owner. */
export const inside = (owner: string, error: EncodeError): EncodeError =>
  encodeError(error.reason, error.path === '' ? owner : `${owner}.${error.path}`)
