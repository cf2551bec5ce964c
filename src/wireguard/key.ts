import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto'
import * as E from 'fp-ts/Either'

/** Bytes of a key. */
const length = 32

/** What stands before the 32 bytes of an X25519 private key in PKCS #8. RFC 8410 */
const prefix = Buffer.from('302e020100300506032b656e04220420', 'hex')

/** A key as `wg` writes it: 32 bytes in base64. */
export const parseKey = (text: string): E.Either<string, Uint8Array> => {
  const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64')
  return bytes.length === length && bytes.toString('base64') === text
    ? E.right(new Uint8Array(bytes))
    : E.left('is not 32 bytes in base64, as wg genkey prints them')
}

/** All zeros stand for none. */
export const formatKey = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined || bytes.every(byte => byte === 0) ? undefined : Buffer.from(bytes).toString('base64')

export interface KeyPair {
  readonly privateKey: string
  readonly publicKey: string
}

/** With the bits set that X25519 sets anyway. The kernel keeps and shows a key so. RFC 7748, section 5 */
const clamped = (secret: Buffer): Buffer => {
  secret.writeUInt8(secret.readUInt8(0) & 248, 0)
  secret.writeUInt8((secret.readUInt8(length - 1) & 127) | 64, length - 1)
  return secret
}

/** A private key of one's own, and the public one that its peers are given: `wg genkey`, `wg pubkey`. */
export const generateKeys = (): KeyPair => {
  const secret = clamped(randomBytes(length))
  const key: KeyObject = createPrivateKey({
    key: Buffer.concat([prefix, secret]),
    format: 'der',
    type: 'pkcs8'
  })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    privateKey: secret.toString('base64'),
    publicKey: spki.subarray(-length).toString('base64')
  }
}
