/** What TypeScript must accept and refuse of the surface. Nothing here runs: `tsc` reads it. */
import type * as E from 'fp-ts/Either'
import type { TaskEither } from 'fp-ts/TaskEither'
import * as fp from '../../src'
import * as promises from '../../src/promises'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_ extends true>(): void => undefined

const host = promises.open()
const connection = fp.open()

// A pair needs its other end.
// @ts-expect-error
fp.link.add({ kind: 'veth', name: 'v0' })
// @ts-expect-error
host.link.add({ kind: 'netkit', name: 'n0' })
fp.link.add({ kind: 'veth', name: 'v0', peer: { name: 'v1' } })
// @ts-expect-error A peer cannot be set up by the request that makes it.
fp.link.add({ kind: 'veth', name: 'v0', peer: { name: 'v1', up: true } })
fp.link.add({ kind: 'dummy', name: 'd0' })
fp.link.add({ kind: 'vlan', name: 'e0.5', parent: 'e0', options: { id: 5 } })
// @ts-expect-error An option of another kind.
fp.link.add({ kind: 'vlan', name: 'e0.5', parent: 'e0', options: { vni: 5 } })
// @ts-expect-error A kind that is not defined needs its options as bytes.
fp.link.add({ kind: 'newer', name: 'n0' })
fp.link.add({ kind: 'newer', name: 'n0', options: new Uint8Array() })

// The same call is a value, a task and a promise.
holds<Equal<ReturnType<typeof fp.link.add>, fp.Request<void>>>()
holds<Equal<ReturnType<typeof connection.link.add>, TaskEither<fp.NetlinkError, void>>>()
holds<Equal<ReturnType<typeof host.link.add>, Promise<void>>>()
holds<Equal<ReturnType<typeof host.route.get>, Promise<fp.route.Route>>>()
holds<Equal<ReturnType<typeof host.route.list>, Promise<fp.List<fp.route.Route>>>>()
holds<Equal<ReturnType<typeof connection.route.stream>, fp.Stream<fp.route.Route>>>()
holds<Equal<ReturnType<typeof host.route.stream>, promises.Stream<fp.route.Route>>>()
holds<
  Equal<
    ReturnType<typeof host.neighbour.forwarding.list>,
    Promise<fp.List<fp.neighbour.forwarding.ForwardingEntry>>
  >
>()

// A batch gives each request its own result.
const results = async () => {
  const [made, listed] = await host.batch([fp.link.add({ kind: 'dummy', name: 'd0' }), fp.route.list()])
  holds<Equal<typeof made, E.Either<fp.NetlinkError, void>>>()
  holds<Equal<typeof listed, E.Either<fp.NetlinkError, fp.List<fp.route.Route>>>>()
}

// @ts-expect-error How long to wait is said of the connection, not among what is asked for.
host.link.list({}, { timeout: 5 })
host.with({ timeout: 5 }).link.list({})

// Out of a loop over promises, errors are thrown; in the other surface they are values.
const loops = async () => {
  for await (const route of host.route.stream({ table: 254 })) holds<Equal<typeof route, fp.route.Route>>()
  for await (const part of host.route.stream().parts())
    holds<Equal<typeof part, ReadonlyArray<fp.route.Route>>>()
  for await (const route of connection.route.stream())
    holds<Equal<typeof route, E.Either<fp.NetlinkError, fp.route.Route>>>()
  for await (const event of host.monitor(['link'])) {
    // @ts-expect-error There is no such event: it is thrown.
    if (event.object === 'failure') return
    if (event.object === 'link') holds<Equal<typeof event.value, fp.link.Link>>()
  }
  for await (const event of host.conntrack.events()) {
    // @ts-expect-error The same.
    if (event.object === 'failure') return
  }
}

void results
void loops
