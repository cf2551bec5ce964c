import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { applyOn } from '../../src/isolation/apply'
import { thisMachine } from '../../src/isolation/machine'
import { teardownOn } from '../../src/isolation/teardown'
import { apply, status, teardown, vethMasquerade } from '../../src/promises'
import { raise, raze, refusal, settled, sh } from '../lab'
import { command, kernelTest } from '../sandbox'
import { faultyMachine } from './sweep/faults'

const test = suite('our table of the firewall')
const needs = [command('ip'), command('nft')]

test.before.each(raise)
test.after.each(raze)

const planOf = (namespace: string, n: number) =>
  vethMasquerade({
    namespace,
    uplink: 'eth0',
    address: `192.168.${n}.3/24`,
    gateway: `192.168.${n}.2`,
    publish: [{ hostPort: 8000 + n, port: 80 }]
  })
const blue = planOf('blue', 45)
const red = planOf('red', 46)

const findings = async (name = 'blue'): Promise<ReadonlyArray<string>> => {
  const [found] = await status(name)
  return found?.drift.flatMap(each => each.findings) ?? ['nothing']
}

/** The table as nft prints it; its parts are in the order in which they were made. */
const table = (): string =>
  sh('nft list table ip isolink')
    .replace(/\}\s*$/, '')
    .split('\n\n')
    .map(each => each.trim())
    .sort()
    .join('\n')

const table4 = 'table ip isolink on the host'

/** A rule of a chain by its text. */
const handle = (chain: string, text: string): string =>
  `$(nft -a list chain ip isolink ${chain} | sed -n 's/^.*\t${text} # handle //p')`

const drifts: ReadonlyArray<readonly [script: string, said: ReadonlyArray<string | RegExp>]> = [
  ['nft flush chain ip isolink forward', [`no rule is left in chain forward of ${table4}`]],
  [
    'nft flush table ip isolink',
    ['raw', 'prerouting', 'output', 'forward', 'postrouting'].map(
      chain => `no rule is left in chain ${chain} of ${table4}`
    )
  ],
  [
    `nft delete rule ip isolink postrouting handle ${handle('postrouting', 'ip saddr . oifname @masqueraded masquerade')}`,
    [`the rule “ip saddr . oifname @masqueraded masquerade” is missing from chain postrouting of ${table4}`]
  ],
  [
    'nft insert rule ip isolink forward iifname veth-blue drop',
    [/^rule \d+, which is not ours, stands in chain forward of table ip isolink on the host$/]
  ],
  [
    `nft replace rule ip isolink forward handle ${handle('forward', 'oifname @guarded drop')} oifname != @guarded drop`,
    [
      `the rule “oifname @guarded drop” is missing from chain forward of ${table4}`,
      /^rule \d+, which is not ours, stands in chain forward of table ip isolink on the host$/
    ]
  ],
  [
    `nft delete rule ip isolink forward handle ${handle('forward', 'oifname @guarded drop')}
nft insert rule ip isolink forward oifname @guarded drop`,
    [`the rules stand in another order in chain forward of ${table4}`]
  ],
  [`nft chain ip isolink forward '{ policy drop; }'`, [`the policy of chain forward of ${table4} is drop`]],
  [
    `nft 'flush chain ip isolink forward; delete chain ip isolink forward'`,
    [`the chain forward of ${table4} is gone`]
  ],
  [
    `nft 'flush chain ip isolink forward; delete chain ip isolink forward
add chain ip isolink forward { type filter hook forward priority 5; }'`,
    [`the chain forward of ${table4} is not hooked in where it was`]
  ],
  [
    `nft 'flush chain ip isolink forward; delete set ip isolink allowed'`,
    [`the set allowed of ${table4} is gone`, `no rule is left in chain forward of ${table4}`]
  ],
  [`nft add table ip isolink '{ flags dormant; }'`, [`${table4} is dormant: nothing of it is in force`]],
  [
    `nft delete element ip isolink guarded '{ "veth-blue" }'`,
    [`"veth-blue" is missing from guarded of ${table4}`]
  ],
  [
    `nft 'delete element ip isolink published { tcp . 8045 }
add element ip isolink published { tcp . 8045 : 192.168.46.3 . 81 }'`,
    [`tcp . 8045 : 192.168.45.3 . 80 is missing from published of ${table4}`]
  ]
]

