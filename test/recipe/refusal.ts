import * as E from 'fp-ts/Either'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import type { InvalidParameters, Plan } from '../../src/recipe'

export const planOf = (made: E.Either<InvalidParameters, Plan>): Plan => {
  if (E.isLeft(made)) throw new Error(made.left.message)
  return made.right
}

/** What the plan does: all but the words in which it was asked for. */
export const essence = ({ parameters: _, ...rest }: Plan): object => rest

/** What is given, the field at fault, and the sentence. */
export type Refusal = readonly [given: object, field: string, reason: string]

/** Tests that a recipe refuses what is given on top of the least that it takes. */
export const refuses = (
  test: Test,
  recipe: string,
  make: (parameters: never) => E.Either<InvalidParameters, Plan>,
  least: object,
  refusals: ReadonlyArray<Refusal>
): void => {
  for (const [given, field, reason] of refusals)
    test(`${JSON.stringify(given)}: ${field}`, () => {
      const made = make({ ...least, ...given } as never)
      if (E.isRight(made)) throw new Error('the plan was made')
      assert.equal(made.left, {
        _tag: 'InvalidParameters',
        message: `${recipe}: ${field}: ${reason}`,
        recipe,
        field
      })
    })
}
