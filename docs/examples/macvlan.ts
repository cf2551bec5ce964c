/**
 * A web server on one more machine on the host's network, with a hardware address of its own. As root, where eth0 is the
 * interface to the network:
 *
 *   npx ts-node macvlan.ts
 *
 * Within this repository:
 *
 *   node --conditions=isolink-source -r ts-node/register docs/examples/macvlan.ts
 */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { apply, macvlan, namespaces, teardown } from 'isolink/promises'

const address = '10.0.6.22'

const main = async (): Promise<void> => {
  const { name } = await apply(
    macvlan({ namespace: 'blue', parent: 'eth0', addresses: [`${address}/24`], gateway: '10.0.6.1' }),
    { onStep: console.log }
  )
  try {
    const server = createServer((_, response) => response.end('hello from blue'))
    await namespaces.listen('blue', server, { port: 80 })
    // The host itself does not reach it, by the nature of macvlan: its network does, and so does the namespace.
    const socket = await namespaces.connect('blue', { host: address, port: 80 })
    socket.end('GET / HTTP/1.0\r\n\r\n')
    const [, body] = (await text(socket)).split('\r\n\r\n')
    console.log(body)
    server.close()
  } finally {
    await teardown(name)
  }
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
