/** The pictures of the documents are those that the recipes give: `npx ts-node docs/pictures/draw.ts` draws them anew. */
import { existsSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { drawAll, pathOf } from '../../docs/pictures/draw'
import { recipeNames } from '../../src/recipe'
import { kernelTest, linkKind, type Missing } from '../sandbox'

const test = suite('pictures of recipes')

/** What a recipe needs beyond the others. */
const wants: { readonly [recipe: string]: Missing } = {
  ipvlan: linkKind('ipvlan'),
  macvlan: linkKind('macvlan')
}

let drawn: ReadonlyMap<string, string | Error> = new Map()

kernelTest(test, 'each recipe between two hosts', [], async () => {
  drawn = await drawAll()
  assert.equal([...drawn.keys()].sort(), [...recipeNames].sort())
})

for (const recipe of recipeNames)
  kernelTest(test, `docs/pictures/${recipe}.svg`, [wants[recipe]], () => {
    const path = pathOf(recipe)
    const picture = drawn.get(recipe)
    if (picture instanceof Error) throw picture
    assert.is(picture, existsSync(path) ? readFileSync(path, 'utf8') : '')
  })

test.run()
