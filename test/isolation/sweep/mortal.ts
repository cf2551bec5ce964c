import type { Machine } from '../../../src/isolation/machine'
import { watched } from './points'

/** A machine that dies at its nth point: nothing reaches the kernel or the disk from then on. */
export const mortal = (machine: Machine, points: number): Machine => {
  let left = points
  return watched(machine, what => {
    if (--left < 0) throw new Error(`dead ${what}`)
  })
}
