import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { nftables } from '../../src/index'
import { IsolinkError, kernelFeatures, open } from '../../src/promises'
import { recorder } from '../../src/testing'
import { command, kernelTest, run, sendable } from '../sandbox'

const test = suite('nftables connection')

const needs = [command('nft')]

type Watched = nftables.WatchEvent

const { rule } = nftables

test.after.each(() => {
  run('nft', 'flush', 'ruleset')
})

const listed = (): string => run('nft', 'list', 'ruleset')

kernelTest(test, 'transaction(tx => …): tables, chains, sets, maps, rules', needs, async () => {
  await using connection = open()
  await connection.nftables.transaction(tx => {
    const filter = tx.table('inet', 'filter', { comment: 'of the test' })
    filter
      .chain('input', { type: 'filter', hook: 'input', priority: 'filter - 5', policy: 'drop' })
      .chain('web', { comment: 'who may' })
      .set('blocked', { type: 'ipv4_addr', flags: ['interval'], elements: ['10.0.0.0/8', '1.1.1.1'] })
      .set('doors', { type: 'inet_service', data: 'verdict', elements: ['22 : accept', '80 : jump web'] })
      .object({ object: 'counter', name: 'hits', packets: 0n, bytes: 0n })
      .rule('input', rule`ip saddr ${{ set: 'blocked' }} drop`)
      .rule('input', 'tcp dport vmap @doors')
      .insertRule('input', rule`iif ${'lo'} accept`)
      .rule('web', rule`ip saddr { ${'10.1.0.0/16'}, 10.2.0.1 } counter name "hits" accept comment ${'ours'}`)
  })
  assert.is(
    listed(),
    `table inet filter {
	comment "of the test"
	counter hits {
		packets 0 bytes 0
	}

	set blocked {
		type ipv4_addr
		flags interval
		elements = { 1.1.1.1, 10.0.0.0/8 }
	}

	map doors {
		type inet_service : verdict
		elements = { 22 : accept, 80 : jump web }
	}

	chain input {
		type filter hook input priority filter - 5; policy drop;
		iif "lo" accept
		ip saddr @blocked drop
		tcp dport vmap @doors
	}

	chain web {
		comment "who may"
		ip saddr { 10.1.0.0/16, 10.2.0.1 } counter name "hits" accept comment "ours"
	}
}
`
  )
})

kernelTest(test, 'a rule beside another, in the place of one, and one less', needs, async () => {
  run('nft', 'add table ip t; add chain ip t c; add rule ip t c tcp dport 1; add rule ip t c tcp dport 4')
  await using connection = open()
  const handles = async (): Promise<ReadonlyArray<readonly [bigint, string]>> =>
    (await connection.nftables.ruleset()).tables[0]?.chains[0]?.rules.map(
      each => [each.handle, each.text] as const
    ) ?? []
  const [[first = 0n] = []] = await handles()
  await connection.nftables.transaction(tx => {
    tx.existing('ip', 't')
      .rule('c', 'tcp dport 2', { position: first })
      .insertRule('c', 'tcp dport 0', { position: first })
  })
  const texts = (await handles()).map(([, text]) => text)
  assert.equal(texts, ['tcp dport 0', 'tcp dport 1', 'tcp dport 2', 'tcp dport 4'])
  const [zero, , two] = (await handles()).map(([handle]) => handle)
  await connection.nftables.transaction(tx => {
    tx.existing('ip', 't')
      .removeRule('c', zero ?? 0n)
      .replaceRule('c', two ?? 0n, rule`udp dport 2 accept`)
  })
  assert.equal(
    (await handles()).map(([, text]) => text),
    ['tcp dport 1', 'udp dport 2 accept', 'tcp dport 4']
  )
  await connection.nftables.transaction(tx => {
    tx.existing('ip', 't').flushChain('c')
  })
  assert.equal(await handles(), [])
})

