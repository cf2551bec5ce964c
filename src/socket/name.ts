import * as E from 'fp-ts/Either'
import type { Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import type { Request } from './request'

/** IFNAMSIZ less the NUL: longer names are alternative ones. <linux/if.h> */
export const longestName = 15

/** RTEXT_FILTER_SKIP_STATS: the counters are most of an answer. <linux/rtnetlink.h> */
const withoutStatistics = 8

/** The index of a link by its name, by a single get: a dump would cost a thousand times as much. */
export const linkByName = (name: string): Request<number> => ({
  operation: 'link.get',
  protocol: 'route',
  answering: 'single',
  messages: () =>
    E.right([
      {
        type: 'RTM_GETLINK',
        flags: NLM_F.REQUEST,
        sequence: 0,
        port: 0,
        header: { family: 0, type: 0, index: 0, flags: 0, change: 0 },
        attributes: {
          ...(Buffer.byteLength(name) > longestName ? { altIfname: name } : { ifname: name }),
          extMask: withoutStatistics
        }
      } as unknown as Message
    ]),
  read: answers => answers.map(indexIn).find(index => index !== 0) ?? 0,
  fields: { 'attributes.ifname': 'link' }
})

const indexIn = (message: Message): number =>
  'header' in message && 'index' in message.header && typeof message.header.index === 'number'
    ? message.header.index
    : 0
