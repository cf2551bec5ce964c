/** A process that commits again and again, until it is killed; in between it rests for as long as a change takes. */
import { setTimeout as delay } from 'node:timers/promises'
import { addTable, removeTable } from '../../src/nftables'
import { open } from '../../src/promises'

const busy = { family: 'ip', table: 'busy' } as const

const commit = async (): Promise<never> => {
  const { nftables } = open()
  process.send?.('ready')
  for (;;) {
    await nftables.transaction([addTable(busy)])
    await nftables.transaction([removeTable(busy)])
    await delay(1)
  }
}

void commit()
