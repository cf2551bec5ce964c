import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as isolink from '../../src/index'
import { addTable, type Step, type TableRef } from '../../src/nftables'
import { open } from '../../src/promises'
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

kernelTest(test, 'modify: whoever is outrun for a while is not outrun for good', needs, async () => {
  await using other = open()
  const { nftables, close } = isolink.open()
  const end = performance.now() + 300
  let attempts = 0
  const done = await nftables.modify(async () => {
    attempts++
    if (performance.now() < end) await other.nftables.transaction([addTable(named(`theirs${attempts}`))])
    return E.right([addTable(named('ours'))])
  })()
  close()
  assert.equal(done, E.right(undefined))
  assert.ok(attempts > 1 && attempts <= 21, String(attempts))
  assert.match(run('nft', 'list', 'tables'), /table ip ours\n/)
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
    // A machine that does something else at the same time gives the other process long turns of its own.
    for (let n = 0; n < changes; n++) await nftables.modify(() => change(n), { retries: 100 })
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
