import { programWith } from './program'

const [first, second] = process.argv.slice(2).filter(word => word !== 'help' && word !== '--')

// A shell asks for what can follow the words of a command line.
const program = programWith(name => name === (first === 'complete' ? second : first))
if (first === 'complete') (require('./complete') as typeof import('./complete')).complete(program)
void program.parseAsync()
