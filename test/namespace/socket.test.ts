import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import {
  createServer as createHttpServer,
  get,
  type Server as HttpServer,
  type IncomingMessage
} from 'node:http'
import { type AddressInfo, connect as connectHere, createServer, type Server, type Socket } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { connect, listen } from '../../src/namespace'
import { command, kernelTest, run } from '../sandbox'
import { answers, left, noPair, pair, right } from './pair'

const test = suite('listen and connect')
const needs = [command('ip')]

test.before.each(pair)
test.after.each(noPair)

/** Answers each connection with the address that it comes from. */
const greeter = (): Server => createServer(socket => socket.end(`hello ${socket.remoteAddress}`))

const portOf = (server: Server | HttpServer): number => (server.address() as AddressInfo).port

const textOf = async (stream: Socket | IncomingMessage): Promise<string> =>
  Buffer.concat(await stream.toArray()).toString()

const close = (server: Server | HttpServer): Promise<unknown> => once(server.close(), 'close')

for (const [host, peer] of [
  ['10.0.0.2', '10.0.0.1'],
  ['fd00::2', 'fd00::1']
] as const) {
  kernelTest(test, `from one namespace to a server in another: ${host}`, needs, async () => {
    const server = await right(listen('right', greeter(), { host }))
    assert.equal(server.address(), {
      address: host,
      family: host.includes(':') ? 'IPv6' : 'IPv4',
      port: portOf(server)
    })
    const socket = await right(connect('left', { host, port: portOf(server) }))
    assert.is(socket.localAddress, peer)
    assert.is(await textOf(socket), `hello ${peer}`)
    await close(server)
  })
}

kernelTest(test, 'the server is there, and not here', needs, async () => {
  const server = await right(listen('right', greeter(), { port: 8080 }))
  assert.match(run('ip', 'netns', 'exec', 'right', 'cat', '/proc/net/tcp6'), /:1F90 .* 0A /)
  const [error] = await once(connectHere({ host: '127.0.0.1', port: 8080 }), 'error')
  assert.is(error.code, 'ECONNREFUSED')
  await close(server)
})

kernelTest(test, 'without a host it takes IPv4 and IPv6', needs, async () => {
  const server = await right(listen('right', greeter()))
  const port = portOf(server)
  assert.is(await textOf(await right(connect('left', { host: '10.0.0.2', port }))), 'hello ::ffff:10.0.0.1')
  assert.is(await textOf(await right(connect('left', { host: 'fd00::2', port }))), 'hello fd00::1')
  assert.is(
    await textOf(await right(connect('right', { host: '127.0.0.1', port }))),
    'hello ::ffff:127.0.0.1'
  )
  await close(server)
})

kernelTest(test, 'a link-local address has its interface, which is one of the namespace', needs, async () => {
  run('ip', '-n', 'right', 'address', 'add', 'fe80::2/64', 'dev', 'eth0', 'nodad')
  await answers('right', 'fe80::2')
  const at = { host: 'fe80::2%eth0', port: 8080 }
  const server = await right(
    listen(
      'right',
      createServer(socket => socket.end('hello')),
      at
    )
  )
  assert.is(await textOf(await right(connect('left', at))), 'hello')
  await close(server)
})

kernelTest(test, 'HTTP: an http.Server there, http.get from elsewhere', needs, async () => {
  const server = await right(
    listen(
      'right',
      createHttpServer((request, response) => response.end(`you asked for ${request.url}`)),
      { host: '10.0.0.2', port: 80 }
    )
  )
  const socket = await right(connect('left', { host: '10.0.0.2', port: 80 }))
  const request = get({ host: '10.0.0.2', path: '/page', createConnection: () => socket })
  const [response] = await once(request, 'response')
  assert.is(response.statusCode, 200)
  assert.is(await textOf(response), 'you asked for /page')
  await close(server)
})

kernelTest(test, 'datagrams: a socket of each namespace', needs, async () => {
  const server = await right(listen('right', createSocket('udp4'), { host: '10.0.0.2', port: 53 }))
  const client = await right(listen('left', createSocket('udp4')))
  server.on('message', (_, { port, address }: RemoteInfo) => server.send(`hello ${address}`, port, address))
  client.send('hello?', 53, '10.0.0.2')
  const [message, from] = await once(client, 'message')
  assert.equal([String(message), from.address], ['hello 10.0.0.1', '10.0.0.2'])
  server.close()
  client.close()
})

kernelTest(test, 'a megabyte passes unchanged', needs, async () => {
  const sent = Buffer.alloc(1_000_000, 'isolink ')
  const echo = createServer(socket => socket.pipe(socket))
  const server = await right(listen('right', echo, { host: '10.0.0.2' }))
  const socket = await right(connect('left', { host: '10.0.0.2', port: portOf(server) }))
  socket.end(sent)
  assert.ok(sent.equals(Buffer.concat(await socket.toArray())))
  await close(server)
})

