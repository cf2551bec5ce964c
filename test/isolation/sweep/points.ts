import * as TE from 'fp-ts/TaskEither'
import type { Machine } from '../../../src/isolation/machine'
import type { World } from '../../../src/isolation/world'
import type { Request } from '../../../src/socket/request'
import type { Session } from '../../../src/socket/session'

/** Where something leaves for the kernel or the disk, before and after: `before batch`, `after record`. */
export type Point = (what: string) => void

const around = <A>(point: Point, what: string, act: () => A): A => {
  point(`before ${what}`)
  const result = act()
  point(`after ${what}`)
  return result
}

const aroundTask =
  <L, A>(point: Point, what: string, task: TE.TaskEither<L, A>): TE.TaskEither<L, A> =>
  async () => {
    point(`before ${what}`)
    const result = await task()
    point(`after ${what}`)
    return result
  }

/** Looking leaves nothing behind. */
const changes = ({ answering }: Request<unknown>): boolean =>
  answering === 'acknowledged' || answering === 'transaction'

const watchedWorld = (world: World, point: Point): World => {
  const bound = (session: Session): Session => ({
    ...session,
    send: (request, options) =>
      changes(request)
        ? aroundTask(point, request.operation, session.send(request, options))
        : session.send(request, options),
    batch: (requests, options) => async () => {
      point('before batch')
      const results = await session.batch(requests, options)()
      point('after batch')
      return results
    }
  })
  const session: World['session'] = namespace => {
    const opened = world.session(namespace)
    return opened._tag === 'Left' ? opened : { ...opened, right: bound(opened.right) }
  }
  return {
    ...world,
    session,
    send: (request, namespace) => {
      const opened = session(namespace)
      return opened._tag === 'Left' ? TE.left(opened.left) : opened.right.send(request)
    },
    sysctl: {
      ...world.sysctl,
      set: (key, value, namespace) =>
        around(point, `sysctl ${key}`, () => world.sysctl.set(key, value, namespace))
    },
    detach: name => aroundTask(point, `detach ${name}`, world.detach(name)),
    attach: name => aroundTask(point, `attach ${name}`, world.attach(name))
  }
}

/** The same machine, telling of each step on its way to the kernel and the disk. */
export const watched = (machine: Machine, point: Point): Machine => ({
  ...machine,
  openWorld: options => watchedWorld(machine.openWorld(options), point),
  journal: {
    ...machine.journal,
    write: entry => around(point, `record ${entry.phase}`, () => machine.journal.write(entry)),
    erase: name => around(point, 'erase', () => machine.journal.erase(name))
  }
})
