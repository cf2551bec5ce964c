import * as E from 'fp-ts/Either'
import type { Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { message } from './message'
import type { Feature, Request } from './request'

/** The controller's version. <linux/genetlink.h> */
const header = { version: 2 }

/** The number of a family of generic netlink: `genl ctrl get name`. The kernel loads the module that has it. */
export const familyByName = (name: string): Request<number> => ({
  operation: 'generic.family',
  protocol: 'generic',
  answering: 'single',
  messages: () =>
    E.right([message('CTRL_CMD_GETFAMILY', NLM_F.REQUEST, { header, attributes: { familyName: name } })]),
  read: answers => answers.map(idIn).find(id => id !== 0) ?? 0,
  fields: { 'attributes.familyName': 'family' }
})

const idIn = (answer: Message): number =>
  answer.type === 'CTRL_CMD_NEWFAMILY' ? (answer.attributes.familyId ?? 0) : 0

/** The version of Linux that brought a family. Its module mostly bears its name. */
const families: { readonly [name: string]: string } = { wireguard: '5.6' }

/** A family as something that a kernel may lack. */
export const genericFamily = (name: string): Feature => {
  const since = Object.hasOwn(families, name) ? families[name] : undefined
  return {
    name: `${name} in generic netlink`,
    ...(since !== undefined && { since }),
    module: name,
    signs: ['ENOENT'],
    probe: [familyByName(name)]
  }
}
