import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as isolink from '../../src/index'
import { addTable, type Edit, type Step, type TableRef } from '../../src/nftables'
import { open } from '../../src/promises'
import { refusal } from '../lab'
import { command, kernelTest, run } from '../sandbox'

const test = suite('nftables transaction')

const needs = [command('nft')]

const named = (table: string): TableRef => ({ family: 'ip', table })

test.after.each(() => {
  run('nft', 'flush', 'ruleset')
})

kernelTest(test, 'generation: each transaction of anybody raises it', needs, async () => {
  await using connection = open()
  const before = await connection.nftables.generation()
  run('nft', 'add', 'table', 'ip', 'theirs')
  assert.is(await connection.nftables.generation(), before + 1)
  await connection.nftables.transaction([addTable(named('ours'))])
  assert.is(await connection.nftables.generation(), before + 2)
})

kernelTest(
  test,
  'transaction for a generation that has passed: refused, and nothing changed',
  needs,
  async () => {
    const { nftables, close } = isolink.open()
    const generation = await nftables.generation()()
    if (E.isLeft(generation)) throw new Error(generation.left.message)
    run('nft', 'add', 'table', 'ip', 'theirs')
    const late = await nftables.transaction([addTable(named('ours'))], { generation: generation.right })()
    assert.is(E.isLeft(late) && late.left._tag === 'Rejected' && late.left.code, 'ERESTART')
    assert.match(E.isLeft(late) ? late.left.message : '', /read it again and compute the changes anew/)
    const now = await nftables.transaction([addTable(named('ours'))], { generation: generation.right + 1 })()
    assert.equal(now, E.right(undefined))
    assert.is(run('nft', 'list', 'tables'), 'table ip theirs\ntable ip ours\n')
    close()
  }
)

kernelTest(
  test,
  'changes that a function says: not one that is asynchronous, nor one that throws',
  needs,
  async () => {
    await using connection = open()
    for (const [say, message] of [
      [
        async (tx: Edit) => {
          tx.table('inet', 'early')
          await setTimeout(1)
          tx.table('inet', 'late')
          throw new Error('nobody hears this')
        },
        /the function that says the changes is asynchronous, and what it says later would be lost/
      ],
      [
        (tx: Edit) => {
          tx.table('inet', 'early')
          throw new Error('there is nothing to say')
        },
        /there is nothing to say$/
      ]
    ] as const) {
      const error = await refusal(connection.nftables.transaction(say))
      assert.is(error._tag, 'InvalidInput')
      assert.match(String(error.message), message)
    }
    await setTimeout(5)
    assert.is(run('nft', 'list', 'tables'), '')
  }
)

kernelTest(test, 'modify: computed anew when somebody was faster', needs, async () => {
  const { nftables, close } = isolink.open()
  let seen: Array<number> = []
  const compute = async (): Promise<
    E.Either<isolink.NetlinkError, ReadonlyArray<ReturnType<typeof addTable>>>
  > => {
    const tables = await nftables.tables()()
    if (E.isLeft(tables)) return tables
    seen.push(tables.right.length)
    if (seen.length < 3) run('nft', 'add', 'table', 'ip', `theirs${seen.length}`)
    return E.right([addTable(named(`after${tables.right.length}`))])
  }
  assert.equal(await nftables.modify(compute)(), E.right(undefined))
  assert.equal(seen, [0, 1, 2])
  assert.is(run('nft', 'list', 'tables'), 'table ip theirs1\ntable ip theirs2\ntable ip after2\n')

  run('nft', 'flush', 'ruleset')
  seen = []
  const refused = await nftables.modify(compute, { retries: 1 })()
  assert.is(E.isLeft(refused) && refused.left._tag === 'Rejected' && refused.left.code, 'ERESTART')
  assert.is(seen.length, 2)
  close()
})

/** A change that somebody else is faster than each time, for so many milliseconds. */
const outrunFor = (milliseconds: number) => {
  const other = isolink.open()
  const end = performance.now() + milliseconds
  const seen = { attempts: 0 }
  const compute = async (): Promise<E.Either<isolink.NetlinkError, ReadonlyArray<Step>>> => {
    seen.attempts++
    if (performance.now() < end)
      await other.nftables.transaction([addTable(named(`theirs${seen.attempts}`))])()
    return E.right([addTable(named('ours'))])
  }
  return { compute, seen, close: other.close }
}

kernelTest(test, 'modify: whoever is outrun for a while is not outrun for good', needs, async () => {
  const { nftables, close } = isolink.open()
  const outrun = outrunFor(2000)
  assert.equal(await nftables.modify(outrun.compute)(), E.right(undefined))
  outrun.close()
  close()
  assert.ok(outrun.seen.attempts > 1)
  assert.match(run('nft', 'list', 'tables'), /table ip ours\n/)
})

kernelTest(test, 'modify: its time is over at some time, or it is ended', needs, async () => {
  const connection = isolink.open()
  const outrun = outrunFor(60_000)
  const start = performance.now()
  const ended = await connection.nftables.modify(outrun.compute, { timeout: 200 })()
  assert.is(E.isLeft(ended) && ended.left._tag === 'Rejected' && ended.left.code, 'ERESTART')
  assert.match(E.isLeft(ended) ? ended.left.message : '', /others changed the ruleset each time/)
  const waited = performance.now() - start
  assert.ok(waited >= 200 && waited < 10_000, String(waited))
  const limited = await connection.with({ timeout: 200 }).nftables.modify(outrun.compute)()
  assert.is(E.isLeft(limited) && limited.left._tag === 'Rejected' && limited.left.code, 'ERESTART')
  const aborted = await connection
    .with({ signal: AbortSignal.timeout(200) })
    .nftables.modify(outrun.compute)()
  assert.is(E.isLeft(aborted) && aborted.left._tag, 'Aborted')
  outrun.close()
  connection.close()
})

kernelTest(test, 'modify, while another process commits in a loop', needs, async () => {
  const committer = fork(join(__dirname, 'committer.ts'), {
    execArgv: ['-r', 'ts-node/register/transpile-only'],
    stdio: 'ignore'
  })
  await once(committer, 'message')
  await using connection = open()
  const { nftables } = connection
  const start = await nftables.generation()
  const changes = 200
  let attempts = 0
  const change = async (n: number): Promise<ReadonlyArray<Step>> => {
    attempts++
    await nftables.tables()
    return [addTable(named(`t${n}`))]
  }
  try {
    for (let n = 0; n < changes; n++) await nftables.modify(() => change(n))
  } finally {
    committer.kill('SIGKILL')
    await once(committer, 'exit')
  }
  const commits = (await nftables.generation()) - start - changes
  assert.is(run('nft', 'list', 'tables').match(/table ip t\d+\n/g)?.length, changes)
  assert.ok(commits > changes / 2, String(commits))
  console.log(`${changes} changes in ${attempts} attempts, among ${commits} commits of another process`)
})

kernelTest(test, 'modify without a change is no transaction', needs, async () => {
  const { nftables, close } = isolink.open()
  const before = await nftables.generation()()
  assert.equal(await nftables.modify(async () => E.right([]))(), E.right(undefined))
  assert.equal(await nftables.generation()(), before)
  close()
})

kernelTest(test, 'modify: the error of the computation is its own', needs, async () => {
  const { nftables, close } = isolink.open()
  assert.equal(await nftables.modify(async () => E.left('no port is free'))(), E.left('no port is free'))
  close()
})

test.run()
