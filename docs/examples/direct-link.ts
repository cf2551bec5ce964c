/**
 * A wire straight between two namespaces, of which the host sees nothing. As root:
 *
 *   npx ts-node direct-link.ts
 *
 * Within this repository:
 *
 *   node --conditions=isolink-source -r ts-node/register docs/examples/direct-link.ts
 */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { apply, directLink, namespaces, teardown } from 'isolink/promises'

const main = async (): Promise<void> => {
  // A process keeps its network when the name is gone: like `unshare --net`, an unnamed namespace.
  await namespaces.create('nameless')
  const child = await namespaces.spawn('nameless', 'sleep', ['60'])
  await namespaces.remove('nameless')

  const { name } = await apply(
    directLink({
      name: 'ab',
      ends: [
        { pid: child.pid ?? 0, interface: 'veth11', address: '192.168.5.1/24' },
        { namespace: 'blue', interface: 'veth22', address: '192.168.5.2/24' }
      ]
    }),
    { onStep: console.log }
  )
  try {
    const server = createServer((_, response) => response.end('hello from blue'))
    await namespaces.listen('blue', server, { host: '192.168.5.2', port: 80 })
    const socket = await namespaces.connect({ pid: child.pid ?? 0 }, { host: '192.168.5.2', port: 80 })
    socket.end('GET / HTTP/1.0\r\n\r\n')
    const [, body] = (await text(socket)).split('\r\n\r\n')
    console.log(body)
    server.close()
  } finally {
    await teardown(name)
    child.kill()
  }
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
