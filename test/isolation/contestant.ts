/** One of many processes: it waits until all are there, and then does what it is told. */
import { apply, teardown, vethMasquerade } from '../../src/promises'

export interface Task {
  readonly number: number
  /** Up and down by a name of its own, or up by one that all want. */
  readonly what: 'up and down' | 'same'
}

/** The tag of the error, if it did not succeed. */
export type Outcome = string | undefined

const carryOut = async ({ number, what }: Task): Promise<Outcome> => {
  const namespace = `n${number}`
  const network = `10.${100 + (number >> 8)}.${number & 0xff}`
  const plan = vethMasquerade({
    namespace,
    uplink: 'eth0',
    address: `${network}.3/24`,
    gateway: `${network}.2`,
    ...(what === 'same' && { name: 'same' }),
    publish: [{ hostPort: 10_000 + number, port: 80 }]
  })
  try {
    await apply(plan)
    if (what === 'up and down') await teardown(namespace)
    return undefined
  } catch (error) {
    return (error as { readonly _tag?: string })._tag ?? String(error)
  }
}

process.on('message', task => void carryOut(task as Task).then(tag => process.send?.({ tag })))
process.once('disconnect', () => process.exit())
process.send?.('ready')
