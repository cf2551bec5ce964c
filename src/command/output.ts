import { fstatSync, writeSync } from 'node:fs'
import type { Progress } from '../isolation/execution'

/** Whoever reads our output may have seen enough of it. */
const quit = ({ code }: NodeJS.ErrnoException): never => process.exit(code === 'EPIPE' ? 0 : 1)

let isStreamed = false

/** Node's streams take as long to load as links to be listed: only a reader that must be waited for needs them. */
export const write = (text: string): void => {
  const bytes = Buffer.from(text)
  let written = 0
  try {
    while (!isStreamed && written < bytes.length) written += writeSync(1, bytes, written)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') quit(error as NodeJS.ErrnoException)
    isStreamed = true
    process.stdout.on('error', quit)
  }
  if (isStreamed) process.stdout.write(bytes.subarray(written))
}

export const print = (text: string): void => write(`${text}\n`)

/** To ask Node loads its streams for terminals, which are character devices. */
const isTerminal = (): boolean => fstatSync(1).isCharacterDevice() && process.stdout.isTTY

/** What only a person at a terminal wants to read. */
export const tell = (text: string): void => {
  if (isTerminal()) print(text)
}

const colours = { red: 31, green: 32, yellow: 33 } as const

/** In a colour on a terminal that has some, unless NO_COLOR asks for none. */
export const paint = (colour: keyof typeof colours, text: string): string =>
  isTerminal() && process.stdout.hasColors() ? `\x1b[${colours[colour]}m${text}\x1b[39m` : text

const warn = (sentence: string): void => void process.stderr.write(`isolink: ${sentence}\n`)

/** Tells a person of each step as it is done, and anybody of each thing that is lost. */
export const progress = ({ json: asJson }: { readonly json?: boolean }): Progress => ({
  ...(asJson !== true && { onStep: description => tell(`${paint('green', '✓')} ${description}`) }),
  onLoss: asJson === true ? lost => void process.stderr.write(`${line({ lost })}\n`) : warn
})

/** 64 bits are texts, as JSON's readers would round them; bytes are texts of hexadecimal digits. */
const writable = (_: string, member: unknown): unknown =>
  typeof member === 'bigint'
    ? String(member)
    : member instanceof Uint8Array
      ? Buffer.from(member).toString('hex')
      : member

/** JSON for other programs. */
export const json = (value: unknown): string => JSON.stringify(value, writable, 2)

/** The same on one line, for a program that reads one at a time. */
export const line = (value: unknown): string => JSON.stringify(value, writable)

/** Rows of cells, each column as wide as its widest cell. */
export const columns = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
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
