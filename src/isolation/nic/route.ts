import { NLM_F } from '../../../protocol/netlink/header'
import { AF } from '../../../protocol/rtnetlink/af'
import { type Route, RT_TABLE, RTN, RTNH_F, RTPROT } from '../../../protocol/rtnetlink/route'
import { present } from '../../socket/message'
import type { Belonging, Owner } from './belonging'

type Body = Pick<Route, 'header' | 'attributes'>
type Hops = NonNullable<Body['attributes']['multipath']>

const RTM_F_CLONED = 0x200

const leavesBy = ({ oif, multipath }: Body['attributes'], { index }: Owner): boolean =>
  oif === index || (multipath?.some(({ header }) => header.ifindex === index) ?? false)

/** A hop with its own flags, without those that tell how its link fares. */
const plainHop = ({ header, attributes }: Hops[number]): Hops[number] => ({
  header: { ...header, flags: header.flags & RTNH_F.ONLINK },
  attributes
})

const essence = ({ header, attributes }: Body): Body => {
  const { cacheinfo: _, expires: __, multipath, ...lasting } = attributes
  const plain = { header: { ...header, flags: header.flags & RTNH_F.ONLINK } }
  if (attributes.nhId !== undefined) {
    // With an object's number, the kernel tells what the object says, and does not take it back.
    const { oif: _o, gateway: _g, via: _v, encap: _e, encapType: _t, ...own } = lasting
    return { header: { ...plain.header, flags: 0 }, attributes: present(own) }
  }
  return {
    ...plain,
    attributes: present({ ...lasting, ...(multipath && { multipath: multipath.map(plainHop) }) })
  }
}

const isMadeByKernel = ({ header }: Body): boolean => header.protocol === RTPROT.KERNEL

/** Whether a packet goes on to somebody on the link, and not to a gateway. */
const isDirect = ({ attributes: { gateway, via, multipath, nhId } }: Body): boolean =>
  gateway === undefined && via === undefined && multipath === undefined && nhId === undefined

/** Routes of every table: `ip route`. */
export const routes: Belonging<Body> = {
  noun: 'route',
  object: 'ROUTE',
  dump: () => ({ header: {}, attributes: {} }),
  belongs: ({ header, attributes }, owner) =>
    (header.family === AF.INET || header.family === AF.INET6) &&
    (header.flags & RTM_F_CLONED) === 0 &&
    (leavesBy(attributes, owner) ||
      (attributes.nhId !== undefined && owner.nexthops.has(attributes.nhId)) ||
      // IPv4 drops a route whose source address goes, whichever link it leaves by.
      (header.family === AF.INET &&
        attributes.prefsrc !== undefined &&
        owner.addresses.has(attributes.prefsrc))),
  essence,
  aged: (body, elapsed) => {
    const hundredths = body.attributes.cacheinfo?.expires ?? 0
    const plain = essence(body)
    if (hundredths <= 0) return plain
    const expires = Math.ceil(hundredths / 100 - elapsed)
    return expires <= 0 ? undefined : { ...plain, attributes: { ...plain.attributes, expires } }
  },
  moved: (body, from, to) => {
    const { oif, multipath } = body.attributes
    const hops = multipath?.map(hop =>
      hop.header.ifindex === from ? { ...hop, header: { ...hop.header, ifindex: to } } : hop
    )
    return {
      ...body,
      attributes: present({
        ...body.attributes,
        oif: oif === from ? to : oif,
        ...(hops && { multipath: hops })
      })
    }
  },
  alone: (body, { index }) => {
    const { oif, multipath, nhId } = body.attributes
    if (multipath === undefined) return oif === index || nhId !== undefined ? body : undefined
    const hops = multipath.filter(({ header }) => header.ifindex === index)
    return hops.length === 0 ? undefined : { ...body, attributes: { ...body.attributes, multipath: hops } }
  },
  // IPv6 takes several hops for one route with each other; of others that are alike, the first made stands first.
  flags: ({ header, attributes }) =>
    header.family === AF.INET6 && attributes.multipath !== undefined ? NLM_F.REPLACE : NLM_F.APPEND,
  order: all => [...all.filter(isDirect), ...all.filter(each => !isDirect(each))],
  spontaneous: true,
  granted: each =>
    isMadeByKernel(each) &&
    each.header.family === AF.INET6 &&
    (each.header.table === RT_TABLE.LOCAL || each.header.type !== RTN.UNICAST),
  told: ({ header, attributes: { dst } }) =>
    header.dstLen === 0 ? 'default' : `${String(dst)}/${header.dstLen}`
}
