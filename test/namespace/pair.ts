import { setTimeout } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import type * as TE from 'fp-ts/TaskEither'
import { create, remove } from '../../src/namespace'
import { run } from '../sandbox'

/** The value of a task that has to succeed. */
export const right = async <E, A>(task: TE.TaskEither<E, A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

/** The error of a task that has to fail. */
export const left = async <E, A>(task: TE.TaskEither<E, A>): Promise<E> => {
  const result = await task()
  if (E.isRight(result)) throw new Error(`succeeded with ${JSON.stringify(result.right)}`)
  return result.left
}

/** The kernel takes what is for an IPv6 address a little after it has the address: when a worker has added its route. */
export const answers = async (namespace: string, address: string): Promise<void> => {
  const end = performance.now() + 10_000
  while (run('ip', '-n', namespace, '-6', 'route', 'show', 'table', 'local', address) === '') {
    if (performance.now() > end) throw new Error(`${address} is not answered for in ${namespace}`)
    await setTimeout(5)
  }
}

/** Two namespaces, `left` and `right`, joined by a veth: 10.0.0.1 and fd00::1 here, 10.0.0.2 and fd00::2 there. */
export const pair = async (): Promise<void> => {
  await right(create('left'))
  await right(create('right'))
  run('ip', '-n', 'left', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', 'right')
  for (const [name, host] of [
    ['left', 1],
    ['right', 2]
  ]) {
    run('ip', '-n', `${name}`, 'address', 'add', `10.0.0.${host}/24`, 'dev', 'eth0')
    run('ip', '-n', `${name}`, 'address', 'add', `fd00::${host}/64`, 'dev', 'eth0', 'nodad')
    run('ip', '-n', `${name}`, 'link', 'set', 'eth0', 'up')
  }
  await answers('left', 'fd00::1')
  await answers('right', 'fd00::2')
}

export const noPair = async (): Promise<void> => {
  await right(remove('left'))
  await right(remove('right'))
}
