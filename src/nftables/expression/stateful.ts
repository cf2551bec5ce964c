import { NFT_CONNLIMIT_F } from '../../../protocol/nftables/expression/connlimit'
import { NFT_LIMIT, NFT_LIMIT_F } from '../../../protocol/nftables/expression/limit'
import { NFT_QUOTA_F } from '../../../protocol/nftables/expression/quota'
import type { StatefulExpression } from '../../../protocol/nftables/expression/stateful'
import type { Limit, Quota, Stateful } from '../syntax'
import type { DataOf } from './data'

/** In seconds. */
const periods: { readonly [period in Limit['per']]: bigint } = {
  second: 1n,
  minute: 60n,
  hour: 3600n,
  day: 86_400n,
  week: 604_800n
}

/** The burst that there is when none is said, in packets. */
const defaultBurst = 5

export const limitData = ({ rate, of, per, burst, over }: Omit<Limit, 'statement'>): DataOf<'limit'> => ({
  rate,
  unit: periods[per],
  burst: burst ?? (of === 'packets' ? defaultBurst : 0),
  type: of === 'packets' ? NFT_LIMIT.PKTS : NFT_LIMIT.PKT_BYTES,
  flags: over === true ? NFT_LIMIT_F.INV : 0
})

export const limitOf = ({
  rate = 0n,
  unit = 1n,
  burst = 0,
  type,
  flags = 0
}: DataOf<'limit'>): Omit<Limit, 'statement'> => ({
  rate,
  of: type === NFT_LIMIT.PKT_BYTES ? 'bytes' : 'packets',
  per: (Object.keys(periods) as ReadonlyArray<Limit['per']>).find(per => periods[per] === unit) ?? 'second',
  burst,
  ...((flags & NFT_LIMIT_F.INV) !== 0 && { over: true as const })
})

export const quotaData = ({ bytes, over, used }: Omit<Quota, 'statement'>): DataOf<'quota'> => ({
  bytes,
  flags: over === true ? NFT_QUOTA_F.INV : 0,
  consumed: used ?? 0n
})

export const quotaOf = ({
  bytes = 0n,
  flags = 0,
  consumed = 0n
}: DataOf<'quota'>): Omit<Quota, 'statement'> => ({
  bytes,
  ...((flags & NFT_QUOTA_F.INV) !== 0 && { over: true as const }),
  ...(consumed > 0n && { used: consumed })
})

/** A statement with a memory as the kernel has it. */
export const stateful = (statement: Stateful): StatefulExpression => {
  switch (statement.statement) {
    case 'counter': {
      const { packets, bytes } = statement
      return {
        name: 'counter',
        data: { ...(bytes !== undefined && { bytes }), ...(packets !== undefined && { packets }) }
      }
    }
    case 'limit':
      return { name: 'limit', data: limitData(statement) }
    case 'quota':
      return { name: 'quota', data: quotaData(statement) }
    case 'connections': {
      const { count, over } = statement
      return { name: 'connlimit', data: { count, flags: over === true ? NFT_CONNLIMIT_F.INV : 0 } }
    }
    case 'last':
      return { name: 'last', data: statement.used === undefined ? {} : { set: 1, msecs: statement.used } }
  }
}

/** A statement with a memory; undefined for what is none. */
export const statefulOf = (expression: StatefulExpression): Stateful | undefined => {
  switch (expression.name) {
    case 'counter': {
      const { packets = 0n, bytes = 0n } = expression.data ?? {}
      return { statement: 'counter', packets, bytes }
    }
    case 'limit':
      return { statement: 'limit', ...limitOf(expression.data ?? {}) }
    case 'quota':
      return { statement: 'quota', ...quotaOf(expression.data ?? {}) }
    case 'connlimit': {
      const { count = 0, flags = 0 } = expression.data ?? {}
      return {
        statement: 'connections',
        count,
        ...((flags & NFT_CONNLIMIT_F.INV) !== 0 && { over: true as const })
      }
    }
    case 'last': {
      const { set = 0, msecs = 0n } = expression.data ?? {}
      return { statement: 'last', ...(set !== 0 && { used: msecs }) }
    }
    default:
      return undefined
  }
}
