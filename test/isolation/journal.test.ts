import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import * as TE from 'fp-ts/TaskEither'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { journalIn } from '../../src/isolation/journal'
import type { Entry } from '../../src/isolation/record'
import { apply, collectGarbage, detach, recover, teardown } from '../../src/promises'
import { isolink, nobody, refused } from '../command/child'
import { refusal, sh } from '../lab'
import { command, kernelTest, otherUser } from '../sandbox'

const test = suite('journal')
const directory = '/run/isolink'
const journal = journalIn(directory)
const path = join(directory, 'blue.json')

test.before.each(() => {
  rmSync(directory, { recursive: true, force: true })
})
test.after.each(() => {
  rmSync(directory, { recursive: true, force: true })
})

const entry: Entry = {
  phase: 'applied',
  plan: { recipe: 'none', name: 'blue', parameters: {}, premises: [], steps: [] },
  before: [],
  places: []
}

const right = <A>(result: E.Either<{ readonly message: string }, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.message)
  return result.right
}
const reason = (result: E.Either<{ readonly message: string }, unknown>): string =>
  E.isLeft(result) ? result.left.message : 'no refusal'

/** Makes the directory as any use does. */
const open = (): Promise<E.Either<unknown, void>> => journal.locked(TE.right(undefined))()
const mode = (file: string): string => (statSync(file).mode & 0o7777).toString(8)

kernelTest(test, 'what is written is read; the files are ours alone', [], async () => {
  right((await open()) as E.Either<never, void>)
  assert.is(right(journal.read('blue')), undefined)
  right(journal.write(entry))
  assert.equal(right(journal.read('blue')), entry)
  assert.equal(right(journal.names()), ['blue'])
  assert.is(mode(directory), '700')
  for (const file of readdirSync(directory)) assert.is(mode(join(directory, file)), '600', file)
  right(journal.erase('blue'))
  right(journal.erase('blue'))
  assert.equal(readdirSync(directory), ['lock'])
})

const damages: ReadonlyArray<readonly [string, (text: string) => string]> = [
  ['cut', text => text.slice(0, text.length / 2)],
  ['empty', () => ''],
  ['zeros', text => '\0'.repeat(text.length)],
  ['another name in it', text => text.replace('"name":"blue"', '"name":"blur"')],
  ['another phase', text => text.replace('"applied"', '"removing"')],
  ['no object', () => '[]'],
  ['null', () => 'null']
]

for (const [what, damage] of damages)
  kernelTest(
    test,
    `a damaged record is reported, and set aside before something is changed: ${what}`,
    [],
    async () => {
      await open()
      right(journal.write(entry))
      right(journal.write({ ...entry, plan: { ...entry.plan, name: 'red' } }))
      const text = damage(readFileSync(path, 'utf8'))
      writeFileSync(path, text)
      const files = readdirSync(directory)
      for (const _ of [1, 2]) {
        assert.match(reason(journal.read('blue')), /^cannot understand \/run\/isolink\/blue\.json: [^;]*$/)
        const { entries, damaged } = right(journal.records())
        assert.equal([entries.map(({ plan }) => plan.name), [...damaged.keys()]], [['red'], ['blue']])
      }
      assert.equal(readdirSync(directory), files)
      right(journal.erase('red'))
      assert.match(
        reason(journal.take('blue')),
        /^cannot understand \/run\/isolink\/blue\.json: .*; it is kept as \/run\/isolink\/blue\.json\.damaged-\d+, and what it told of has to be taken down by hand or by isolink gc$/
      )
      const [kept = ''] = readdirSync(directory).filter(file => file.includes('damaged'))
      assert.is(readFileSync(join(directory, kept), 'utf8'), text)
      assert.is(right(journal.read('blue')), undefined)
      assert.equal(right(journal.names()), [])
    }
  )

