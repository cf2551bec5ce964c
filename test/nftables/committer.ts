/** A process that does nothing but commit, until it is killed. */
import { addTable, removeTable } from '../../src/nftables'
import { open } from '../../src/promises'

const busy = { family: 'ip', table: 'busy' } as const

const commit = async (): Promise<never> => {
  const { nftables } = open()
  process.send?.('ready')
  for (;;) {
    await nftables.transaction([addTable(busy)])
    await nftables.transaction([removeTable(busy)])
  }
}

void commit()