kernelTest(test, 'what is taken away: elements, sets, objects, rules, chains, tables', needs, async () => {
  await using connection = open()
  await connection.nftables.load(`
    table ip t {
      counter hits { packets 0 bytes 0; }
      counter misses { packets 0 bytes 0; }
      set a { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2 }; }
      set b { type ipv4_addr; elements = { 10.0.0.3 }; }
      chain one { accept; }
      chain two { drop; }
      chain three { tcp dport 22 accept; }
    }
    table ip6 other { chain c { accept; } }
  `)
  const handleOf = (chain: string): bigint =>
    BigInt(
      /# handle (\d+)/.exec(run('nft', '-a', 'list', 'chain', 'ip', 't', chain).split(chain)[1] ?? '')?.[1] ??
        -1
    )
  await connection.nftables.transaction(tx =>
    tx
      .existing('ip', 't')
      .renameChain(handleOf('one'), 'first')
      .removeChain('two')
      .flushChain('three')
      .removeElements('a', ['10.0.0.2'])
      .removeSet('b')
      .removeObject('counter', 'misses')
  )
  const { family, table } = { family: 'ip', table: 't' } as const
  assert.is(
    run('nft', 'list', 'table', family, table),
    `table ip t {
	counter hits {
		packets 0 bytes 0
	}

	set a {
		type ipv4_addr
		elements = { 10.0.0.1 }
	}

	chain first {
		accept
	}

	chain three {
	}
}
`
  )
  await connection.nftables.transaction(tx => tx.existing('ip', 't').flushSet('a').flush())
  assert.not.match(run('nft', 'list', 'table', family, table), /elements|accept/)
  await connection.nftables.transaction(tx => tx.flushRuleset('ip6'))
  assert.equal(await connection.nftables.tables(), Object.assign([{ family, table }], { complete: true }))
  await connection.nftables.transaction(tx => tx.existing('ip', 't').remove())
  assert.is(listed(), '')
  const gone = await connection.nftables
    .transaction(tx => tx.existing('ip', 't').removeChain('first'))
    .catch(error => error)
  assert.instance(gone, IsolinkError)
  assert.match(gone.message, /delete chain ip t first/)
})

kernelTest(test, 'elements of a set that is there: its kinds are looked up', needs, async () => {
  run(
    'nft',
    `add table ip t
add map ip t m { type inet_proto . inet_service : ipv4_addr . inet_service; }
add chain ip t c { type nat hook prerouting priority dstnat; }`
  )
  await using connection = open()
  await connection.nftables.transaction(tx => {
    tx.existing('ip', 't')
      .elements('m', ['tcp . 80 : 10.0.0.2 . 8080', 'udp . 53 comment "dns" : 10.0.0.3 . 53'])
      .rule('c', 'dnat to meta l4proto . th dport map @m')
  })
  await connection.nftables.transaction(tx => {
    tx.existing('ip', 't').removeElements('m', ['tcp . 80'])
  })
  assert.match(listed(), /elements = { udp \. 53 comment "dns" : 10\.0\.0\.3 \. 53 }/)
  assert.match(listed(), /dnat ip to meta l4proto \. th dport map @m/)
})

const refusal = async (
  promise: Promise<unknown>
): Promise<{ readonly _tag: string; readonly message: string }> => {
  try {
    await promise
  } catch (error) {
    return error as { readonly _tag: string; readonly message: string }
  }
  throw new Error('it succeeded')
}

kernelTest(test, 'the error names the change, and nothing is changed', needs, async () => {
  await using connection = open()
  const refused = await refusal(
    connection.nftables.transaction(tx => {
      tx.table('ip', 't').chain('c').rule('c', 'tcp dport 22 accept').rule('c', 'jump nowhere')
    })
  )
  assert.is(refused._tag, 'Rejected')
  assert.match(refused.message, /^nftables\.transaction: add rule ip t c jump nowhere: .*\(ENOENT, at rule\)/)
  const wrong = await refusal(
    connection.nftables.transaction(tx => {
      tx.table('ip', 't').chain('c').rule('c', 'tcp dport 22 udp dport 53')
    })
  )
  assert.is(wrong._tag, 'InvalidInput')
  assert.match(
    wrong.message,
    /add rule ip t c tcp dport 22 udp dport 53 is wrong: udp does not go together with tcp/
  )
  const misspelt = await refusal(connection.nftables.load('table ip t { chain c { tcp dprt 22 } }'))
  assert.is(misspelt._tag, 'SyntaxFault')
  assert.match(misspelt.message, /line 1, column 28: tcp has no dprt: did you mean dport\?/)
  assert.is(listed(), '')
})

