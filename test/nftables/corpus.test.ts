import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { script } from '../../src/nftables'
import { open } from '../../src/promises'
import { command, kernelTest, known, type Missing, run } from '../sandbox'

const test = suite('nftables corpus')
/** They ask no kernel, so nothing is to be tidied away after them. */
const words = suite('words of the nftables corpus')

const folder = join(__dirname, 'corpus')

const needs = [command('nft')]

/** Linux 6.12 refuses some rules on ranges as an nft of the time before sends them. */
const taken = (file: string, path: string): Missing =>
  known(`place for ${file} as this nft sends it`, 'nft', `--check --file ${path}`, 'flush ruleset')

/** Counts down while we look. */
const withoutExpiry = (text: string): string => text.replace(/ expires [0-9dhms]+/g, '')

test.after.each(() => {
  run('nft', 'flush', 'ruleset')
})

const listed = (): string => withoutExpiry(run('nft', 'list', 'ruleset'))

for (const file of readdirSync(folder)) {
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')

  kernelTest(
    test,
    `${file}: what nft wrote is listed as nft lists it, to the byte`,
    [...needs, taken(file, path)],
    async () => {
      run('nft', '-f', path)
      await using connection = open()
      const { text: ours, complete } = await connection.nftables.ruleset()
      assert.ok(complete)
      assert.fixture(withoutExpiry(ours), listed())
      assert.not.match(ours, /unknown/)
    }
  )

  kernelTest(
    test,
    `${file}: what we write is listed by nft as it was written, to the byte`,
    needs,
    async () => {
      await using connection = open()
      await connection.nftables.load(text)
      assert.fixture(listed(), text)
    }
  )

  words(`${file}: every line of it is understood`, () => {
    const changes = script(text)
    assert.is(E.isLeft(changes) ? changes.left.message : '', '')
  })
}

test.run()
words.run()
