import { NLM_F } from '../../../protocol/netlink/header'
import { type Address, IFA_F } from '../../../protocol/rtnetlink/address'
import { AF } from '../../../protocol/rtnetlink/af'
import { present } from '../../socket/message'
import type { Belonging } from './belonging'

export type AddressBody = Pick<Address, 'header' | 'attributes'>

/** Flags that are a person's to give. The others tell what the kernel made of the address. */
const given = IFA_F.NODAD | IFA_F.HOMEADDRESS | IFA_F.MANAGETEMPADDR | IFA_F.NOPREFIXROUTE | IFA_F.MCAUTOJOIN

const forever = 0xffff_ffff

const essence = ({ header, attributes }: AddressBody): AddressBody => {
  const flags = (attributes.flags ?? header.flags) & given
  const { local, address, broadcast, label, rtPriority, proto } = attributes
  return {
    header: { ...header, flags: flags & 0xff },
    attributes: present({ local, address, broadcast, label, flags, rtPriority, proto })
  }
}

const left = (seconds: number, elapsed: number): number =>
  seconds === forever ? forever : Math.max(0, seconds - elapsed)

/** Addresses: `ip address`. */
export const addresses: Belonging<AddressBody> = {
  noun: 'address',
  object: 'ADDR',
  dump: () => ({ header: {}, attributes: {} }),
  belongs: ({ header }, { index }) => header.index === index,
  essence,
  aged: (body, elapsed) => {
    const { cacheinfo } = body.attributes
    const plain = essence(body)
    if (cacheinfo === undefined || cacheinfo.valid === forever) return plain
    const valid = left(cacheinfo.valid, elapsed)
    return valid === 0
      ? undefined
      : {
          ...plain,
          attributes: {
            ...plain.attributes,
            cacheinfo: { prefered: left(cacheinfo.prefered, elapsed), valid, cstamp: 0, tstamp: 0 }
          }
        }
  },
  moved: ({ header, attributes }, _, to) => ({ header: { ...header, index: to }, attributes }),
  flags: () => NLM_F.EXCL,
  // The kernel puts a new IPv6 address before those that it has.
  order: all => [
    ...all.filter(({ header }) => header.family !== AF.INET6),
    ...all.filter(({ header }) => header.family === AF.INET6).toReversed()
  ],
  ordered: true,
  spontaneous: true,
  told: ({ header, attributes: { local, address } }) => `${local ?? address}/${header.prefixlen}`
}
