/**
 * A web server with a network of its own, reached by a published port of the host. As root:
 *
 *   npx ts-node veth-masquerade.ts
 *
 * Within this repository `isolink` is built first (npm run build), or taken from the source:
 *
 *   node --conditions=isolink-source -r ts-node/register docs/examples/veth-masquerade.ts
 */
import { createServer } from 'node:http'
import { apply, namespaces, open, teardown, vethMasquerade } from 'isolink/promises'

const plan = vethMasquerade({
  namespace: 'blue',
  address: '192.168.45.3/24',
  gateway: '192.168.45.2',
  publish: [{ hostPort: 8080, port: 80 }]
})

const main = async (): Promise<void> => {
  const { name } = await apply(plan, { onStep: console.log })
  try {
    await using blue = open({ namespace: 'blue' })
    for (const { destination, gateway } of await blue.route.list({ family: 'ipv4', table: 254 }))
      console.log(`route in blue: ${destination}${gateway === undefined ? '' : ` via ${gateway}`}`)

    const server = createServer((_, response) => response.end('hello from blue'))
    await namespaces.listen('blue', server, { port: 80 })
    const response = await fetch('http://127.0.0.1:8080/')
    console.log(await response.text())
    server.close()
  } finally {
    await teardown(name)
  }
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
