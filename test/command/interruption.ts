/**
 * Loaded into a process before its program: has it get the signal ISOLINK_TEST_SIGNAL before the call with the number
 * ISOLINK_TEST_CALL of those that change a file, a kernel parameter included. At its end it tells of the calls on
 * descriptor 3.
 */
import fs from 'node:fs'

const signal = process.env.ISOLINK_TEST_SIGNAL as NodeJS.Signals
const deadly = Number(process.env.ISOLINK_TEST_CALL)
const report = 3
const calls: Array<string> = []

for (const name of ['renameSync', 'unlinkSync', 'writeFileSync'] as const) {
  const call = fs[name] as (...given: ReadonlyArray<unknown>) => unknown
  Object.assign(fs, {
    [name]: (...given: ReadonlyArray<unknown>) => {
      if (calls.push(`${name} ${given[0]}`) === deadly) process.kill(process.pid, signal)
      return call(...given)
    }
  })
}

process.once('exit', () => fs.writeSync(report, JSON.stringify(calls)))