kernelTest(test, 'localAddress is where the connection comes from', needs, async () => {
  run('ip', '-n', 'left', 'address', 'add', '10.0.0.11/24', 'dev', 'eth0')
  const server = await right(listen('right', greeter(), { host: '10.0.0.2' }))
  const socket = await right(
    connect('left', { host: '10.0.0.2', port: portOf(server), localAddress: '10.0.0.11' })
  )
  assert.is(await textOf(socket), 'hello 10.0.0.11')
  await close(server)
})

kernelTest(test, 'errors are values', needs, async () => {
  const messageOf = (error: { readonly message: string }): string => error.message
  const server = await right(listen('right', greeter(), { host: '10.0.0.2', port: 80 }))
  const at = { host: '10.0.0.2', port: 81 }
  assert.is(
    messageOf(await left(connect('left', at))),
    'connect 10.0.0.2:81: connection refused (ECONNREFUSED)'
  )
  assert.is(
    messageOf(await left(connect('left', { ...at, host: '192.0.2.1' }))),
    'connect 192.0.2.1:81: network is unreachable (ENETUNREACH)'
  )
  assert.is(
    messageOf(await left(connect('left', { ...at, host: 'example.net' }))),
    'namespaces.connect: host is not an IP address: example.net'
  )
  assert.is(
    messageOf(await left(connect('left', { ...at, port: 65_536 }))),
    'namespaces.connect: port is not a port: 65536'
  )
  assert.is(
    messageOf(await left(connect('left', { port: 81 } as never))),
    'namespaces.connect: host is missing'
  )
  assert.is(
    messageOf(await left(listen('right', greeter(), 8080 as never))),
    'namespaces.listen: options 8080 is no object such as { port: 8080 }'
  )
  assert.is(
    messageOf(await left(listen('right', greeter(), { prot: 8080 } as never))),
    'namespaces.listen: prot is no option: did you mean port?'
  )
  assert.is(
    messageOf(await left(listen('right', greeter(), { host: '10.0.0.2', port: 80 }))),
    'bind 10.0.0.2:80: address already in use (EADDRINUSE)'
  )
  assert.is(
    messageOf(await left(listen('right', greeter(), { host: '10.0.0.3' }))),
    'bind 10.0.0.3: address not available (EADDRNOTAVAIL)'
  )
  assert.is(
    messageOf(await left(connect('left', { host: 'fd00::2', port: 81 }))),
    'connect [fd00::2]:81: connection refused (ECONNREFUSED)'
  )
  assert.is(
    messageOf(await left(connect('left', { ...at, localAddress: '10.0.0.3' }))),
    'bind 10.0.0.3: address not available (EADDRNOTAVAIL)'
  )
  const error = await left(connect('left', at))
  assert.equal('address' in error && [error.address, error.port], [at.host, at.port])
  assert.is((await left(listen('missing', greeter())))._tag, 'NamespaceNotFound')
  await close(server)
})

kernelTest(
  test,
  'a server listens once: the second time is an error value, and leaves it as it is',
  needs,
  async () => {
    const server = await right(listen('right', greeter(), { host: '10.0.0.2' }))
    const socket = await right(listen('right', createSocket('udp4')))
    const before = readdirSync('/proc/self/fd').length
    assert.match(
      (await left(listen('right', server, { host: '10.0.0.2' }))).message,
      /^listen 10\.0\.0\.2: .*more than once/
    )
    assert.match((await left(listen('right', socket))).message, /already bound/)
    assert.is(readdirSync('/proc/self/fd').length, before)
    assert.is(
      await textOf(await right(connect('left', { host: '10.0.0.2', port: portOf(server) }))),
      'hello 10.0.0.1'
    )
    socket.close()
    await close(server)
  }
)

kernelTest(test, 'a connection that was made while the process was busy is made', needs, async () => {
  const server = createServer()
  await right(listen('right', server, { host: '10.0.0.2', port: 80 }))
  // Since then the neighbour is known.
  ;(await right(connect('left', { host: '10.0.0.2', port: 80 }))).destroy()
  const connecting = right(connect('left', { host: '10.0.0.2', port: 80, timeout: 10 }))
  const end = performance.now() + 50
  const isMade = (): boolean => / 01 /.test(run('ip', 'netns', 'exec', 'left', 'cat', '/proc/net/tcp'))
  while (!isMade() || performance.now() < end);
  ;(await connecting).destroy()
  await close(server)
})

kernelTest(test, 'timeout and signal end the wait, and close the socket', needs, async () => {
  // Nobody answers for this address: the kernel would try for seconds.
  const at = { host: '10.0.0.99', port: 80 }
  await left(connect('left', { ...at, timeout: 1 }))
  const before = readdirSync('/proc/self/fd').length
  assert.equal(await left(connect('left', { ...at, timeout: 20 })), {
    _tag: 'TimedOut',
    message: 'namespaces.connect 10.0.0.99:80: not done within 20 ms',
    operation: 'namespaces.connect',
    milliseconds: 20,
    address: '10.0.0.99',
    port: 80
  })
  assert.is((await left(connect('left', { ...at, signal: AbortSignal.abort() })))._tag, 'Aborted')
  assert.is((await left(connect('left', { ...at, signal: AbortSignal.timeout(20) })))._tag, 'Aborted')
  assert.is(readdirSync('/proc/self/fd').length, before)
})

test.run()