kernelTest(test, 'a directory that cannot be made is told of; its parents are made', [], async () => {
  const inProc = await journalIn('/proc/nowhere/at/all').locked(TE.right(undefined))()
  assert.match(reason(inProc as never), /^cannot make \/proc\/nowhere\/at\/all: ENOENT/)
  assert.ok(E.isRight(await journalIn('/run/isolink/a/b').locked(TE.right(undefined))()))
  assert.is(mode('/run/isolink/a'), '700')
})

kernelTest(test, 'a record of another version is left to it', [], async () => {
  await open()
  right(journal.write(entry))
  writeFileSync(path, readFileSync(path, 'utf8').replace('"isolink":2', '"isolink":3'))
  assert.match(reason(journal.read('blue')), /another version of isolink wrote it \(3\)$/)
  assert.ok(readdirSync(directory).includes('blue.json'))
})

kernelTest(test, 'after a reboot there is nothing to undo', [], async () => {
  await open()
  right(journal.write(entry))
  age(path)
  assert.is(right(journal.read('blue')), undefined)
  assert.equal(await recover(), [{ name: 'blue', done: 'forgotten' }])
  assert.equal(await recover(), [])
})

/** As if the machine had been started anew since it was written. */
const age = (file: string): void => {
  const all = JSON.parse(readFileSync(file, 'utf8'))
  all.record.boot = 'earlier'
  all.digest = createHash('sha256').update(JSON.stringify(all.record)).digest('hex')
  writeFileSync(file, `${JSON.stringify(all)}\n`)
}

const named = (name: string, phase: Entry['phase'] = 'applied', claim = name): Entry => ({
  ...entry,
  phase,
  plan: { ...entry.plan, name, premises: [{ field: 'address', claim, must: 'be nobody else’s' }] }
})

kernelTest(test, 'after a reboot a network’s endpoints are forgotten with it', [], async () => {
  await open()
  const inner = journal.members('web')
  for (const [all, name] of [
    [journal, 'web'],
    [inner, 'red'],
    [inner, 'green']
  ] as const) {
    right(all.write(named(name, 'applying')))
    right(all.write(named(name)))
    age(join(all.directory, `${name}.json`))
  }
  assert.equal(await recover(), [{ name: 'web', done: 'forgotten' }])
  assert.equal(readdirSync(directory), ['lock'])
})

kernelTest(test, 'an endpoint from before a reboot goes with the network of today', [], async () => {
  await open()
  right(journal.write(named('web')))
  right(journal.members('web').write(named('red', 'applying')))
  age(join(directory, 'web.members', 'red.json'))
  assert.ok((await teardown('web')).found)
  assert.equal(readdirSync(directory), ['lock'])
})

kernelTest(test, 'one that cannot be brought back keeps no other one from it', [], async () => {
  await open()
  const inner = journal.members('web')
  right(journal.write(named('blue', 'applying')))
  right(journal.write(named('web')))
  right(journal.write(named('zeta', 'removing')))
  for (const name of ['alpha', 'beta']) right(inner.write(named(name, 'applying')))
  for (const file of [path, join(inner.directory, 'alpha.json')])
    writeFileSync(file, readFileSync(file, 'utf8').replace('"isolink":2', '"isolink":3'))
  for (const folder of [directory, inner.directory]) writeFileSync(join(folder, '.dead.spare'), 'half a rec')
  const { _tag, message, recovered, causes } = await refusal(recover())
  assert.is(_tag, 'RecoveryFailed')
  assert.equal(recovered, [
    { name: 'web/beta', done: 'undone' },
    { name: 'zeta', done: 'finished' }
  ])
  assert.is((causes as ReadonlyArray<unknown>).length, 2)
  assert.match(
    String(message),
    /^not all could be brought back: cannot understand .*blue\.json: .*; cannot understand .*alpha\.json: .*; brought back: web\/beta, zeta$/
  )
  for (const folder of [directory, inner.directory])
    assert.not(readdirSync(folder).includes('.dead.spare'), folder)
})

