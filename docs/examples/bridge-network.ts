/**
 * Two namespaces on a bridge, and a third that joins them later. As root:
 *
 *   npx ts-node bridge-network.ts
 *
 * Within this repository `isolink` is built first (npm run build), or taken from the source:
 *
 *   node --conditions=isolink-source -r ts-node/register docs/examples/bridge-network.ts
 */
import { createServer } from 'node:http'
import { apply, attach, bridgeNetwork, detach, namespaces, teardown } from 'isolink/promises'

const plan = bridgeNetwork({
  name: 'web',
  gateway: '10.100.0.1/24',
  endpoints: [
    {
      namespace: 'red',
      interface: 'red0',
      address: '10.100.0.2/24',
      publish: [{ hostPort: 8000, port: 8000 }]
    },
    { namespace: 'green', address: '10.100.0.3/24' }
  ]
})

const main = async (): Promise<void> => {
  const { name } = await apply(plan, { onStep: console.log })
  try {
    const server = createServer((_, response) => response.end('hello from red'))
    await namespaces.listen('red', server, { port: 8000 })
    const response = await fetch('http://127.0.0.1:8000/')
    console.log(await response.text())
    server.close()

    await attach(name, { namespace: 'blue', address: '10.100.0.4/24' })
    const { received } = await namespaces.ping('blue', '10.100.0.3')
    console.log(`blue reaches green: ${received === 1}`)
    await detach(name, 'blue')
  } finally {
    await teardown(name)
  }
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
