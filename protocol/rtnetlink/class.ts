import { message, type TypeOf } from '../definition'
import { atm } from './tc/qdisc/atm'
import { cakeStats } from './tc/qdisc/cake'
import { cbq, tcCbqXstats } from './tc/qdisc/cbq'
import { tcFqCodelClassXstats } from './tc/qdisc/codel'
import { drr, tcDrrStats } from './tc/qdisc/drr'
import { dsmark } from './tc/qdisc/dsmark'
import { ets } from './tc/qdisc/ets'
import { hfscClass, tcHfscStats } from './tc/qdisc/hfsc'
import { htb, tcHtbXstats } from './tc/qdisc/htb'
import { qfq, tcQfqStats } from './tc/qdisc/qfq'
import { tcSfqXstats } from './tc/qdisc/sfq'
import { taprioStats } from './tc/qdisc/taprio'
import { tca, tcmsg } from './tc/tcmsg'

/** A class, or a flow, of a qdisc: `tc class`. Its kind is the qdisc's. <linux/rtnetlink.h>, man 8 tc */
export const trafficClass = message('class', {
  types: { RTM_NEWTCLASS: 40, RTM_DELTCLASS: 41, RTM_GETTCLASS: 42 },
  header: tcmsg,
  attributes: tca(
    { atm, cbq, drr, dsmark, ets, hfsc: hfscClass, htb, qfq },
    {
      cake: cakeStats,
      cbq: tcCbqXstats,
      drr: tcDrrStats,
      fq_codel: tcFqCodelClassXstats,
      hfsc: tcHfscStats,
      htb: tcHtbXstats,
      qfq: tcQfqStats,
      sfq: tcSfqXstats,
      taprio: taprioStats
    }
  )
})
export interface TrafficClass extends TypeOf<typeof trafficClass> {}
