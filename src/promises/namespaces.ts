import * as namespaces from '../namespace'
import { promise } from './promise'

export * from '../namespace'

/**
 * Gives a namespace a name, like `ip netns attach`.
 *
 * @throws IsolinkError
 */
export const attach = promise(() => namespaces.attach)

/**
 * Connects from within a namespace: an ordinary `net.Socket`, connected already. For HTTP:
 * `http.get({ createConnection: () => socket, … })`.
 *
 * @throws IsolinkError
 */
export const connect = promise(() => namespaces.connect)

/**
 * Makes a named namespace with `lo` up, like `ip netns add`, and `ip link set lo up` in it.
 *
 * @throws IsolinkError
 */
export const create = promise(() => namespaces.create)

/**
 * Runs a file to its end with our standard streams, like `ip netns exec`: in the namespace, and in a mount namespace
 * of its own, in which /sys shows the namespace's links, where the kernel allows that, and the files of
 * /etc/netns/NAME stand in for those of /etc. Signals are passed on, and the file dies with us.
 *
 * @throws IsolinkError
 */
export const exec = promise(() => namespaces.exec)

/**
 * Whether there is a namespace of that name. A leftover file is none.
 *
 * @throws IsolinkError
 */
export const exists = promise(() => namespaces.exists)

/**
 * The names of the namespace that a process is in, like `ip netns identify`.
 *
 * @throws IsolinkError
 */
export const identify = promise(() => namespaces.identify)

/**
 * What tells a namespace from every other that is there now: device and inode.
 *
 * @throws IsolinkError
 */
export const identity = promise(() => namespaces.identity)

/**
 * All named namespaces in the order of their names, like `ip netns list`.
 *
 * @throws IsolinkError
 */
export const list = promise(() => () => namespaces.list)

/**
 * Lets an ordinary server of this process, as `net.createServer` and `http.createServer` make them, listen in a
 * namespace; or binds a datagram socket there: one of type udp6 needs an IPv6 host. Node names the interface of a
 * link-local address by looking outside, so that `server.address()` throws for one.
 *
 * @throws IsolinkError
 */
export const listen = promise(() => namespaces.listen)

/**
 * Sends ICMP or ICMPv6 echo requests from within a namespace, as ping(8) does. No reply is no error; no route is one.
 * The address is an IP address, with its interface where it is link-local: `fe80::1%eth0`. Needs CAP_NET_RAW.
 *
 * @throws IsolinkError
 */
export const ping = promise(() => namespaces.ping)

/**
 * Removes a name, like `ip netns delete`. The namespace ends with the last process, socket or mount in it; the
 * kernel then removes its links. A file left over from a namespace that has ended is removed as well.
 *
 * @throws IsolinkError
 */
export const remove = promise(() => namespaces.remove)

/**
 * Runs a function in a namespace, synchronously: a socket that it opens and a process that it starts belong to that
 * namespace from then on. Only this thread goes there: what the function leaves to Node's pool, as asynchronous
 * file operations and name resolution do, happens outside.
 *
 * @throws what the function throws, and TypeError if it returns a promise
 */
export const run = promise(() => namespaces.run)

/**
 * Runs a file in a network and a mount namespace of its own, in which it is root: what it does to links, routes
 * and named namespaces stays there and ends with it. Without privilege a user namespace is made too. /run is empty,
 * `lo` is up, the standard streams are ours, signals are passed on, and the file dies with us.
 *
 * @throws IsolinkError
 */
export const sandbox = promise(() => namespaces.sandbox)

/**
 * The same, holding up the event loop until the file has ended.
 *
 * @throws IsolinkError
 */
export const sandboxSync = promise(() => namespaces.sandboxSync)

/**
 * Starts a process whose network is the namespace's. All else is the caller's, and as child_process.spawn has it:
 * /sys and /etc too. The child is running when it is handed over.
 *
 * @throws IsolinkError
 */
export const spawn = promise(() => namespaces.spawn)
