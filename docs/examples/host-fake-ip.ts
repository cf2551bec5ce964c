/**
 * The host behind its own interface. As root:
 *
 *   npx ts-node host-fake-ip.ts
 *
 * Within this repository `isolink` is built first (npm run build), or taken from the source:
 *
 *   node --conditions=isolink-source -r ts-node/register docs/examples/host-fake-ip.ts
 */
import { createServer } from 'node:http'
import { apply, hostFakeIp, namespaces, open, teardown } from 'isolink/promises'

const plan = hostFakeIp({
  namespace: 'blue',
  publish: [{ hostPort: 2222, port: 22 }]
})

const main = async (): Promise<void> => {
  await using host = open()
  const [own] = await host.address.list({ link: 'eth0', family: 'ipv4' })
  const { name } = await apply(plan, { onStep: console.log })
  try {
    for (const { destination, gateway } of await host.route.list({ family: 'ipv4', table: 254 }))
      console.log(`route of the host: ${destination}${gateway === undefined ? '' : ` via ${gateway}`}`)

    // Blue is now where the host was: at its address.
    const server = createServer((_, response) => response.end('hello from blue'))
    await namespaces.listen('blue', server, { port: 80 })
    const response = await fetch(`http://${own?.address}/`)
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
