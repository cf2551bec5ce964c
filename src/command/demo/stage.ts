/** What runs in the sandbox: the demos whose names are given, one after the other, between the same two hosts. */
import { apply, namespaces, teardown } from '../../promises'
import { type Failure, report, wrongUsage } from '../outcome'
import { print } from '../output'
import type { Claim, Demo, Observation } from './claim'
import { demos } from './demos'
import { addSecondLink, host, makeHosts, network, otherHost } from './hosts'
import { differences, hostState, inventory } from './state'

/** Says what was claimed and what was seen, and whether that is the same. */
const tellOf = (claim: string, { holds, seen }: Observation): boolean => {
  print(`${holds ? '✓' : '✗'} ${claim.padEnd(52)}${seen}`)
  return holds
}

/** What keeps us from seeing anything is what is seen. */
const look = async ({ claim, observe }: Claim): Promise<boolean> => {
  const seeing = observe().catch((error: Error) => ({ holds: false, seen: error.message }))
  return tellOf(claim, await seeing)
}

const lookAtAll = async ({ begin, claims }: Demo): Promise<boolean> => {
  const end = await begin()
  let all = true
  for (const claim of claims) all = (await look(claim)) && all
  end()
  return all
}

/** What this kernel lacks for a demo, if that is why it failed. */
const lackOf = (error: unknown): string | undefined => {
  const { cause } = error as { readonly cause?: Partial<Failure> }
  return cause?._tag === 'UnsupportedByKernel' ? cause.message : undefined
}

const onStep = (description: string): void => print(`✓ ${description}`)

/** Whether all holds. */
const play = async (demo: Demo): Promise<boolean> => {
  const before = await hostState()
  const start = performance.now()
  const { name } = await apply(demo.plan, { onStep })
  print(`  up in ${(performance.now() - start).toFixed(1)} ms\n`)
  const held = await lookAtAll(demo).finally(async () => {
    print('')
    await teardown(name, { onStep })
  })
  const changed = differences(before, await hostState())
  const restored = tellOf('the host is as before', {
    holds: changed.length === 0,
    seen: changed.length === 0 ? inventory(before) : `not the same: ${changed.join(', ')}`
  })
  return held && restored
}

const main = async (names: ReadonlyArray<string>): Promise<void> => {
  if (!namespaces.inSandbox())
    return report(wrongUsage('the demos run in a sandbox only: isolink demo makes one'))
  await makeHosts()
  await addSecondLink()
  for (const name of names) {
    const demo = demos[name]?.()
    if (demo === undefined) return report(wrongUsage(`there is no demo of ${name}`))
    print(`${name}: ${demo.title}\n${demo.picture}\n`)
    onStep(`two hosts on ${network}, ${host.address} and ${otherHost.address}, in a sandbox`)
    try {
      if (!(await play(demo))) process.exitCode = 1
    } catch (error) {
      const lack = lackOf(error)
      // Among all demos one that this kernel cannot show is left out; whoever asks for it has asked in vain.
      if (lack === undefined || names.length === 1) throw error
      print(`– left out: ${lack}\n`)
    }
  }
}

main(process.argv.slice(2)).catch((error: Failure) => report(error))
