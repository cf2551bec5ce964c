import { fstatSync, writeSync } from 'node:fs'
import type { Progress } from '../isolation/execution'

interface Output {
  readonly write: (text: string) => void
  /** Whether nobody reads any more: `head` has seen enough, or a terminal is gone. */
  readonly isUnheard: () => boolean
}

/**
 * What a terminal would obey, as text: `\x1b`. Whoever names a link, or writes a comment, is not to move the cursor of
 * those who look.
 */
export const visible = (text: string): string =>
  text.replace(/\p{Cc}/gu, each => `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** What we have painted ourselves. */
const painted = new Set<string>()

/** The only things that a terminal is to obey: lines, tabs and our own colours. */
const obeyed = (text: string): string =>
  text.replace(/\p{Cc}\[\d+m.\p{Cc}\[39m|(?![\n\t])\p{Cc}/gu, each =>
    painted.has(each) ? each : visible(each)
  )

/**
 * What cannot be written is dropped, and what is being done comes to its end all the same. Node's streams take as long to
 * load as links to be listed: only a reader that must not be waited for needs them.
 */
const outputTo = (descriptor: number, stream: () => NodeJS.WriteStream): Output => {
  let streamed: NodeJS.WriteStream | undefined
  let isUnheard = false
  const lose = ({ code }: NodeJS.ErrnoException): void => {
    isUnheard = true
    // Who has seen enough has missed nothing.
    if (code !== 'EPIPE') process.exitCode = 1
  }
  return {
    write: text => {
      const bytes = Buffer.from(obeyed(text))
      let written = 0
      try {
        while (streamed === undefined && !isUnheard && written < bytes.length)
          written += writeSync(descriptor, bytes, written)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') streamed = stream().on('error', lose)
        else lose(error as NodeJS.ErrnoException)
      }
      if (!isUnheard) streamed?.write(bytes.subarray(written))
    },
    isUnheard: () => isUnheard
  }
}

const standardOutput = outputTo(1, () => process.stdout)
const standardError = outputTo(2, () => process.stderr)

export const { write, isUnheard } = standardOutput

export const print = (text: string): void => write(`${text}\n`)

/** To ask Node loads its streams for terminals, which are character devices. */
const isTerminal = (): boolean => fstatSync(1).isCharacterDevice() && process.stdout.isTTY

/** What only a person at a terminal wants to read. */
export const tell = (text: string): void => {
  if (isTerminal()) print(text)
}

const colours = { red: 31, green: 32, yellow: 33 } as const

/** A sign in a colour on a terminal that has some, unless NO_COLOR asks for none. */
export const paint = (colour: keyof typeof colours, sign: '✓' | '!' | '+' | '-' | '~'): string => {
  if (!isTerminal() || !process.stdout.hasColors()) return sign
  const made = `\x1b[${colours[colour]}m${sign}\x1b[39m`
  painted.add(made)
  return made
}

/** Says what is wrong, or lost, where it is not taken for an answer. */
export const complain = (text: string): void => standardError.write(`${text}\n`)

/** Tells a person of each step as it is done, and anybody of each thing that is lost. */
export const progress = ({ json: asJson }: { readonly json?: boolean }): Progress => ({
  ...(asJson !== true && { onStep: description => tell(`${paint('green', '✓')} ${description}`) }),
  onLoss: lost => complain(asJson === true ? line({ lost }) : `isolink: ${lost}`)
})

/** 64 bits are texts, as JSON's readers would round them; bytes are texts of hexadecimal digits. */
const writable = (_: string, member: unknown): unknown =>
  typeof member === 'bigint'
    ? String(member)
    : member instanceof Uint8Array
      ? Buffer.from(member).toString('hex')
      : member

/** JSON for other programs. */
export const json = (value: unknown): string => escaped(JSON.stringify(value, writable, 2))

/** The same on one line, for a program that reads one at a time. */
export const line = (value: unknown): string => escaped(JSON.stringify(value, writable))

/** Terminals obey some characters that JSON leaves as they are; as it may write them they are the same to programs. */
const escaped = (text: string): string =>
  text.replace(/[\x7f-\x9f]/g, each => `\\u00${each.charCodeAt(0).toString(16)}`)

/** Rows of cells, each column as wide as its widest cell. */
export const columns = (given: ReadonlyArray<ReadonlyArray<string>>): string => {
  const rows = given.map(row => row.map(visible))
  const widths = rows.reduce<ReadonlyArray<number>>(
    (all, row) =>
      Array.from({ length: Math.max(all.length, row.length) }, (_, n) =>
        Math.max(all[n] ?? 0, row[n]?.length ?? 0)
      ),
    []
  )
  return rows
    .map(row =>
      row
        .map((cell, n) => cell.padEnd(widths[n] ?? 0))
        .join('  ')
        .trimEnd()
    )
    .join('\n')
}

/** How a help text shows what can be typed. */
export const example = (...lines: ReadonlyArray<string>): string =>
  ['', 'Example:', ...lines.map(line => `  ${line}`)].join('\n')
