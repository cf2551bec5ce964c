/** Says in a line of JSON which kernel this is and what it has. */
import { release } from 'node:os'
import { kernelFeatures } from '../../src/promises'

const main = async (): Promise<void> => {
  const features = await kernelFeatures()
  console.log(JSON.stringify({ release: release(), features }))
}

void main()
