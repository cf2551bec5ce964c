/**
 * Takes the place of ts-node/register where compiling would take most of the time: in the virtual machine, and where
 * hundreds of processes are started. What each file is published as lies in the folder ISOLINK_COMPILED, under the
 * file's own path. In the machine, tests start processes without our environment, so the folder is at a fixed place.
 */
const { readFileSync } = require('node:fs')
const { join } = require('node:path')

const compiled = process.env.ISOLINK_COMPILED ?? '/compiled'

/** What tests write and then run is not among what was compiled. */
const compile = file =>
  require('@swc/core').transformSync(readFileSync(file, 'utf8'), {
    filename: file,
    configFile: false,
    swcrc: false,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' }
  }).code

const javaScriptOf = file => {
  try {
    return readFileSync(join(compiled, file), 'utf8')
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return compile(file)
  }
}

require.extensions['.ts'] = (module, file) => module._compile(javaScriptOf(file), file)