for (const [script, said] of drifts)
  kernelTest(
    test,
    `isolink status after ${script}; isolink up repairs that, and only that`,
    needs,
    async () => {
      const bare = await settled()
      await apply(blue)
      await apply(red)
      const whole = table()
      sh(script)
      assert.not.equal(table(), whole)
      const found = await findings()
      assert.is(found.length, said.length, found.join('\n'))
      for (const [n, sentence] of said.entries())
        if (typeof sentence === 'string') assert.is(found[n], sentence)
        else assert.match(found[n] ?? '', sentence)
      const { repaired } = await apply(blue)
      assert.equal(
        repaired.map(each => each.replace(/\d+/, 'n')),
        ['put n entries into table ip isolink on the host']
      )
      assert.is(table(), whole)
      for (const name of ['blue', 'red']) assert.equal(await findings(name), [])
      await teardown('blue')
      await teardown('red')
      assert.equal(await settled(), bare)
    }
  )

kernelTest(test, 'what is applied meanwhile makes the table whole again', needs, async () => {
  await apply(blue)
  const whole = table()
  sh(`nft 'flush table ip isolink; delete chain ip isolink forward; delete set ip isolink allowed'`)
  await apply(red)
  await teardown('red')
  assert.is(table(), whole)
})

kernelTest(test, 'an element that another isolation has is not taken from it', needs, async () => {
  await apply(blue)
  sh(`nft 'delete element ip isolink published { tcp . 8045 }
add element ip isolink published { tcp . 8045 comment "red" : 192.168.46.3 . 80 }'`)
  const stolen = table()
  assert.is((await refusal(apply(blue)))._tag, 'StepFailed')
  assert.is(table(), stolen)
})

/** A machine on which somebody is quicker, once: right before our transaction. */
const raced = (script: string) => {
  let transactions = 0
  const machine = faultyMachine(thisMachine(), what => {
    if (what === 'nftables.transaction' && ++transactions === 1) sh(script)
    return undefined
  })
  return { machine, transactions: () => transactions }
}

kernelTest(test, 'the table goes between the look and the transaction: it is made', needs, async () => {
  await apply(blue)
  const { machine, transactions } = raced('nft delete table ip isolink')
  const done = await applyOn(machine)(red)()
  assert.is(done._tag, 'Right', JSON.stringify(done))
  assert.is(transactions(), 2)
  assert.equal(await findings('red'), [])
})

kernelTest(
  test,
  'the table comes between the look and the transaction: nothing is there twice',
  needs,
  async () => {
    await apply(blue)
    const rules = sh('nft list table ip isolink')
    const whole = table()
    await teardown('blue')
    const { machine, transactions } = raced(`nft -f - <<'EOF'\n${rules}EOF\nnft flush set ip isolink guarded`)
    await applyOn(machine)(planOf('green', 47))()
    assert.is(transactions(), 2)
    assert.equal(await findings('green'), [])
    await teardown('green')
    assert.is(
      table().replaceAll(/[^\n]*elements = [^}]*\}\n/g, ''),
      whole.replaceAll(/[^\n]*elements = [^}]*\}\n/g, '')
    )
  }
)

kernelTest(
  test,
  'one of our rules in another firewall goes between the look and the transaction: so do the others',
  needs,
  async () => {
    sh(
      `nft 'add table ip filter; add chain ip filter forward { type filter hook forward priority 0; policy drop; }'`
    )
    const before = sh('nft list ruleset')
    await apply(blue)
    assert.match(sh('nft list ruleset'), /"isolink blue"/)
    const { machine, transactions } = raced(
      `nft delete rule ip filter forward handle $(nft -a list chain ip filter forward | sed -n '/isolink blue/s/.*handle //p' | head -n 1)`
    )
    const done = await teardownOn(machine)('blue')()
    assert.is(done._tag, 'Right', JSON.stringify(done))
    assert.ok(transactions() > 1)
    assert.is(sh('nft list ruleset'), before)
  }
)

test.run()
