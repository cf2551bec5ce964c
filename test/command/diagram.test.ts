import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { raise } from '../lab'
import { command, kernelTest } from '../sandbox'
import { isolink, output, refused } from './child'

const test = suite('diagram')
const needs = [command('ip')]

kernelTest(test, 'isolink diagram: two hosts and the wire between them', needs, () => {
  raise()
  const picture = output(isolink(['diagram']))
  assert.match(picture, /^flowchart LR\n {2}subgraph n0\["host<br\/>default via 10\.0\.6\.1 dev eth0/)
  const [, here] = /(n0l\d+)\("eth0 \(veth\)<br\/>10\.0\.6\.10\/24/.exec(picture) ?? []
  const [, there] = /(n\d+l\d+)\("eth0 \(veth\)<br\/>10\.0\.6\.20\/24/.exec(picture) ?? []
  assert.ok(here !== undefined && there !== undefined && picture.includes(`  ${here} --- ${there}\n`))
})

kernelTest(test, 'isolink diagram --format', needs, () => {
  assert.match(output(isolink(['diagram', '--format', 'dot'])), /^graph network \{[\s\S]*\n\}\n$/)
  assert.match(output(isolink(['diagram', '--format', 'svg'])), /<svg [\s\S]*10\.0\.6\.20[\s\S]*<\/svg>\n$/)
  const { namespaces } = JSON.parse(output(isolink(['diagram', '--format', 'json'])))
  assert.ok(namespaces.some(({ names }: { names: ReadonlyArray<string> }) => names.includes('other')))
  refused(isolink(['diagram', '--format', 'svgg']), 2, /^--format: svgg is none of .*svg.*did you mean svg\?/)
})

test.run()
