import * as E from 'fp-ts/Either'
import { NLM_F } from '../../protocol/netlink/header'
import { RTNLGRP } from '../../protocol/rtnetlink/group'
import type { Nsid as NsidMessage } from '../../protocol/rtnetlink/nsid'
import type { NamespaceRef } from '../namespace/reference'
import { invalidInput } from '../socket/error'
import { keysOf, misspelt } from '../socket/key'
import { message } from '../socket/message'
import { type ListRequest, listing, type Request } from '../socket/request'
import { routeChanges } from '../socket/subscription'

/** The number by which one namespace names another: `ip netns list-id`. <linux/net_namespace.h> */
export interface Nsid {
  readonly id: number
}

export interface NewNsid {
  /** The namespace that gets a number here. */
  readonly namespace: NamespaceRef
  /** Default: the kernel takes the first that is free. */
  readonly id?: number
}

const keys = keysOf<NewNsid>({ namespace: true, id: true })

/** NETNSA_NSID_NOT_ASSIGNED. <linux/net_namespace.h> */
const none = -1

const fields = {
  'attributes.nsid': 'id',
  'attributes.fd': 'namespace'
}

/** Lists the numbers of other namespaces: `ip netns list-id`. */
export const list = (): ListRequest<Nsid> =>
  listing({
    operation: 'nsid.list',
    protocol: 'route',
    messages: () => E.right([message('RTM_GETNSID', NLM_F.REQUEST | NLM_F.DUMP, {})]),
    entries: nsidsIn,
    fields
  })

/** The number that a namespace has here, if it has one. */
export const get = (namespace: NamespaceRef): Request<Nsid | undefined> => ({
  operation: 'nsid.get',
  protocol: 'route',
  answering: 'single',
  namespaces: [namespace],
  messages: known =>
    E.right([message('RTM_GETNSID', NLM_F.REQUEST, { attributes: { fd: known.descriptorOf(namespace) } })]),
  read: answers => answers.flatMap(nsidsIn)[0],
  fields
})

/** Gives a namespace a number here, once and for all: `ip netns set`. */
export const add = (nsid: NewNsid): Request<void> =>
  misspelt('nsid.add', nsid, keys) ?? {
    operation: 'nsid.add',
    protocol: 'route',
    answering: 'acknowledged',
    namespaces: [nsid.namespace],
    messages: known =>
      // The kernel takes any number below 0 for none.
      nsid.id !== undefined && nsid.id < 0
        ? E.left(invalidInput('nsid.add', 'id', 'must not be below 0'))
        : E.right([
            message('RTM_NEWNSID', NLM_F.REQUEST, {
              attributes: { nsid: nsid.id ?? none, fd: known.descriptorOf(nsid.namespace) }
            })
          ]),
    read: () => undefined,
    fields,
    hints: {
      EEXIST: 'a namespace keeps the number that it has here, and no other gets it'
    }
  }

const nsidsIn = (answer: { readonly type: string }): ReadonlyArray<Nsid> =>
  answer.type === 'RTM_NEWNSID' ? nsidsOf(answer as unknown as NsidMessage) : []

const nsidsOf = ({ attributes: { nsid = none } }: NsidMessage): ReadonlyArray<Nsid> =>
  nsid === none ? [] : [{ id: nsid }]

/** Numbers as they are given and as their namespaces go. */
export const changes = routeChanges(
  [RTNLGRP.NSID],
  { added: 'RTM_NEWNSID', removed: 'RTM_DELNSID' },
  told => nsidsOf(told as unknown as NsidMessage),
  list()
)
