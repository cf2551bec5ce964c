/** Prints all definitions as JSON, under the kernel's names: `npm run --silent protocol`. */
import { describe } from '../../protocol'

process.stdout.write(`${JSON.stringify(describe(), null, 2)}\n`)
