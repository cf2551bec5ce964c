import { attributes } from '../../definition'

/** An interface whose kind has nothing to say: `ip link add type dummy`. */
export const plain = attributes('IFLA', {})
