/** Prints all definitions as JSON, under the kernel's names: `npm run --silent protocol`. */
import { describe } from '../../protocol'
import { print } from './output'

print(JSON.stringify(describe(), null, 2))
