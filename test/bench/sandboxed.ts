import * as E from 'fp-ts/Either'
import { inSandbox, sandboxSync } from '../../src/namespace/sandbox'

/** Runs a benchmark as this program within a sandbox; what it made outside of one is tidied away before. */
export const sandboxed = (main: () => Promise<void>, leave: () => void = () => undefined): void => {
  if (inSandbox()) {
    void main()
    return
  }
  leave()
  const ended = sandboxSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)])
  if (E.isLeft(ended)) throw new Error(ended.left.message)
  process.exitCode = ended.right.code ?? 1
}
