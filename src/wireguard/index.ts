import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Message, ValueOf } from '../../protocol'
import {
  type Device as DeviceMessage,
  type peer,
  WGDEVICE_F,
  WGPEER_F
} from '../../protocol/generic/wireguard/device'
import { NLM_F } from '../../protocol/netlink/header'
import { addressFamilies, parsePrefix } from '../ip/prefix'
import { type InvalidInput, invalidInput } from '../socket/error'
import { keysOf, misspelt } from '../socket/key'
import { message, present } from '../socket/message'
import type { LinkRef, Request } from '../socket/request'
import { formatKey, parseKey } from './key'

export { generateKeys, type KeyPair } from './key'

/** The other end of a tunnel. Keys are 32 bytes in base64, as `wg` writes them. man 8 wg */
interface PeerBase {
  readonly publicKey: string
  /** Where its packets are sent to; where its last one came from. */
  readonly endpoint?: { readonly address: string; readonly port: number }
  /** Seconds between packets that only keep the way open; 0, the default, for none. */
  readonly keepalive?: number
  /** What it may send from, and is sent to: `10.0.0.2/32`. */
  readonly allowed: ReadonlyArray<string>
}

export interface Peer extends PeerBase {
  readonly presharedKey?: string
  /** Seconds since 1970; none before the first one. */
  readonly lastHandshake?: number
  readonly received: bigint
  readonly sent: bigint
}

export interface PeerChange extends PeerBase {
  readonly presharedKey?: string
  /** Takes it away; the other members do not count. */
  readonly remove?: boolean
}

/** A tunnel's interface: `wg show`. */
export interface Device {
  readonly link: number
  readonly name: string
  readonly privateKey?: string
  readonly publicKey?: string
  /** The UDP port that it listens on. */
  readonly port: number
  /** Mark of the packets that it sends; 0 for none. */
  readonly mark: number
  readonly peers: ReadonlyArray<Peer>
}

/** What is left out stays as it is. */
export interface DeviceChange {
  readonly privateKey?: string
  /** 0 lets the kernel choose. */
  readonly port?: number
  readonly mark?: number
  /** Peers to add, or to change: what they may send from is then all that is said here. */
  readonly peers?: ReadonlyArray<PeerChange>
  /** Takes away the peers that are not among these. */
  readonly replacePeers?: boolean
}

const endpoint = keysOf<NonNullable<PeerBase['endpoint']>>({ address: true, port: true })

const peerKeys = keysOf<PeerChange, Peer>({
  publicKey: true,
  endpoint,
  keepalive: true,
  allowed: true,
  presharedKey: true,
  remove: true,
  lastHandshake: false,
  received: false,
  sent: false
})

const keys = keysOf<DeviceChange, Device>({
  privateKey: true,
  port: true,
  mark: true,
  peers: peerKeys,
  replacePeers: true,
  link: false,
  name: false,
  publicKey: false
})

/** WG_GENL_VERSION. <linux/wireguard.h> */
const header = { version: 1 }

const fields = {
  'attributes.ifindex': 'link',
  'attributes.privateKey': 'privateKey',
  'attributes.listenPort': 'port',
  'attributes.fwmark': 'mark',
  'attributes.peers': 'peers'
}

const hints = {
  EOPNOTSUPP: 'the link is not of kind wireguard',
  ENODEV: 'there is no such link'
}

/** A tunnel's interface with its peers: `wg show`. */
export const get = (link: LinkRef): Request<Device> => ({
  operation: 'wireguard.get',
  protocol: 'generic',
  family: 'wireguard',
  answering: 'dump',
  links: [link],
  messages: known =>
    E.right([
      message('WG_CMD_GET_DEVICE', NLM_F.REQUEST | NLM_F.DUMP, {
        header,
        attributes: { ifindex: known.indexOf(link) }
      })
    ]),
  read: answers => deviceIn(answers.filter(isDevice)),
  fields,
  hints
})

