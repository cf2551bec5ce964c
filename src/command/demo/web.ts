import { createServer, get, type Server } from 'node:http'
import { json } from 'node:stream/consumers'
import { type NamespaceRef, namespaces } from '../../promises'

/** Whom a web server is, and by which address its caller comes. */
export interface Page {
  readonly server: string
  readonly caller: string
}

/** A web server in a namespace, which tells each caller who he is. */
export const serve = async (namespace: NamespaceRef, name: string, port = 80): Promise<Server> => {
  const server = createServer(({ socket }, response) => {
    const page: Page = { server: name, caller: socket.remoteAddress ?? '' }
    response.setHeader('connection', 'close').end(JSON.stringify(page))
  })
  await namespaces.listen(namespace, server, { host: '0.0.0.0', port })
  return server
}

/** In milliseconds. */
const patience = 3_000

/** The page that such a server has for a caller in a namespace. */
export const fetchFrom = async (namespace: NamespaceRef, host: string, port: number): Promise<Page> => {
  const socket = await namespaces.connect(namespace, { host, port, timeout: patience })
  return new Promise((resolve, reject) => {
    get({ createConnection: () => socket, host, port, timeout: patience }, response =>
      json(response).then(page => resolve(page as Page), reject)
    )
      .once('timeout', () => socket.destroy(new Error(`no answer within ${patience} ms`)))
      .once('error', reject)
  })
}
