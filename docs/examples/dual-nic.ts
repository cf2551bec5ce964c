/**
 * A web server on an interface of its own. As root, on a machine with a second interface eth1:
 *
 *   npx ts-node dual-nic.ts
 *
 * Within this repository `isolink` is built first (npm run build), or taken from the source:
 *
 *   node --conditions=isolink-source -r ts-node/register docs/examples/dual-nic.ts
 */
import { createServer } from 'node:http'
import { apply, dualNic, namespaces, open, teardown } from 'isolink/promises'

const plan = dualNic({
  namespace: 'blue',
  nic: 'eth1',
  addresses: ['10.0.6.14/24', 'fd00:6::14/64'],
  gateways: ['10.0.6.1', 'fd00:6::1']
})

const main = async (): Promise<void> => {
  const { name } = await apply(plan, { onStep: console.log })
  try {
    await using blue = open({ namespace: 'blue' })
    for (const { address, prefixLength } of await blue.address.list({ link: 'eth0', family: 'ipv4' }))
      console.log(`address in blue: ${address}/${prefixLength}`)

    const server = createServer((_, response) => response.end('hello from blue'))
    await namespaces.listen('blue', server, { port: 80 })
    const socket = await namespaces.connect('blue', { host: '10.0.6.14', port: 80 })
    socket.end('GET / HTTP/1.0\r\n\r\n')
    const page = Buffer.concat(await socket.toArray()).toString()
    console.log(page.slice(page.indexOf('\r\n\r\n') + 4))
    server.close()
  } finally {
    await teardown(name)
  }
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
