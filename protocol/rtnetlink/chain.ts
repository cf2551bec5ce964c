import { message, type TypeOf } from '../definition'
import { filter } from './filter'
import { tcmsg } from './tc/tcmsg'

/** A chain of filters; its options are a template of those that it may hold: `tc chain`. <linux/rtnetlink.h> */
export const chain = message('chain', {
  types: { RTM_NEWCHAIN: 100, RTM_DELCHAIN: 101, RTM_GETCHAIN: 102 },
  header: tcmsg,
  attributes: filter.attributes
})
export interface Chain extends TypeOf<typeof chain> {}
