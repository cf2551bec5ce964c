/**
 * Takes the place of ts-node/register where compiling would take most of the time: in the virtual machine, and where
 * hundreds of processes are started. What ts-node made of each file beforehand lies in the folder ISOLINK_COMPILED, under
 * the file's own path. In the machine, tests start processes without our environment, so the folder is at a fixed place.
 */
const { readFileSync } = require('node:fs')
const { join } = require('node:path')

const compiled = process.env.ISOLINK_COMPILED ?? '/compiled'

require.extensions['.ts'] = (module, file) =>
  module._compile(readFileSync(join(compiled, file), 'utf8'), file)