/** Changes a tunnel's interface: `wg set`. */
export const set = (link: LinkRef, change: DeviceChange): Request<void> =>
  misspelt('wireguard.set', change, keys) ?? {
    operation: 'wireguard.set',
    protocol: 'generic',
    family: 'wireguard',
    answering: 'acknowledged',
    links: [link],
    messages: known =>
      pipe(
        E.Do,
        E.apS('privateKey', key('privateKey', change.privateKey)),
        E.apS('peers', E.traverseArray(peerOf)(change.peers ?? [])),
        E.map(({ privateKey, peers }) => [
          message('WG_CMD_SET_DEVICE', NLM_F.REQUEST, {
            header,
            attributes: present({
              ifindex: known.indexOf(link),
              flags: change.replacePeers === true ? WGDEVICE_F.REPLACE_PEERS : undefined,
              privateKey,
              listenPort: change.port,
              fwmark: change.mark,
              peers: change.peers === undefined ? undefined : peers
            }) as DeviceMessage['attributes']
          })
        ])
      ),
    read: () => undefined,
    fields,
    hints
  }

const operation = 'wireguard.set'

const key = (field: string, text: string | undefined): E.Either<InvalidInput, Uint8Array | undefined> =>
  text === undefined
    ? E.right(undefined)
    : pipe(
        parseKey(text),
        E.mapLeft(reason => invalidInput(operation, field, reason))
      )

type PeerValue = ValueOf<typeof peer>

const peerOf = (given: PeerChange): E.Either<InvalidInput, PeerValue> =>
  pipe(
    E.Do,
    E.apS('publicKey', key('peers.publicKey', given.publicKey)),
    E.apS('presharedKey', key('peers.presharedKey', given.presharedKey)),
    E.apS('allowedips', E.traverseArray(allowedOf)(given.allowed ?? [])),
    E.map(
      ({ publicKey, presharedKey, allowedips }) =>
        present({
          publicKey,
          presharedKey,
          flags: given.remove === true ? WGPEER_F.REMOVE_ME : WGPEER_F.REPLACE_ALLOWEDIPS,
          endpoint:
            given.endpoint === undefined
              ? undefined
              : { addr: given.endpoint.address, port: given.endpoint.port },
          persistentKeepaliveInterval: given.keepalive,
          allowedips
        }) as PeerValue
    )
  )

const allowedOf = (text: string): E.Either<InvalidInput, NonNullable<PeerValue['allowedips']>[number]> =>
  pipe(
    parsePrefix(text),
    E.bimap(
      reason => invalidInput(operation, 'peers.allowed', reason),
      ({ family, address, length }) => ({
        family: addressFamilies[family],
        ipaddr: address,
        cidrMask: length
      })
    )
  )

type Answer = Extract<Message, { readonly type: 'WG_CMD_GET_DEVICE' | 'WG_CMD_SET_DEVICE' }>

const isDevice = (answer: Message): answer is Answer => answer.type === 'WG_CMD_GET_DEVICE'

/** A long answer comes in parts: a peer whose list was cut goes on in the next one under the same key. */
const deviceIn = (answers: ReadonlyArray<Answer>): Device => {
  const peers = new Map<string, Peer>()
  for (const { attributes } of answers)
    for (const told of attributes.peers ?? []) {
      const peer = told as PeerValue
      const publicKey = formatKey(peer.publicKey) ?? ''
      const before = peers.get(publicKey)
      const allowed = [...(before?.allowed ?? []), ...allowedIn(peer)]
      peers.set(publicKey, before === undefined ? peerIn(publicKey, peer, allowed) : { ...before, allowed })
    }
  const { ifindex = 0, ifname = '', listenPort = 0, fwmark = 0, ...keys } = answers[0]?.attributes ?? {}
  return present({
    link: ifindex,
    name: ifname,
    privateKey: formatKey(keys.privateKey),
    publicKey: formatKey(keys.publicKey),
    port: listenPort,
    mark: fwmark,
    peers: [...peers.values()]
  }) as Device
}

const allowedIn = ({ allowedips = [] }: PeerValue): ReadonlyArray<string> =>
  allowedips.map(({ ipaddr, cidrMask }) => `${ipaddr}/${cidrMask}`)

const peerIn = (publicKey: string, told: PeerValue, allowed: ReadonlyArray<string>): Peer =>
  present({
    publicKey,
    presharedKey: formatKey(told.presharedKey),
    endpoint: told.endpoint && { address: told.endpoint.addr, port: told.endpoint.port },
    keepalive: told.persistentKeepaliveInterval,
    allowed,
    lastHandshake: told.lastHandshakeTime?.sec ? Number(told.lastHandshakeTime.sec) : undefined,
    received: told.rxBytes ?? 0n,
    sent: told.txBytes ?? 0n
  }) as Peer