kernelTest(test, 'what one who died had begun to write is tidied up; records are not', [], async () => {
  await open()
  right(journal.write(entry))
  const files = readdirSync(directory).sort()
  writeFileSync(join(directory, '.red.spare'), 'half a rec')
  mkdirSync(join(directory, 'blue.members'), { mode: 0o700 })
  writeFileSync(join(directory, 'blue.members', '.red.spare'), 'half a rec')
  assert.equal(await recover(), [])
  assert.equal(readdirSync(directory).sort(), [...files, 'blue.members'].sort())
  assert.equal(readdirSync(join(directory, 'blue.members')), [])
  right(journal.erase('blue'))
  assert.equal(readdirSync(directory), ['lock'])
})

kernelTest(test, 'no name leads out of the directory', [], async () => {
  await open()
  mkdirSync('/run/foo.members', { recursive: true, mode: 0o755 })
  for (const name of ['../blue', '..', '.', '', 'a/b', '/etc/passwd', 'a\0', '.blue.spare', 'x'.repeat(65)]) {
    assert.match(reason(journal.read(name)), / is no name: up to 64 letters/, name)
    assert.match(reason(journal.erase(name)), / is no name: up to 64 letters/, name)
    assert.match(
      reason(journal.write({ ...entry, plan: { ...entry.plan, name } })),
      / is no name: up to 64 letters/
    )
    assert.is((await refusal(teardown(name)))._tag, 'JournalFailed')
  }
  for (const name of ['../foo', '/run/foo', '']) {
    assert.is((await refusal(detach(name, 'bar')))._tag, 'JournalFailed')
    assert.match(reason(journal.members(name).names()), / is no name: up to 64 letters/, name)
  }
  assert.is(mode('/run/foo.members'), '755')
  rmSync('/run/foo.members', { recursive: true })
})

/** Takes the lock: how to give it back. */
const hold = (): Promise<() => void> =>
  new Promise(taken => {
    const using = new Promise<void>(release => {
      setImmediate(() => taken(release))
    })
    void journal.locked(TE.fromTask(() => using))()
  })

const others: ReadonlyArray<readonly [string, (signal: AbortSignal) => Promise<unknown>]> = [
  ['down', signal => teardown('blue', { signal })],
  ['recover', signal => recover({ signal })],
  ['gc', signal => collectGarbage({ signal })],
  ['detach', signal => detach('web', 'blue', { signal })]
]

for (const [what, use] of others)
  kernelTest(test, `isolink ${what}, ended while another isolink works: Aborted, soon`, [], async () => {
    const release = await hold()
    const begun = performance.now()
    const { _tag, message } = await refusal(use(AbortSignal.timeout(100)))
    assert.is(_tag, 'Aborted')
    assert.match(String(message), /ended by the caller; nothing has been changed$/)
    assert.ok(performance.now() - begun < 5000)
    release()
    await use(AbortSignal.timeout(10_000))
  })

kernelTest(test, 'whoever has given up does not get the lock after all', [], async () => {
  const release = await hold()
  const controller = new AbortController()
  let used = false
  const use = TE.fromIO(() => {
    used = true
  })
  const waiting = journal.locked(use, controller.signal)()
  setImmediate(() => {
    controller.abort()
    release()
  })
  const ended = await waiting
  assert.ok(E.isLeft(ended) && ended.left._tag === 'Aborted')
  assert.not(used)
})

kernelTest(test, 'symbolic links are not followed', [], async () => {
  mkdirSync('/run/victim')
  symlinkSync('/run/victim', directory)
  assert.match(
    reason((await open()) as E.Either<{ message: string }, void>),
    /symbolic links? .*not|not follow/
  )
  assert.equal(readdirSync('/run/victim'), [])
  rmSync(directory)
  await open()
  writeFileSync('/run/victim/file', 'precious')
  for (const file of ['blue.json', '.blue.spare']) symlinkSync('/run/victim/file', join(directory, file))
  assert.match(reason(journal.read('blue')), /ELOOP/)
  assert.match(reason(journal.write(entry)), /ELOOP/)
  assert.is(readFileSync('/run/victim/file', 'utf8'), 'precious')
  rmSync('/run/victim', { recursive: true })
})

