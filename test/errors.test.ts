/** The page of errors has all that there are, and none that there is not. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TaskEither } from 'fp-ts/TaskEither'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { DecodeError, EncodeError, HexError } from '../protocol'
import type { namespaces, toSvg } from '../src'
import type { WrongUsage } from '../src/command/outcome'
import type { IsolationError } from '../src/isolation/error'
import type { SyntaxFault } from '../src/nftables/cursor'
import type { NetlinkError } from '../src/socket/error'

const test = suite('errors')

type Left<F> = F extends (...given: never) => TaskEither<infer L, unknown> ? L : never

type Tag = (
  | IsolationError
  | NetlinkError
  | Left<typeof toSvg>
  | { [V in keyof typeof namespaces]: Left<(typeof namespaces)[V]> }[keyof typeof namespaces]
  | DecodeError
  | EncodeError
  | HexError
  | SyntaxFault
  | WrongUsage
)['_tag']

/** The compiler misses one that is not here, and knows of none that is here in vain. */
const tags: { readonly [T in Tag]: true } = {
  Aborted: true,
  CapabilityMissing: true,
  Closed: true,
  DecodeError: true,
  EncodeError: true,
  Failed: true,
  HexError: true,
  InvalidInput: true,
  InvalidParameters: true,
  InvalidReference: true,
  JournalFailed: true,
  LinkStuck: true,
  LinkUnmovable: true,
  Malformed: true,
  NameTaken: true,
  NamespaceExists: true,
  NamespaceNotFound: true,
  NoSandbox: true,
  NotANamespace: true,
  NotApplied: true,
  NotDrawn: true,
  NotExecutable: true,
  NotFound: true,
  NotPrepared: true,
  Overrun: true,
  PermissionDenied: true,
  PortTaken: true,
  PremiseFailed: true,
  RecoveryFailed: true,
  Rejected: true,
  StepFailed: true,
  SyntaxFault: true,
  SysctlFailed: true,
  SystemCallFailed: true,
  TeardownFailed: true,
  TimedOut: true,
  Unexpected: true,
  UnsupportedByKernel: true,
  WatchdogFailed: true,
  WrongUsage: true
}

test('docs/errors.md', () => {
  const page = readFileSync(resolve(__dirname, '../docs/errors.md'), 'utf8')
  const told = [...page.matchAll(/^\| `([A-Z][A-Za-z]*[a-z][A-Za-z]*)` \|/gm)].map(([, tag]) => tag)
  assert.equal(told.sort(), Object.keys(tags).sort())
})

test.run()
