import { type Check, text } from '../described'

/** nft keeps a comment in so many bytes, with a zero behind it. */
const longestComment = 128

export const commentFault = (comment: string | undefined): string | undefined =>
  comment !== undefined && Buffer.byteLength(comment) > longestComment
    ? `a comment has ${longestComment} bytes at most, and this one ${Buffer.byteLength(comment)}`
    : undefined

export const comment: Check = value =>
  text(value) ??
  (commentFault(value as string) === undefined
    ? undefined
    : `of ${Buffer.byteLength(value as string)} bytes is too long: ${longestComment} bytes at most are kept`)