const large = [...needs, sendable(4_000_000)]

kernelTest(test, 'ten thousand rules in one transaction, and all of them read', large, async () => {
  await using connection = open()
  const made = nftables.changes(tx => {
    const nat = tx.table('ip', 'nat').chain('c', { type: 'nat', hook: 'prerouting', priority: 'dstnat' })
    for (let n = 0; n < 10_000; n++)
      nat.rule(
        'c',
        rule`ip saddr ${`10.${n >> 14}.${(n >> 7) & 127}.${n & 127}`} tcp dport ${n} dnat to 10.0.0.1`
      )
  })
  await connection.nftables.transaction(made)
  const { tables } = await connection.nftables.ruleset()
  const rules = tables[0]?.chains[0]?.rules ?? []
  assert.is(rules.length, 10_000)
  assert.is(rules[9999]?.text, 'ip saddr 10.0.78.15 tcp dport 9999 dnat to 10.0.0.1')
})

kernelTest(test, 'reset: counters begin anew', needs, async () => {
  run('nft', 'add table ip t; add counter ip t c { packets 5 bytes 7; }')
  await using connection = open()
  const counters = async (): Promise<unknown> => {
    const { tables } = await connection.nftables.ruleset()
    return tables[0]?.objects.map(({ handle: _, ...each }) => each)
  }
  const place = { family: 'ip', table: 't' } as const
  const features = await kernelFeatures()
  const failure = await connection.nftables.reset(place).then(
    () => undefined,
    error => error
  )
  if (features.find(({ name }) => name === 'nftables reset of rules')?.present === false) {
    assert.equal([failure._tag, failure.since], ['UnsupportedByKernel', '6.2'])
    assert.equal(await counters(), [{ object: 'counter', name: 'c', packets: 5n, bytes: 7n }])
    await connection.send(nftables.resetObjects(place))
  } else assert.is(failure, undefined)
  assert.equal(await counters(), [{ object: 'counter', name: 'c', packets: 0n, bytes: 0n }])
})

kernelTest(
  test,
  'what iptables-nft wrote is read without loss',
  [...needs, command('iptables-nft')],
  async () => {
    run('iptables-nft', '-A', 'INPUT', '-p', 'tcp', '-m', 'multiport', '--dports', '1,2', '-j', 'ACCEPT')
    await using connection = open()
    const { tables } = await connection.nftables.ruleset()
    const [found] = tables[0]?.chains[0]?.rules ?? []
    const words = found?.statements.map(({ statement }) => statement)
    assert.equal(words, ['match', 'xt', 'counter', 'verdict'])
    const xt = found?.statements[1]
    if (xt?.statement !== 'xt') throw new Error('no match of iptables')
    assert.is(xt.name, 'multiport')
    // As the kernel has it: the same struct, written again, is the same to iptables.
    await connection.nftables.transaction(tx => {
      tx.existing('ip', 'filter').rule('INPUT', { statements: found?.statements ?? [] })
    })
    const saved = run('iptables-save')
      .split('\n')
      .filter(line => line.includes('multiport'))
    assert.is(saved.length, 2)
    assert.is(saved[0], saved[1])
  }
)

