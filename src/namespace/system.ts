/** The system calls that Node lacks, and the only file that knows how they are reached. */
import { closeSync, openSync, readSync } from 'node:fs'
import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'
import * as E from 'fp-ts/Either'

/** <linux/sched.h> */
export const CLONE_NEWNS = 0x00020000
export const CLONE_NEWUSER = 0x10000000
export const CLONE_NEWNET = 0x40000000

/** <asm/unistd.h>: the same on every architecture. */
const SYS_pidfd_open = 434

/** <linux/mount.h> */
export const MS_RDONLY = 1
export const MS_NOSUID = 2
export const MS_NODEV = 4
export const MS_NOEXEC = 8
export const MS_BIND = 0x1000
export const MS_REC = 0x4000
export const MS_PRIVATE = 1 << 18
export const MS_SLAVE = 1 << 19
export const MS_SHARED = 1 << 20

/** <linux/fs.h> */
export const MNT_DETACH = 2
export const UMOUNT_NOFOLLOW = 8

/** <linux/fcntl.h>, <sys/file.h> */
export const LOCK_EX = 2
export const LOCK_NB = 4

/** <linux/nsfs.h> */
export const NS_GET_NSTYPE = 0xb703

/** <linux/sockios.h>, <linux/if.h> */
export const SIOCGIFFLAGS = 0x8913
export const SIOCSIFFLAGS = 0x8914
export const IFF_UP = 1

/** <asm-generic/ioctls.h>, <linux/fcntl.h>, <linux/prctl.h> */
export const FIONBIO = 0x5421
export const F_SETFD = 2
export const PR_SET_PDEATHSIG = 1

/** <linux/socket.h>, <linux/net.h>, <linux/in.h> */
export const AF_UNIX = 1
export const AF_INET = 2
export const AF_INET6 = 10
export const AF_NETLINK = 16
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
export const SOCK_RAW = 3
export const SOCK_NONBLOCK = 0o4000
export const SOCK_CLOEXEC = 0o2000000
export const IPPROTO_ICMP = 1
export const IPPROTO_IPV6 = 41
export const IPPROTO_ICMPV6 = 58
export const IPV6_V6ONLY = 26

/** <asm-generic/socket.h> */
export const SOL_SOCKET = 1
export const SO_REUSEADDR = 2
export const SO_ERROR = 4
export const SO_RCVBUFFORCE = 33
export const SO_MEMINFO = 55
export const SO_NETNS_COOKIE = 71

/** <linux/netlink.h> */
export const SOL_NETLINK = 270
export const NETLINK_CAP_ACK = 10
export const NETLINK_EXT_ACK = 11
export const NETLINK_GET_STRICT_CHK = 12
export const NETLINK_NO_ENOBUFS = 5

/** Where a socket of `namespaces.listen` or `namespaces.connect` was to be; not there in errors of anything else. */
export interface AtEndpoint {
  /** The IP address. */
  readonly address?: string
  /** Its port, where it was not for the kernel to choose. */
  readonly port?: number
}

/** A system call that the kernel refused. `man 3 errno` */
export interface SystemCallFailed extends AtEndpoint {
  readonly _tag: 'SystemCallFailed'
  readonly call: string
  /** The program that `namespaces.spawn` was to start. */
  readonly file?: string
  readonly errno: number
  /** The errno's name: `EPERM`. */
  readonly code: string
  readonly message: string
  /** What to do about it, where we know. */
  readonly hint?: string | undefined
}

export type Answer<A> = E.Either<SystemCallFailed, A>

const capabilities: { readonly [call: string]: string } = {
  bind: 'CAP_NET_BIND_SERVICE',
  clone: 'CAP_SYS_ADMIN',
  ioctl: 'CAP_NET_ADMIN',
  mkdir: 'CAP_SYS_ADMIN',
  mount: 'CAP_SYS_ADMIN',
  open: 'CAP_SYS_ADMIN',
  setns: 'CAP_SYS_ADMIN',
  setsockopt: 'CAP_NET_ADMIN',
  socket: 'CAP_NET_RAW',
  umount2: 'CAP_SYS_ADMIN',
  unlink: 'CAP_SYS_ADMIN',
  unshare: 'CAP_SYS_ADMIN'
}

