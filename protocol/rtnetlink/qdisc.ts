import { message, type TypeOf } from '../definition'
import { cake, cakeStats } from './tc/qdisc/cake'
import { cbq, tcCbqXstats } from './tc/qdisc/cbq'
import { cbs } from './tc/qdisc/cbs'
import { choke, tcChokeXstats } from './tc/qdisc/choke'
import { codel, fqCodel, tcCodelXstats, tcFqCodelXstats } from './tc/qdisc/codel'
import { dsmark } from './tc/qdisc/dsmark'
import { dualpi2, tcDualpi2Xstats } from './tc/qdisc/dualpi2'
import { etf } from './tc/qdisc/etf'
import { ets } from './tc/qdisc/ets'
import { fifo } from './tc/qdisc/fifo'
import { fq, tcFqQdStats } from './tc/qdisc/fq'
import { gred } from './tc/qdisc/gred'
import { hfsc } from './tc/qdisc/hfsc'
import { hhf, tcHhfXstats } from './tc/qdisc/hhf'
import { htb } from './tc/qdisc/htb'
import { ingress } from './tc/qdisc/ingress'
import { mqprio } from './tc/qdisc/mqprio'
import { multiq } from './tc/qdisc/multiq'
import { netem, tcNetemXstats } from './tc/qdisc/netem'
import { fqPie, pie, tcFqPieXstats, tcPieXstats } from './tc/qdisc/pie'
import { plug } from './tc/qdisc/plug'
import { prio } from './tc/qdisc/prio'
import { red, tcRedXstats } from './tc/qdisc/red'
import { sfb, tcSfbXstats } from './tc/qdisc/sfb'
import { sfq } from './tc/qdisc/sfq'
import { skbprio } from './tc/qdisc/skbprio'
import { taprio, taprioStats } from './tc/qdisc/taprio'
import { tbf } from './tc/qdisc/tbf'
import { tca, tcmsg } from './tc/tcmsg'

/** A queueing discipline: `tc qdisc`. <linux/rtnetlink.h>, man 8 tc */
export const qdisc = message('qdisc', {
  types: { RTM_NEWQDISC: 36, RTM_DELQDISC: 37, RTM_GETQDISC: 38 },
  header: tcmsg,
  attributes: tca(
    {
      bfifo: fifo,
      cake,
      cake_mq: cake,
      cbq,
      cbs,
      choke,
      clsact: ingress,
      codel,
      dsmark,
      dualpi2,
      etf,
      ets,
      fq,
      fq_codel: fqCodel,
      fq_pie: fqPie,
      gred,
      hfsc,
      hhf,
      htb,
      ingress,
      mqprio,
      multiq,
      netem,
      pfifo: fifo,
      pfifo_fast: prio,
      pfifo_head_drop: fifo,
      pie,
      plug,
      prio,
      red,
      sfb,
      sfq,
      skbprio,
      taprio,
      tbf
    },
    {
      cake: cakeStats,
      cake_mq: cakeStats,
      cbq: tcCbqXstats,
      choke: tcChokeXstats,
      codel: tcCodelXstats,
      dualpi2: tcDualpi2Xstats,
      fq: tcFqQdStats,
      fq_codel: tcFqCodelXstats,
      fq_pie: tcFqPieXstats,
      hhf: tcHhfXstats,
      netem: tcNetemXstats,
      pie: tcPieXstats,
      red: tcRedXstats,
      sfb: tcSfbXstats,
      taprio: taprioStats
    }
  )
})
export interface Qdisc extends TypeOf<typeof qdisc> {}

export { CAKE_ACK, CAKE_ATM, CAKE_DIFFSERV, CAKE_FLOW } from './tc/qdisc/cake'
export { TCA_FQ_CODEL_XSTATS } from './tc/qdisc/codel'
export {
  TC_DUALPI2_DROP_EARLY,
  TC_DUALPI2_DROP_OVERLOAD,
  TC_DUALPI2_ECN_MASK,
  TC_DUALPI2_SPLIT_GSO
} from './tc/qdisc/dualpi2'
export { TC_ETF } from './tc/qdisc/etf'
export { TC_FP, TC_MQPRIO_HW_OFFLOAD, TC_MQPRIO_MODE, TC_MQPRIO_SHAPER } from './tc/qdisc/mqprio'
export { TCQ_PLUG } from './tc/qdisc/plug'
export { TC_PRIO } from './tc/qdisc/prio'
export { TC_RED } from './tc/qdisc/red'
export { TC_TAPRIO_CMD, TCA_TAPRIO_ATTR_FLAG } from './tc/qdisc/taprio'
export { TC_LINKLAYER } from './tc/rate'
export { TC_H, TCA_DUMP_FLAGS } from './tc/tcmsg'