kernelTest(test, 'a directory that others may write into is not trusted', [otherUser()], async () => {
  mkdirSync(directory)
  chmodSync(directory, 0o777)
  assert.match(reason((await open()) as E.Either<{ message: string }, void>), /others may write into it/)
  chmodSync(directory, 0o755)
  await open()
  assert.is(mode(directory), '700')
  chownSync(directory, 1, 1)
  assert.match(reason((await open()) as E.Either<{ message: string }, void>), /belongs to the user 1/)
})

/** With another directory `down` would say that nothing is up, which is false. */
kernelTest(test, 'whoever may not see the records is told whose they are', [otherUser()], async () => {
  await open()
  for (const words of [['down', 'blue'], ['status']])
    refused(isolink(words, nobody), 1, /^cannot open \/run\/isolink: EACCES; run as root, who made it$/)
  chownSync(directory, 1, 1)
  refused(isolink(['down', 'blue'], nobody), 1, /EACCES; run as whoever made it$/)
  rmSync(directory, { recursive: true })
  refused(isolink(['down', 'blue'], nobody), 1, /^cannot make \/run\/isolink: EACCES; run as root$/)
})

kernelTest(
  test,
  'another directory is proposed for what is new, and for nothing else',
  [command('mount')],
  async () => {
    mkdirSync(directory, { mode: 0o700 })
    sh(`mount -t tmpfs -o ro,mode=700 tmpfs ${directory}`)
    const where = 'cannot open /run/isolink/lock: EROFS; run where it can be written'
    const asked = await refusal(teardown('blue'))
    assert.is(asked.message, where)
    const made = await refusal(apply(entry.plan))
    assert.is(made.message, `${where}, or set ISOLINK_STATE_DIR to a folder of yours`)
    sh(`umount ${directory}`)
  }
)

kernelTest(
  test,
  'a disk that is full is noticed before anything is changed, or does not matter any more',
  [command('mount')],
  async () => {
    mkdirSync(directory)
    sh(`mount -t tmpfs -o size=64k,mode=700 none ${directory}`)
    try {
      await open()
      right(journal.write({ ...entry, phase: 'applying' }))
      sh(`dd if=/dev/zero of=${directory}/filler bs=4k 2>/dev/null || true`)
      right(journal.write({ ...entry, phase: 'applied' }))
      const other = { ...entry, phase: 'applying', plan: { ...entry.plan, name: 'red' } } as const
      assert.match(reason(journal.write(other)), /ENOSPC; there is no room left for records$/)
      assert.equal(right(journal.names()), ['blue'])
      right(journal.erase('blue'))
    } finally {
      sh(`umount ${directory}`)
    }
  }
)

kernelTest(
  test,
  'on a full disk the record of one who died while he applied stays as it was',
  [command('mount')],
  async () => {
    mkdirSync(directory)
    sh(`mount -t tmpfs -o size=64k,mode=700 none ${directory}`)
    try {
      await open()
      const half: Entry = { ...entry, phase: 'applying' }
      right(journal.write(half))
      sh(`dd if=/dev/zero of=${directory}/filler bs=4k 2>/dev/null || true`)
      const parameters = { inherited: 'x'.repeat(20_000) }
      const heir: Entry = { ...half, plan: { ...half.plan, parameters } }
      assert.match(reason(journal.write(heir)), /ENOSPC/)
      assert.equal(right(journal.read('blue')), half)
    } finally {
      sh(`umount ${directory}`)
    }
  }
)

test.run()
