/**
 * Five hosts in one process: four web servers and a balancer, each in a namespace of its own on one switch. As root:
 *
 *   npx ts-node namespace-switch.ts
 *
 * Within this repository:
 *
 *   node --conditions=isolink-source -r ts-node/register docs/examples/namespace-switch.ts
 */
import { createServer } from 'node:http'
import { createServer as createRelay, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { text } from 'node:stream/consumers'
import { apply, namespaceSwitch, namespaces, teardown } from 'isolink/promises'

const servers = ['red', 'green', 'blue', 'grey'].map((name, n) => ({ name, host: `192.168.5.${n + 1}` }))
const balancer = { name: 'balancer', host: '192.168.5.10' }

const fetchFrom = async (namespace: string, host: string): Promise<string> => {
  const socket = await namespaces.connect(namespace, { host, port: 80 })
  socket.write('GET / HTTP/1.0\r\n\r\n')
  const [, body = ''] = (await text(socket)).split('\r\n\r\n')
  return body
}

const main = async (): Promise<void> => {
  const { name } = await apply(
    namespaceSwitch({
      namespace: 'switch',
      members: [...servers, balancer].map(({ name, host }) => ({ namespace: name, address: `${host}/24` }))
    })
  )
  try {
    const listening = await Promise.all(
      servers.map(({ name, host }) =>
        namespaces.listen(
          name,
          createServer((_, response) => response.end(`hello from ${name}`)),
          { host, port: 80 }
        )
      )
    )
    // Connections go to the servers in turn.
    let turn = 0
    const relay = createRelay(async (caller: Socket) => {
      const { host } = servers[turn++ % servers.length] ?? balancer
      const server = await namespaces.connect(balancer.name, { host, port: 80 })
      pipeline(caller, server, caller, () => undefined)
    })
    await namespaces.listen(balancer.name, relay, { host: balancer.host, port: 80 })

    for (const { name } of servers) console.log(`${name} asks: ${await fetchFrom(name, balancer.host)}`)
    for (const { name } of servers) console.log(await fetchFrom(name, balancer.host))
    for (const each of [...listening, relay]) each.close()
  } finally {
    await teardown(name)
  }
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
