import * as E from 'fp-ts/Either'
import { TC_H } from '../../protocol/rtnetlink/qdisc'

/** The number of a qdisc, `1:`, or of a class, `1:10`: two hexadecimal numbers of 16 bits. man 8 tc */
export type Handle = `${string}:${string}`

/** Names of places that are no qdisc or class, each with its number. */
export interface Places {
  readonly [name: string]: number
}

/** Where a qdisc can stand besides below a class. */
export const qdiscPlaces = { root: TC_H.ROOT, ingress: TC_H.INGRESS } as const

/** Where a class can stand besides below a class. */
export const classPlaces = { root: TC_H.ROOT } as const

/** Where a filter can stand besides at a qdisc. */
export const filterPlaces = {
  ingress: 0xffff0000 + TC_H.MIN_INGRESS,
  egress: 0xffff0000 + TC_H.MIN_EGRESS
} as const

const halves = /^([0-9a-f]{0,4}):([0-9a-f]{0,4})$/i

/** Left says in words what is wrong. */
export const parseHandle = (text: string, places: Places = {}): E.Either<string, number> => {
  const place = Object.hasOwn(places, text) ? places[text] : undefined
  if (place !== undefined) return E.right(place)
  const [, major, minor] = halves.exec(text) ?? []
  const named = Object.keys(places)
  return major === undefined || minor === undefined || `${major}${minor}` === ''
    ? E.left(
        `${JSON.stringify(text)} is no handle such as 1: or 1:10${named.length > 0 ? `, nor ${named.join(' or ')}` : ''}`
      )
    : E.right(Number.parseInt(major || '0', 16) * 0x10000 + Number.parseInt(minor || '0', 16))
}

/** As `tc` prints it. */
export const formatHandle = (handle: number): Handle => {
  const [major, minor] = [handle >>> 16, handle & 0xffff].map(half => (half === 0 ? '' : half.toString(16)))
  return `${major}:${minor}`
}

/** The name of a place, else the handle. */
export const formatPlace = <P extends Places>(number: number, places: P): Handle | (keyof P & string) =>
  Object.entries(places).find(([, place]) => place === number)?.[0] ?? formatHandle(number)
