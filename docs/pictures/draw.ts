/**
 * Draws what the recipes make between the two hosts of the demos, as `isolink diagram` draws any machine:
 *
 *   npx ts-node docs/pictures/draw.ts
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { demoNames, demos } from '../../src/command/demo/demos'
import { addSecondLink, makeHosts } from '../../src/command/demo/hosts'
import { apply, namespaces, teardown, topology, toSvg } from '../../src/promises'

export const pathOf = (recipe: string): string => join(__dirname, `${recipe}.svg`)

const draw = async (recipe: string): Promise<string> => {
  const { plan } = demos[recipe]?.() ?? {}
  if (plan === undefined) throw new Error(`there is no demo of ${recipe}`)
  const { name } = await apply(plan)
  try {
    const { namespaces: all } = await topology()
    // In a sandbox one sees the processes of other networks too.
    return await toSvg({ namespaces: all.filter(({ here, names }) => here || names.length > 0) })
  } finally {
    await teardown(name)
  }
}

/** The pictures by their recipes, in a sandbox; an error where this kernel cannot apply one. */
export const drawAll = async (): Promise<ReadonlyMap<string, string | Error>> => {
  const pictures = new Map<string, string | Error>()
  await makeHosts()
  for (const recipe of demoNames.filter(name => name !== 'dual-nic'))
    pictures.set(recipe, await draw(recipe).catch((error: Error) => error))
  // It alone has a use for a second wire.
  await addSecondLink()
  return pictures.set('dual-nic', await draw('dual-nic'))
}

const main = async (): Promise<void> => {
  if (!namespaces.inSandbox()) {
    const words = [...process.execArgv, __filename]
    const environment = { ...process.env, ISOLINK_STATE_DIR: '/run/isolink' }
    const { code } = await namespaces.sandbox(process.execPath, words, { environment })
    process.exit(code ?? 1)
  }
  for (const [recipe, picture] of await drawAll())
    if (typeof picture === 'string') writeFileSync(pathOf(recipe), picture)
    else console.log(`${recipe}: ${picture.message}`)
}

if (require.main === module) void main()
