import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { create, exists, remove } from '../../namespace/named'
import type { CreateNamespace } from '../../recipe/step'
import { call, type StepKind, word } from './kind'

interface Before {
  /** It was there already, so it is not ours to remove. */
  readonly existed: boolean
}

/** A named namespace: `ip netns add`. */
export const namespaceStep: StepKind<CreateNamespace, Before> = {
  describe: ({ name }) => `make the namespace ${name}`,
  before: ({ name }) =>
    pipe(
      exists(name),
      TE.map(existed => ({ existed }))
    ),
  apply: ({ name }, { existed }) => call(existed ? TE.right(undefined) : create(name)),
  undo: ({ name }, { existed }) =>
    existed
      ? undefined
      : call(
          pipe(
            remove(name),
            TE.orElse(error => (error._tag === 'NamespaceNotFound' ? TE.right(undefined) : TE.left(error)))
          )
        ),
  check: ({ name }) =>
    pipe(
      exists(name),
      TE.map(there => (there ? [] : [`the namespace ${name} is gone`]))
    ),
  script: ({ name }) => [`ip netns add ${word(name)}`, `ip -n ${word(name)} link set lo up`]
}
