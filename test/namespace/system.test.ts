import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as system from '../../src/namespace/system'
import { kernelTest } from '../sandbox'

const test = suite('system')

const answered = <A>(answer: system.Answer<A>): A => {
  if (E.isLeft(answer)) throw new Error(answer.left.message)
  return answer.right
}

const withSocket = (
  family: number,
  type: number,
  protocol: number,
  use: (descriptor: number) => void
): void => {
  const descriptor = answered(system.socket(family, type, protocol))
  try {
    use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

test('a refusal is a value with the name of its errno', () => {
  assert.equal(system.setns(-1, 0), E.left(system.systemCallFailed('setns', constants.errno.EBADF)))
  assert.equal(system.systemCallFailed('setns', constants.errno.EBADF), {
    _tag: 'SystemCallFailed',
    call: 'setns',
    errno: 9,
    code: 'EBADF',
    message: 'setns: bad file descriptor (EBADF)',
    hint: undefined
  })
})

test('every errno that Node knows has its name', () => {
  const aliases = new Set(['EAGAIN', 'EWOULDBLOCK', 'EOPNOTSUPP', 'ENOTSUP'])
  for (const [name, errno] of Object.entries(constants.errno)) {
    const { code } = system.systemCallFailed('any', errno)
    assert.ok(code === name || (aliases.has(name) && aliases.has(code)), `${name} is called ${code}`)
  }
  assert.is(system.systemCallFailed('any', 4000).code, 'errno 4000')
})

test('what Node threw becomes the same value', () => {
  const error = Object.assign(new Error('thrown'), { errno: -2, code: 'ENOENT' })
  assert.equal(system.failureOf('open', error), system.systemCallFailed('open', constants.errno.ENOENT))
  assert.is(system.failureOf('open', new Error('odd')).message, 'open: odd')
})

test('a refusal for want of privilege says which', () => {
  assert.match(
    system.systemCallFailed('mount', constants.errno.EPERM).hint ?? '',
    /^mount needs CAP_SYS_ADMIN: run as root/
  )
})

test('socket options: ints, and bytes of any length', () => {
  withSocket(system.AF_INET, system.SOCK_STREAM, 0, descriptor => {
    const reuse = (): number =>
      answered(system.getsockoptInt(descriptor, system.SOL_SOCKET, system.SO_REUSEADDR))
    assert.is(reuse(), 0)
    answered(system.setsockopt(descriptor, system.SOL_SOCKET, system.SO_REUSEADDR, 1))
    assert.is(reuse(), 1)
    answered(system.setsockopt(descriptor, system.SOL_SOCKET, system.SO_REUSEADDR, new Uint8Array(4)))
    assert.is(reuse(), 0)
    const counters = answered(system.getsockopt(descriptor, system.SOL_SOCKET, system.SO_MEMINFO, 128))
    assert.is(counters.length, 36)
  })
})

kernelTest(test, 'a netlink socket: its options, and its port', [], () => {
  const [AF_NETLINK, NETLINK_ROUTE] = [16, 0]
  withSocket(AF_NETLINK, system.SOCK_RAW, NETLINK_ROUTE, descriptor => {
    answered(system.setsockopt(descriptor, system.SOL_NETLINK, system.NETLINK_EXT_ACK, 1))
    assert.is(answered(system.getsockoptInt(descriptor, system.SOL_NETLINK, system.NETLINK_EXT_ACK)), 1)
    answered(system.bind(descriptor, Uint8Array.from([AF_NETLINK, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])))
    const address = answered(system.getsockname(descriptor))
    assert.is(address.length, 12)
    assert.is(address[0], AF_NETLINK)
    assert.is.not(new DataView(address.buffer).getUint32(4, true), 0)
  })
})

kernelTest(test, 'SO_RCVBUFFORCE', [], () => {
  withSocket(system.AF_INET, system.SOCK_DGRAM, 0, descriptor => {
    const forced = system.setsockopt(descriptor, system.SOL_SOCKET, system.SO_RCVBUFFORCE, 4 << 20)
    // Root of a user namespace is not the root that may.
    if (E.isLeft(forced)) assert.is(forced.left.code, 'EPERM')
    else assert.is(answered(system.getsockoptInt(descriptor, system.SOL_SOCKET, 8)), 8 << 20)
  })
})

test('a process that makes calls: pipes, texts, lists and numbers arrive as they are', () => {
  const [ours, theirs] = answered(system.socketpair())
  const pid = answered(
    system.clone(0, [
      ['dup2', theirs, 1],
      ['write', 1, 'calls: ', 7],
      ['write', 1, new Uint8Array([98, 121, 116, 101, 115, 10]), 6],
      ['execve', '/bin/sh', ['sh', '-c', 'echo $WORD; exit 3'], ['WORD=listed']],
      ['_exit', 127]
    ])
  )
  closeSync(theirs)
  assert.equal(answered(system.waitpid(pid)), { code: 3, signal: null })
  const buffer = new Uint8Array(100)
  const { bytes } = answered(system.recvfrom(ours, buffer))
  closeSync(ours)
  assert.is(Buffer.from(bytes).toString(), 'calls: bytes\nlisted\n')
})

test('a process killed by a signal', () => {
  const pid = answered(system.clone(0, [['pause'], ['_exit', 1]]))
  process.kill(pid, 'SIGTERM')
  assert.equal(answered(system.waitpid(pid)), { code: null, signal: 'SIGTERM' })
})

test.run()
