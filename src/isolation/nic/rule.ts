import { NLM_F } from '../../../protocol/netlink/header'
import { AF } from '../../../protocol/rtnetlink/af'
import { RT_TABLE } from '../../../protocol/rtnetlink/route'
import { FIB_RULE, FR_ACT, type Rule } from '../../../protocol/rtnetlink/rule'
import { present } from '../../socket/message'
import { asTold, type Belonging } from './belonging'

type Body = Pick<Rule, 'header' | 'attributes'>

/** The rules that every namespace is born with. */
const innate: ReadonlyMap<number, number> = new Map([
  [0, RT_TABLE.LOCAL],
  [32766, RT_TABLE.MAIN],
  [32767, RT_TABLE.DEFAULT]
])

const isInnate = ({ header, attributes: { priority = 0, table = header.table } }: Body): boolean =>
  header.action === FR_ACT.TO_TBL &&
  header.srcLen === 0 &&
  header.dstLen === 0 &&
  innate.get(priority) === table

/** Rules that somebody has made: `ip rule`. They are nobody's in particular. */
export const rules: Belonging<Body> = {
  noun: 'rule',
  object: 'RULE',
  dump: () => ({ header: {}, attributes: {} }),
  belongs: body => (body.header.family === AF.INET || body.header.family === AF.INET6) && !isInnate(body),
  essence: ({ header, attributes }) => {
    const { suppressPrefixlen, suppressIfgroup, ...rest } = attributes
    return {
      header: { ...header, flags: header.flags & (FIB_RULE.INVERT | FIB_RULE.FIND_SADDR) },
      attributes: present({
        ...rest,
        // The kernel tells that there is none, too.
        suppressPrefixlen: suppressPrefixlen === 0xffff_ffff ? undefined : suppressPrefixlen,
        suppressIfgroup: suppressIfgroup === 0xffff_ffff ? undefined : suppressIfgroup
      })
    }
  },
  moved: body => body,
  flags: () => NLM_F.EXCL,
  order: asTold,
  told: ({ attributes: { priority = 0 } }) => String(priority)
}