kernelTest(test, 'monitor: what changes, in order, and the generation at its end', needs, async () => {
  await using connection = open()
  const events = connection.nftables.monitor()
  const seen: Array<string> = []
  const reading = (async () => {
    for await (const event of events) {
      if (event.object === 'resync') continue
      seen.push(
        event.object === 'rule'
          ? `${event.change} rule ${event.value.text}`
          : event.object === 'elements'
            ? `${event.change} ${event.value.elements.length} elements`
            : event.object === 'generation'
              ? 'generation'
              : `${event.change} ${event.object}`
      )
      if (seen.filter(each => each === 'generation').length === 2) return
    }
  })()
  await connection.nftables.load(`
table ip t {
  set s { type ipv4_addr; elements = { 1.1.1.1 }; }
  chain c { ip saddr { 1.1.1.1, 2.2.2.2 } tcp dport 80 accept; }
}`)
  run('nft', 'delete', 'table', 'ip', 't')
  await reading
  assert.equal(seen.slice(0, seen.indexOf('generation') + 1), [
    'added table',
    'added chain',
    'added set',
    'added 1 elements',
    'added set',
    'added 1 elements',
    'added 1 elements',
    'added rule ip saddr { 1.1.1.1, 2.2.2.2 } tcp dport 80 accept',
    'generation'
  ])
  assert.ok(seen.includes('removed rule ip saddr { 1.1.1.1, 2.2.2.2 } tcp dport 80 accept'))
  assert.ok(seen.includes('removed table'))
})

kernelTest(test, 'monitor: after a loss comes all that there is', needs, async () => {
  await using connection = open()
  await connection.nftables.load('table ip t { chain c { tcp dport 1 accept; } }')
  await using events = connection.nftables.monitor({ snapshot: true })
  const first = (await events.next()).value
  assert.is(first?.object, 'resync')
  assert.equal(first?.object === 'resync' && first.values.rule.map(({ text }) => text), [
    'tcp dport 1 accept'
  ])
  const more = 20_000
  const [folder, times] = [mkdtempSync(join(tmpdir(), 'isolink-nft-')), 40]
  const file = join(folder, 'rules')
  writeFileSync(file, 'add rule ip t c tcp dport 2 counter accept\n'.repeat(more / times))
  // Nothing of ours is read while this runs, and the kernel's buffer is too small for it.
  for (let n = 0; n < times; n++) run('nft', '-f', file)
  rmSync(folder, { recursive: true })
  const until = async (wanted: (event: Watched) => boolean): Promise<Watched> => {
    for (;;) {
      const { value } = await events.next()
      if (value === undefined) throw new Error('the events ended')
      if (wanted(value)) return value
    }
  }
  const resync = await until(({ object }) => object === 'resync')
  assert.ok(resync.object === 'resync' && resync.reason === 'lost')
  assert.is(resync.values.rule.length, more + 1)
  assert.is(resync.values.rule.at(-1)?.text, 'tcp dport 2 counter packets 0 bytes 0 accept')
  // It goes on from there.
  await connection.nftables.transaction(tx => tx.existing('ip', 't').chain('after'))
  await until(event => event.object === 'chain' && event.value.name === 'after')
})

kernelTest(test, 'a text that is loaded leaves before what is issued behind it', needs, async () => {
  const protocols: Array<string> = []
  const sent: Array<string> = []
  const transport = recorder(record => {
    if (record.event === 'opened') protocols[record.socket] = record.protocol
    if (record.event === 'sent') sent.push(protocols[record.socket] ?? '')
  })
  await using connection = open({ transport })
  await Promise.all([
    connection.nftables.load('create table ip first'),
    connection.rule.add({ family: 'ipv4', priority: 77, mark: 5 }),
    connection.nftables.load('create table ip second')
  ])
  assert.equal(sent, ['netfilter', 'route', 'netfilter'])
  await connection.rule.remove({ family: 'ipv4', priority: 77 })
})

test('options that there are not are refused, and nothing is sent', async () => {
  await using connection = open()
  const { transaction, modify } = connection.nftables
  const said = (done: Promise<unknown>): Promise<string> => done.then(String, ({ message }: Error) => message)
  assert.is(
    await said(transaction([], { genration: 5 } as never)),
    'nftables.transaction: genration is no field: did you mean generation?'
  )
  const changes = async (): Promise<never> => {
    throw new Error('nothing is computed')
  }
  assert.is(
    await said(modify(changes, { retires: 5 } as never)),
    'nftables.modify: retires is no field: did you mean retries?'
  )
  assert.is(
    await said(modify(changes, { timeout: '5' } as never)),
    'nftables.modify: timeout "5" is no number of 0 or more'
  )
  assert.is(
    await said(modify(async () => undefined as never)),
    'nftables.modify: compute gave no list of changes'
  )
})

test.run()
