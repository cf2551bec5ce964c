import * as E from 'fp-ts/Either'
import { NFT_OBJECT } from '../../../protocol/nftables/object'
import { message } from '../../socket/message'
import { datatype, protocolNumber } from '../datatype'
import {
  big,
  type Check,
  description,
  type Fault,
  faultIn,
  lackIn,
  milliseconds32,
  number32,
  text,
  whole,
  word,
  yes
} from '../described'
import { limitData, quotaData } from '../expression/stateful'
import { synproxyData } from '../expression/synproxy'
import { familyHeader, familyNumber, type TableRef } from '../family'
import { kindOf, misfit, numberOf } from '../kind'
import { objectNumbers } from '../layout'
import type { ObjectKind } from '../syntax'
import type { NftObject } from '../table'
import { policyData } from '../timeout'
import { type Change, plain, unlessWrong } from './change'
import { create, making } from './creation'
import { family, placeText } from './name'
import { removal } from './removal'

const protocolCheck: Check = value => {
  const protocol = kindOf(datatype('inet_proto'))
  return (
    text(value) ??
    (numberOf(protocol, value as string) === undefined ? misfit(protocol, value as string) : undefined)
  )
}

const bytes = big('number of bytes')

/** What objects of each kind have, and what of it they must have. */
const objectChecks: {
  readonly [kind in NftObject['object']]: {
    readonly checks: { readonly [field: string]: Check }
    readonly needs: ReadonlyArray<string>
  }
} = {
  counter: { checks: { packets: big('number of packets'), bytes }, needs: ['packets', 'bytes'] },
  quota: { checks: { bytes, over: yes, used: bytes }, needs: ['bytes'] },
  limit: {
    checks: {
      rate: big('rate'),
      of: word('unit of a limit', ['packets', 'bytes']),
      per: word('period', ['second', 'minute', 'hour', 'day', 'week']),
      burst: number32('burst'),
      over: yes
    },
    needs: ['rate', 'of', 'per']
  },
  'ct helper': {
    checks: { type: text, protocol: protocolCheck, l3proto: family },
    needs: ['type', 'protocol']
  },
  'ct timeout': {
    checks: { protocol: protocolCheck, l3proto: family, policy: description },
    needs: ['protocol', 'policy']
  },
  'ct expectation': {
    checks: {
      protocol: protocolCheck,
      l3proto: family,
      dport: whole('port', 0xffff),
      timeout: milliseconds32,
      size: whole('number of expectations', 0xff)
    },
    needs: ['protocol', 'dport', 'timeout', 'size']
  },
  synproxy: {
    checks: {
      mss: whole('number of bytes', 0xffff),
      wscale: whole('shift of a window', 0xff),
      timestamp: yes,
      sackPerm: yes
    },
    needs: []
  },
  secmark: { checks: { context: text }, needs: ['context'] },
  unknown: { checks: { type: number32('kind of object'), data: () => undefined }, needs: ['type'] }
}

const objectKind = word('kind of object', Object.keys(objectChecks))

/** What is wrong with the kind of an object, which says what else it has. */
const kindFault = (object: NftObject): Fault | undefined =>
  faultIn(object, { object: objectKind }) ?? lackIn(object, ['object', 'name'])

const objectData = (object: NftObject, ref: TableRef): object => {
  const l3proto = familyNumber(
    'l3proto' in object && object.l3proto !== undefined ? object.l3proto : ref.family
  )
  switch (object.object) {
    case 'counter':
      return { type: NFT_OBJECT.COUNTER, data: { packets: object.packets, bytes: object.bytes } }
    case 'quota':
      return { type: NFT_OBJECT.QUOTA, data: quotaData(object) }
    case 'limit':
      return { type: NFT_OBJECT.LIMIT, data: limitData(object) }
    case 'ct helper':
      return {
        type: NFT_OBJECT.CT_HELPER,
        data: { name: object.type, l3proto, l4proto: protocolNumber(object.protocol) }
      }
    case 'ct timeout':
      return {
        type: NFT_OBJECT.CT_TIMEOUT,
        data: {
          l3proto,
          l4proto: protocolNumber(object.protocol),
          data: policyData(object.protocol, object.policy)
        }
      }
    case 'ct expectation':
      return {
        type: NFT_OBJECT.CT_EXPECT,
        data: {
          l3proto,
          l4proto: protocolNumber(object.protocol),
          dport: object.dport,
          timeout: object.timeout,
          size: object.size
        }
      }
    case 'synproxy':
      return { type: NFT_OBJECT.SYNPROXY, data: synproxyData(object) }
    case 'secmark':
      return { type: NFT_OBJECT.SECMARK, data: { ctx: object.context } }
    case 'unknown':
      return { type: object.type, data: object.data }
  }
}

export const addObject = (ref: TableRef, object: NftObject): Change => {
  const fault = kindFault(object)
  if (fault !== undefined)
    return plain({ verb: 'add', object: object?.object }, `${placeText(ref)} ${object?.name}`, () =>
      E.left(fault)
    )
  const { checks, needs } = objectChecks[object.object]
  return making(object.object, ref, object.name, object, { ...checks, object: objectKind }, () => ({
    messages: () => {
      const lacking = lackIn(object, needs)
      if (lacking !== undefined) return E.left(lacking)
      return E.right([
        message('NFT_MSG_NEWOBJ', create, {
          header: familyHeader(ref),
          attributes: {
            table: ref.table,
            name: object.name,
            ...objectData(object, ref),
            ...(object.comment !== undefined && { userdata: { comment: object.comment } })
          } as never
        })
      ])
    }
  }))
}

const removable = word('kind of object', Object.keys(objectNumbers))

export const removeObject = (ref: TableRef, kind: ObjectKind, name: string): Change =>
  unlessWrong(
    lackIn({ kind }, ['kind']) ?? faultIn({ kind }, { kind: removable }),
    removal(ref, kind, name, 'NFT_MSG_DELOBJ', { name, type: objectNumbers[kind] })
  )
