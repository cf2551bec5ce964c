/** The Nth of the routes: `10.0.0.N/32`. */
export const destinationOf = (n: number): string => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}/32`
