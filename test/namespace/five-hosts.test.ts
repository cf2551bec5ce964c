import { createServer as createHttpServer, get, type Server } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { text } from 'node:stream/consumers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apply, namespaceSwitch, namespaces, teardown } from '../../src/promises'
import { raise, raze, stateOfHost } from '../lab'
import { command, kernelTest } from '../sandbox'

const test = suite('five hosts in one process')
const needs = [command('ip'), command('nft')]

test.before.each(raise)
test.after.each(raze)

interface Host {
  readonly name: string
  readonly address: string
}

/** Five hosts on one switch, as in the fourth post; each with a web server. */
const hostsOn = (network: string): ReadonlyArray<Host> =>
  ['one', 'two', 'three', 'four', 'five'].map((name, n) => ({ name, address: `${network}${n + 1}` }))

/** A web server on port 80 that tells who it is and by which address it sees the caller. */
const serve = async ({ name, address }: Host): Promise<Server> => {
  const server = createHttpServer(({ socket }, response) =>
    response.setHeader('connection', 'close').end(`${name} sees ${socket.remoteAddress}`)
  )
  await namespaces.listen(name, server, { host: address, port: 80 })
  return server
}

const fetchFrom = async (from: string, host: string, port = 80): Promise<string> => {
  const socket = await namespaces.connect(from, { host, port })
  return new Promise((resolve, reject) => {
    get({ host, port, createConnection: () => socket }, response =>
      text(response).then(resolve, reject)
    ).once('error', reject)
  })
}

for (const [network, length] of [
  ['192.168.5.', 24],
  ['fd00:5::', 64]
] as const) {
  const hosts = hostsOn(network)
  const plan = namespaceSwitch({
    namespace: 'switch',
    members: hosts.map(({ name, address }) => ({ namespace: name, address: `${address}/${length}` }))
  })

  kernelTest(
    test,
    `five HTTP servers in five namespaces: each fetches from each, ${network}`,
    needs,
    async () => {
      const before = stateOfHost()
      await apply(plan)
      const servers = await Promise.all(hosts.map(serve))
      const pages = await Promise.all(
        hosts.flatMap(from => hosts.map(to => fetchFrom(from.name, to.address)))
      )
      assert.equal(
        pages,
        hosts.flatMap(from => hosts.map(to => `${to.name} sees ${from.address}`))
      )
      for (const server of servers) server.close()
      await teardown('switch')
      assert.equal(stateOfHost(), before)
    }
  )

  kernelTest(
    test,
    `the first balances what the second fetches over the others, ${network}`,
    needs,
    async () => {
      await apply(plan)
      const [balancer, client, ...backends] = hosts as readonly [Host, Host, ...ReadonlyArray<Host>]
      const servers = await Promise.all(backends.map(serve))
      let turn = 0
      const relay = createServer(async (caller: Socket) => {
        const { address } = backends[turn++ % backends.length] as Host
        const server = await namespaces.connect(balancer.name, { host: address, port: 80 })
        pipeline(caller, server, caller, () => undefined)
      })
      await namespaces.listen(balancer.name, relay, { host: balancer.address, port: 8080 })
      const pages: Array<string> = []
      for (let n = 0; n < 3 * backends.length; n++)
        pages.push(await fetchFrom(client.name, balancer.address, 8080))
      // The servers see the balancer, and nobody else.
      assert.equal(
        pages,
        pages.map((_, n) => `${backends[n % backends.length]?.name} sees ${balancer.address}`)
      )
      for (const server of [...servers, relay]) server.close()
      await teardown('switch')
    }
  )
}

test.run()
