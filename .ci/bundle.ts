/** Makes the command one file: Node finds, reads and compiles some two hundred one by one, which takes most of a run. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { root } from './javascript'

const dist = join(root, 'dist')

/** What is not in the one file is loaded by src/command/isolink.ts. */
const fromCommand = (path: string): string => `./${relative(join(dist, 'src/command'), path)}`

/**
 * Packages with machine code look for it in many places, which takes three times as long as to load it. It nearly always is
 * where npm puts it; where it is not, or is of another C library, the package itself is asked.
 */
const machineCode: { readonly [module: string]: string } = {
  koffi: `
    try {
      if (require('node:fs').existsSync('/etc/alpine-release')) throw new Error('musl')
      module.exports = require(\`@koromix/koffi-linux-\${process.arch}/linux_\${process.arch}/koffi.node\`)
    } catch {
      module.exports = require('koffi')
    }`,
  'netlink/dist/raw': `
    try {
      module.exports = require('./node_modules/netlink/dist/raw')
    } catch {
      module.exports = require('netlink/dist/raw')
    }`,
  'node-gyp-build': `
    module.exports = () => require(\`netlink/prebuilds/linux-\${process.arch}/node.napi.node\`)`
}

/** Says of each file whether it becomes part of the one, and as what. */
const files: Plugin = {
  name: 'files',
  setup: ({ onLoad, onResolve }) => {
    // Processes of their own, and what loads an ES module, which only Node's own loader can.
    onResolve({ filter: /./ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'require-resolve' && !path.endsWith('/svg')) return
      return { path: path.startsWith('.') ? fromCommand(resolve(resolveDir, path)) : path, external: true }
    })
    onResolve({ filter: /^(koffi|netlink\/dist\/raw|node-gyp-build)$/ }, ({ path, namespace }) =>
      namespace === 'machine-code' ? { path, external: true } : { path, namespace: 'machine-code' }
    )
    onLoad({ filter: /./, namespace: 'machine-code' }, ({ path }) => ({
      contents: machineCode[path] ?? '',
      resolveDir: root
    }))
    // Commander has it for commands that are programs of their own: ours are none.
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      packageOf(relative(root, importer)) === 'commander' ? { path, namespace: 'unused' } : undefined
    )
    onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: '' }))
    // Tells whether a run has compiled more than those before it.
    onLoad({ filter: /\.js$/ }, ({ path }) => ({ contents: `${readFileSync(path, 'utf8')}\nfilesUsed++` }))
  }
}

/** The part of a path that names a package, if it is in one. */
const packageOf = (path: string): string | undefined => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]

/** The terms of a package, which go wherever its code does: in a file of their own, or at the end of what it says of itself. */
const licenceOf = (name: string): string => {
  const folder = join(root, 'node_modules', name)
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8').trim()
  const { version, license } = JSON.parse(read('package.json'))
  const file = readdirSync(folder).find(each => /^licen[cs]e/i.test(each))
  const terms =
    file === undefined
      ? read('README.md')
          .split(/^#+ License$/m)
          .at(-1)
          ?.trim()
      : read(file)
  return `${name} ${version}: ${license}\n\n${terms}\n`
}

export const bundle = async (): Promise<void> => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['dist/src/command/main.js'],
    outfile: 'dist/isolink.js',
    bundle: true,
    minify: true,
    // What Node shows of an error's line is not all there is.
    lineLimit: 160,
    metafile: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // Latin-1, as which it is read fastest, has that.
    charset: 'ascii',
    // Most runs do without.
    external: ['yaml'],
    // As src/command/isolink.ts calls it.
    banner: { js: '(function(require,__filename,__dirname){const exports={};let filesUsed=0' },
    footer: { js: 'return{filesUsed:()=>filesUsed}})' },
    plugins: [files]
  })
  const packages = new Set(Object.keys(metafile.inputs).flatMap(path => packageOf(path) ?? []))
  writeFileSync(join(dist, 'isolink.js.LICENSES'), [...packages].sort().map(licenceOf).join('\n\n'))
}
