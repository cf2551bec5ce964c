import type { Qdisc as M } from '../protocol/rtnetlink/qdisc'
import type { QdiscKind, QdiscOptions, NewQdisc } from '../src/qdisc'
export const a: QdiscKind = 'htb'
// @ts-expect-error unknown
export const b: QdiscKind = 'x'
export const c: NewQdisc = { link: 1, kind: 'fq_codel', options: { target: 1 } }
export const d: NewQdisc = { link: 1, kind: 'htb', options: { init: { defcls: 1 } } }
// @ts-expect-error option
export const e: NewQdisc = { link: 1, kind: 'htb', options: { target: 1 } }
export const f: NewQdisc = { link: 1, kind: 'netem', options: { header: {limit: 4}, attributes: { ecn: 1 } } }
export const g: NewQdisc = { link: 1, kind: 'mq' }
type X = QdiscOptions<'tbf'>
export const x: X = 1 as never as X
import type { ClassKind, NewClass } from '../src/class'
export const h: ClassKind[] = ['htb', 'drr', 'hfsc', 'qfq', 'ets']
// @ts-expect-error no options
export const i: ClassKind = 'sfq'
export const j: NewClass = { link: 1, handle: '1:1', kind: 'drr', options: { quantum: 4 } }
