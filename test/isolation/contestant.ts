/** One of many processes: it waits until all are there, and then does what it is told. */
import { apply, explain, teardown, vethMasquerade } from '../../src/promises'

export interface Task {
  readonly number: number
  /** Up and down by a name of its own, or up by one that all want. */
  readonly what: 'up and down' | 'same'
}

/** The tag of the error, if it did not succeed. */
export type Outcome = string | undefined

const planOf = (what: Task['what'], number: number) => {
  const network = `10.${100 + (number >> 8)}.${number & 0xff}`
  return vethMasquerade({
    namespace: `n${number}`,
    uplink: 'eth0',
    address: `${network}.3/24`,
    gateway: `${network}.2`,
    ...(what === 'same' && { name: 'same' }),
    publish: [{ hostPort: 10_000 + number, port: 80 }]
  })
}

const carryOut = async ({ number, what }: Task): Promise<Outcome> => {
  const plan = planOf(what, number)
  try {
    await apply(plan)
    if (what === 'up and down') await teardown(plan.name)
    return undefined
  } catch (error) {
    return (error as { readonly _tag?: string })._tag ?? String(error)
  }
}

// What is loaded when it is first used is loaded before the lock is fought for.
explain(planOf('up and down', 0))

process.on('message', task => void carryOut(task as Task).then(tag => process.send?.({ tag })))
process.once('disconnect', () => process.exit())
process.send?.('ready')
