/**
 * A web server on a second IP address of the host's network, with the host's own hardware address. As root, where eth0 is the
 * interface to the network:
 *
 *   npx ts-node ipvlan.ts
 *
 * Within this repository:
 *
 *   node --conditions=isolink-source -r ts-node/register docs/examples/ipvlan.ts
 */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { apply, ipvlan, namespaces, teardown } from 'isolink/promises'

const address = '10.0.6.22'

const main = async (): Promise<void> => {
  const { name } = await apply(
    ipvlan({ namespace: 'blue', parent: 'eth0', addresses: [`${address}/24`], gateway: '10.0.6.1' }),
    { onStep: console.log }
  )
  try {
    const server = createServer((_, response) => response.end('hello from blue'))
    await namespaces.listen('blue', server, { port: 80 })
    // The host itself does not reach it, by the nature of ipvlan: its network does, and so does the namespace.
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
