/** An object whose members are made when they are first used, and are then as if they had always been there. */
export const deferred = <M extends object>(makers: { readonly [K in keyof M]: () => M[K] }): M => {
  const all = {}
  const define = (name: string, how: PropertyDescriptor): void =>
    void Object.defineProperty(all, name, { ...how, enumerable: true, configurable: true })
  for (const [name, make] of Object.entries<() => unknown>(makers))
    define(name, {
      get: () => {
        const value = make()
        define(name, { value, writable: true })
        return value
      }
    })
  return all as M
}
