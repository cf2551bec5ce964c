import { NF_LOG, NFT_LOGLEVEL } from '../../../protocol/nftables/expression/log'
import type { Log } from '../syntax'
import type { DataOf } from './data'

type Level = NonNullable<Log['level']>

export const logLevels: { readonly [level in Level]: number } = {
  emerg: NFT_LOGLEVEL.EMERG,
  alert: NFT_LOGLEVEL.ALERT,
  crit: NFT_LOGLEVEL.CRIT,
  err: NFT_LOGLEVEL.ERR,
  warn: NFT_LOGLEVEL.WARNING,
  notice: NFT_LOGLEVEL.NOTICE,
  info: NFT_LOGLEVEL.INFO,
  debug: NFT_LOGLEVEL.DEBUG,
  audit: NFT_LOGLEVEL.AUDIT
}

/** What nft does not print, as the kernel fills it in where nobody said it. */
const usualLevel = NFT_LOGLEVEL.WARNING

export const logFlags: { readonly [flag: string]: number } = {
  'tcp sequence': NF_LOG.TCPSEQ,
  'tcp options': NF_LOG.TCPOPT,
  'ip options': NF_LOG.IPOPT,
  skuid: NF_LOG.UID,
  ether: NF_LOG.MACDECODE
}

const all = Object.values(logFlags).reduce((sum, flag) => sum | flag, 0)

/** A log statement as the kernel has it. */
export const logData = ({
  prefix,
  group,
  snaplen,
  queueThreshold,
  level,
  flags: named
}: Log): DataOf<'log'> => ({
  ...(prefix !== undefined && { prefix }),
  ...(group !== undefined && { group }),
  ...(snaplen !== undefined && { snaplen }),
  ...(queueThreshold !== undefined && { qthreshold: queueThreshold }),
  ...(level !== undefined && { level: logLevels[level] }),
  ...(named !== undefined && {
    flags: named.reduce((sum, flag) => sum | (flag === 'all' ? all : (logFlags[flag] ?? 0)), 0)
  })
})

const levelOf = (number: number): Level | undefined =>
  number === usualLevel
    ? undefined
    : (Object.keys(logLevels) as ReadonlyArray<Level>).find(level => logLevels[level] === number)

/** The log statement that the kernel tells of. */
export const logOf = ({
  group,
  prefix,
  snaplen,
  qthreshold,
  level: number,
  flags: bits = 0
}: DataOf<'log'>): Log => {
  const named =
    (bits & all) === all
      ? ['all']
      : Object.keys(logFlags).filter(flag => (bits & (logFlags[flag] ?? 0)) !== 0)
  const level = number === undefined || group !== undefined ? undefined : levelOf(number)
  return {
    statement: 'log',
    ...(prefix !== undefined && { prefix }),
    ...(group !== undefined && { group }),
    ...(snaplen !== undefined && { snaplen }),
    ...(qthreshold !== undefined && qthreshold !== 0 && { queueThreshold: qthreshold }),
    ...(level !== undefined && { level }),
    ...(named.length > 0 && { flags: named })
  }
}