/** The capability that the call most often lacks when it is refused. */
export const capabilityFor = (call: string): string | undefined => capabilities[call]

const hintOf = (call: string, code: string): string | undefined =>
  (code === 'EPERM' || code === 'EACCES') && call in capabilities
    ? `${call} needs ${capabilities[call]}: run as root, or in a user namespace in which you are root`
    : undefined

/** What netlink answers and Node has no name for. <linux/errno.h>, <asm-generic/errno.h> */
const nameless: { readonly [errno: number]: readonly [code: string, meaning: string] } = {
  54: ['EXFULL', 'there is no room for another one'],
  85: ['ERESTART', 'changed in the meantime']
}

const once = <A>(make: () => A): (() => A) => {
  let made: A | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Node makes the map anew at each call. */
const systemErrors = once(getSystemErrorMap)

/** An errno's name and meaning. libuv has no words for some, as EINPROGRESS, and the C library's name for another. */
export const describe = (errno: number): readonly [code: string, meaning: string] => {
  const ours = nameless[errno]
  if (ours !== undefined) return ours
  if (errno === constants.errno.EOPNOTSUPP) return ['EOPNOTSUPP', 'operation not supported']
  const known = systemErrors().get(-errno)
  if (known !== undefined) return known
  const [code = `errno ${errno}`] = Object.entries(constants.errno).find(each => each[1] === errno) ?? []
  return [code, 'refused']
}

/** The one place where such a failure is made. */
export const systemCallFailed = (call: string, errno: number): SystemCallFailed => {
  const [code, meaning] = describe(errno)
  return {
    _tag: 'SystemCallFailed',
    call,
    errno,
    code,
    message: `${call}: ${meaning} (${code})`,
    hint: hintOf(call, code)
  }
}

/** What Node threw when it made the call for us. */
export const failureOf = (call: string, error: unknown): SystemCallFailed => {
  const { errno, message } = error as NodeJS.ErrnoException
  if (errno !== undefined) return systemCallFailed(call, Math.abs(errno))
  return { _tag: 'SystemCallFailed', call, errno: 0, code: 'UNKNOWN', message: `${call}: ${message}` }
}

type Koffi = typeof import('koffi', { with: { 'resolution-mode': 'import' }})

/** Loading koffi takes 12 ms: it waits for the first system call. */
const koffi = once((): Koffi => require('koffi'))

/** The libc that Node itself runs on, GNU's or musl. */
const libc = once(() => koffi().load(null))

const prototypes = {
  __errno_location: 'uintptr __errno_location()',
  bind: 'int bind(int, const void *, unsigned int)',
  capget: 'int capget(void *, void *)',
  clone: 'int clone(void *, void *, int, void *)',
  connect: 'int connect(int, const void *, unsigned int)',
  flock: 'int flock(int, int)',
  getcontext: 'int getcontext(void *)',
  getsockname: 'int getsockname(int, void *, void *)',
  getsockopt: 'int getsockopt(int, int, int, void *, void *)',
  if_nametoindex: 'unsigned int if_nametoindex(const char *)',
  ioctl: 'int ioctl(int, unsigned long, void *)',
  makecontext: 'void makecontext(void *, void *, int, ...)',
  mount: 'int mount(const char *, const char *, const char *, unsigned long, const char *)',
  recvfrom: 'long recvfrom(int, void *, size_t, int, void *, void *)',
  sendto: 'long sendto(int, const void *, size_t, int, const void *, unsigned int)',
  setns: 'int setns(int, int)',
  setsockopt: 'int setsockopt(int, int, int, const void *, unsigned int)',
  socket: 'int socket(int, int, int)',
  socketpair: 'int socketpair(int, int, int, void *)',
  syscall: 'long syscall(long, ...)',
  umount2: 'int umount2(const char *, int)',
  unshare: 'int unshare(int)',
  waitpid: 'int waitpid(int, void *, int)'
}

type Bound = ReturnType<ReturnType<Koffi['load']>['func']>

const functions = new Map<string, Bound>()

const bound = (name: keyof typeof prototypes): Bound => {
  const known = functions.get(name)
  if (known !== undefined) return known
  const made = libc().func(prototypes[name])
  functions.set(name, made)
  return made
}

const call = (name: keyof typeof prototypes, ...args: ReadonlyArray<unknown>): Answer<number> =>
  answerOf(name, bound(name)(...args))

const answerOf = (name: keyof typeof prototypes, returned: unknown): Answer<number> => {
  const result = Number(returned)
  if (result >= 0) return E.right(result)
  // Before anything else: a module that is loaded here has system calls of its own.
  const errno = koffi().errno()
  return E.left(systemCallFailed(name, errno))
}

/** `man 2 setns`: type 0 takes a namespace of any kind. */
export const setns = (descriptor: number, type: number): Answer<number> => call('setns', descriptor, type)

/** `man 2 unshare` */
export const unshare = (flags: number): Answer<number> => call('unshare', flags)

/** `man 2 mount` */
export const mount = (
  source: string | null,
  target: string,
  type: string | null,
  flags: number,
  data: string | null = null
): Answer<number> => call('mount', source, target, type, flags, data)

/** `man 2 umount2` */
export const umount = (target: string, flags: number): Answer<number> => call('umount2', target, flags)

/** `man 2 flock` */
export const flock = (descriptor: number, operation: number): Answer<number> =>
  call('flock', descriptor, operation)

/** `man 2 ioctl`: the bytes are read, written or ignored, as the request has it. */
export const ioctl = (
  descriptor: number,
  request: number,
  argument: Uint8Array | null = null
): Answer<number> => call('ioctl', descriptor, request, argument)

/** `struct ifreq` with an interface's flags. `man 7 netdevice` */
export const ifreq = (name: string, flags: number): Uint8Array => {
  const bytes = new Uint8Array(40)
  bytes.set(Buffer.from(name))
  new Int16Array(bytes.buffer, 16, 1)[0] = flags
  return bytes
}

/** `man 2 socket` */
export const socket = (family: number, type: number, protocol: number): Answer<number> =>
  call('socket', family, type, protocol)

/** `man 2 socketpair`: two stream sockets, closed on exec. */
export const socketpair = (): Answer<readonly [number, number]> => {
  const pair = new Int32Array(2)
  const answer = call('socketpair', AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)
  return E.isLeft(answer) ? answer : E.right([pair[0] ?? -1, pair[1] ?? -1])
}

/** `man 3 if_nametoindex`: 0 if there is no such interface in the namespace that we are in. */
export const ifNameToIndex = (name: string): number => Number(bound('if_nametoindex')(name))

/** `man 2 bind` */
export const bind = (descriptor: number, address: Uint8Array): Answer<number> =>
  call('bind', descriptor, address, address.length)

/** `man 2 connect` */
export const connect = (descriptor: number, address: Uint8Array): Answer<number> =>
  call('connect', descriptor, address, address.length)

/** `man 2 sendto` */
export const sendto = (descriptor: number, bytes: Uint8Array, address: Uint8Array): Answer<number> =>
  call('sendto', descriptor, bytes, bytes.length, 0, address, address.length)

/** What the kernel may be reading, which must not be collected. */
const lent = new Set<Uint8Array>()

/** An address of no family, which the kernel refuses. */
const nowhere = 0

/**
 * The same by one of libuv's threads, and the event loop goes on meanwhile. The bytes must remain as they are. Returns what
 * takes it back, if the kernel has not begun by then: the call fails with EINVAL; or undefined, if too many calls wait
 * for a thread.
 */
export const sendtoAside = (
  descriptor: number,
  bytes: Uint8Array,
  address: Uint8Array,
  then: (answer: Answer<number>) => void
): (() => void) | undefined => {
  // The thread hands it over as it is when its turn has come.
  const to = address.slice()
  const sent = (error: unknown, returned: unknown): void => {
    const answer = error === null ? answerOf('sendto', returned) : E.left(failureOf('sendto', error))
    for (const each of [bytes, to]) lent.delete(each)
    then(answer)
  }
  for (const each of [bytes, to]) lent.add(each)
  try {
    bound('sendto').async(descriptor, bytes, bytes.length, 0, to, to.length, sent)
    return () => to.fill(nowhere)
  } catch {
    for (const each of [bytes, to]) lent.delete(each)
    return undefined
  }
}

/** `man 2 recvfrom`: what came, and the address it came from. */
export const recvfrom = (
  descriptor: number,
  buffer: Uint8Array
): Answer<{ readonly bytes: Uint8Array; readonly from: Uint8Array }> => {
  const from = new Uint8Array(128)
  const length = new Uint32Array([from.length])
  const received = call('recvfrom', descriptor, buffer, buffer.length, 0, from, length)
  return E.isLeft(received)
    ? received
    : E.right({ bytes: buffer.subarray(0, received.right), from: from.subarray(0, length[0]) })
}

/** Gives the size of the whole datagram, even if it was cut. <linux/socket.h> */
const MSG_TRUNC = 0x20

/** `man 2 recvfrom`, for a loop: nothing is made but the answer, which is the datagram's size. */
export const receive = (descriptor: number, into: Uint8Array, from: Uint8Array): Answer<number> =>
  call('recvfrom', descriptor, into, into.length, MSG_TRUNC, from, addressSize(from.length))

/** What a call is told of the room for an address, and overwrites. */
const addressSize = (size: number): Uint32Array => {
  room[0] = size
  return room
}
const room = new Uint32Array(1)

/** `man 2 getsockname`: the address as the kernel wrote it, `sockaddr_nl` for a netlink socket. */
export const getsockname = (descriptor: number): Answer<Uint8Array> => {
  const address = new Uint8Array(128)
  const length = new Uint32Array([address.length])
  const answer = call('getsockname', descriptor, address, length)
  return E.isLeft(answer) ? answer : E.right(address.subarray(0, length[0]))
}

/** `man 2 setsockopt`: a number is a C int. */
export const setsockopt = (
  descriptor: number,
  level: number,
  option: number,
  value: number | Uint8Array
): Answer<number> => {
  const bytes = typeof value === 'number' ? new Int32Array([value]) : value
  return call('setsockopt', descriptor, level, option, bytes, bytes.byteLength)
}

/** `man 2 getsockopt`: at most `size` bytes of the option, which for some begin with what is asked. */
export const getsockopt = (
  descriptor: number,
  level: number,
  option: number,
  size: number,
  question: Uint8Array = new Uint8Array(0)
): Answer<Uint8Array> => {
  const value = new Uint8Array(size)
  value.set(question)
  const length = new Uint32Array([size])
  const answer = call('getsockopt', descriptor, level, option, value, length)
  return E.isLeft(answer) ? answer : E.right(value.subarray(0, length[0]))
}

/** `man 2 getsockopt`, for an option that is a C int. */
export const getsockoptInt = (descriptor: number, level: number, option: number): Answer<number> => {
  const answer = getsockopt(descriptor, level, option, 4)
  return E.isLeft(answer) ? answer : E.right(new Int32Array(answer.right.slice().buffer)[0] ?? 0)
}

/** _LINUX_CAPABILITY_VERSION_3, with two words for each set. <linux/capability.h> */
const capabilityVersion = 0x20080522

/** `man 2 capget`: the capabilities that are in force for this thread, a bit for each. */
export const effectiveCapabilities = (): Answer<bigint> => {
  // Effective, permitted and inheritable ones, first the lower halves and then the upper ones.
  const sets = new Uint32Array(6)
  const answer = call('capget', new Uint32Array([capabilityVersion, 0]), sets)
  return E.isLeft(answer) ? answer : E.right((BigInt(sets[3] ?? 0) << 32n) | BigInt(sets[0] ?? 0))
}

const watched = new Set<unknown>()

/** Calls back whenever the descriptor is ready, until the function that it returns is called. */
export const whenReady = (
  descriptor: number,
  ready: 'readable' | 'writable',
  callback: () => void
): (() => void) => {
  const handle = koffi().node.poll(descriptor, { [ready]: true }, () => callback())
  // The garbage collector would close a handle that nothing refers to.
  watched.add(handle)
  return () => {
    if (watched.delete(handle)) handle.close()
  }
}

/** A descriptor of a process, readable once it has ended. `man 2 pidfd_open` */
export const pidfdOpen = (pid: number): Answer<number> =>
  call('syscall', SYS_pidfd_open, 'int', pid, 'int', 0)

/** How a process ended: by itself, or killed by a signal. */
export type ExitStatus =
  | { readonly code: number; readonly signal: null }
  | { readonly code: null; readonly signal: NodeJS.Signals }

/** <bits/waitstatus.h> */
const exitStatus = (status: number): ExitStatus => {
  const signal = status & 0x7f
  if (signal === 0) return { code: (status >> 8) & 0xff, signal: null }
  const [name = `SIG${signal}`] = Object.entries(constants.signals).find(each => each[1] === signal) ?? []
  return { code: null, signal: name as NodeJS.Signals }
}

/** Waits for a child that `clone` started. `man 2 waitpid` */
export const waitpid = (pid: number): Answer<ExitStatus> => {
  const status = new Int32Array(1)
  const answer = call('waitpid', pid, status, 0)
  return E.isLeft(answer) ? answer : E.right(exitStatus(status[0] ?? 0))
}

/** A function of libc and what it is given: texts, bytes and lists of texts by address. */
export type Call = readonly [
  name: string,
  ...given: ReadonlyArray<number | string | Uint8Array | ReadonlyArray<string> | null>
]

/** Of the call of a child from `clone` that was refused last: it has its errno where we have ours. */
export const errnoOf = (pid: number): number | undefined => {
  const address = bound('__errno_location')() as number | bigint
  const bytes = new Uint8Array(4)
  try {
    const descriptor = openSync(`/proc/${pid}/mem`, 'r')
    try {
      readSync(descriptor, bytes, 0, bytes.length, BigInt(address) as never)
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return undefined
  }
  return new Int32Array(bytes.buffer)[0]
}

/** Room for a ucontext_t, which takes 4560 bytes on arm64, and for the stack of its call. */
const contextSize = 16_384
const stackSize = 32_768

/**
 * Starts a process that makes these calls one after the other, whatever they answer; the last must not return.
 * `man 2 clone`
 *
 * The child never runs JavaScript, because it cannot: V8 keeps its heap out of forked processes (MADV_DONTFORK).
 * So each call is a context of its own (`man 3 makecontext`), whose successor is the next one, and the child begins
 * with setcontext, a function of one argument as clone wants.
 */
export const clone = (flags: number, calls: ReadonlyArray<Call>): Answer<number> => {
  if (!hasContexts()) {
    const hint = 'the C library has no makecontext, as musl has none: use Node on GNU libc'
    return E.left({ ...systemCallFailed('makecontext', constants.errno.ENOSYS), hint })
  }
  const { alloc, decode, encode, free } = koffi()
  const memory: Array<bigint> = []
  const allocate = (size: number): bigint => {
    const address: bigint = alloc('uint8', size)
    memory.push(address)
    return address
  }
  const copied = (bytes: Uint8Array): bigint => {
    const address = allocate(bytes.length)
    encode(address, 'uint8', bytes, bytes.length)
    return address
  }
  const word = (value: Call[number]): number | bigint => {
    if (typeof value === 'number') return value
    if (value === null) return 0
    if (typeof value === 'string') return copied(Buffer.from(`${value}\0`))
    if (value instanceof Uint8Array) return copied(value)
    const words = [...value.map(word), 0]
    const address = allocate(words.length * 8)
    encode(address, 'uintptr', words, words.length)
    return address
  }
  const context = ([name, ...given]: Call, next: bigint): bigint => {
    const address = allocate(contextSize)
    const stack = { pointer: allocate(stackSize), flags: 0, size: stackSize }
    bound('getcontext')(address)
    encode(address, ucontext(), { ...decode(address, ucontext()), link: next, stack })
    const words = given.flatMap(value => ['uintptr', word(value)])
    bound('makecontext')(address, libc().symbol(name), given.length, ...words)
    return address
  }
  try {
    const first = calls.reduceRight((next, each) => context(each, next), 0n)
    const stackTop = allocate(stackSize) + BigInt(stackSize)
    return call('clone', libc().symbol('setcontext'), stackTop, flags | constants.signals.SIGCHLD, first)
  } finally {
    // The child has a copy of its own.
    for (const address of memory) free(address)
  }
}

const hasContexts = once(() => {
  try {
    libc().symbol('makecontext')
    return true
  } catch {
    return false
  }
})

/** How ucontext_t begins, on every architecture. <sys/ucontext.h> */
const ucontext = once(() => {
  const { struct } = koffi()
  const stack = struct({ pointer: 'uintptr', flags: 'int', size: 'size_t' })
  return struct({ flags: 'ulong', link: 'uintptr', stack })
})
