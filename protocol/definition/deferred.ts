interface Makers {
  readonly [name: string]: () => unknown
}

/** Where an object keeps what makes its members; nobody sees it. */
const makersOf = Symbol('makers')

/** An object whose members are made when they are first used, and are then as if they had always been there. */
export const deferred = <M extends object>(makers: { readonly [K in keyof M]: () => M[K] }): M => {
  const all = Object.defineProperty({}, makersOf, { value: makers })
  for (const name of Object.keys(makers)) Object.defineProperty(all, name, memberOf(name))
  return all as M
}

const members = new Map<string, PropertyDescriptor>()

/**
 * All objects share the getter of a name, and by that their layout: with getters of its own each would take thirty times
 * as long to make, and some are made with every connection.
 */
const memberOf = (name: string): PropertyDescriptor => {
  const known = members.get(name)
  if (known !== undefined) return known
  const member: PropertyDescriptor = {
    get(this: { readonly [makersOf]: Makers }) {
      const value = this[makersOf][name]?.()
      Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true })
      return value
    },
    enumerable: true,
    configurable: true
  }
  members.set(name, member)
  return member
}
