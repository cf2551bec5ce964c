import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(__dirname, '..')

/** The documents, by their paths from the root. */
export const pages: ReadonlyArray<string> = [
  ...readdirSync(root).filter(name => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`)
]

export interface CodeBlock {
  /** Of its first line, counted from 1. */
  readonly line: number
  /** `ts` is a program; `ts protocol/netlink/header.ts` is out of that file. */
  readonly language: string
  readonly text: string
}

/** The fenced blocks of a page. */
export const codeBlocks = (page: string): ReadonlyArray<CodeBlock> => {
  const found: Array<CodeBlock> = []
  let open: Omit<CodeBlock, 'text'> | undefined
  let text: Array<string> = []
  for (const [n, line] of page.split('\n').entries()) {
    const [, fence] = /^```(.*)$/.exec(line) ?? []
    if (open !== undefined && fence === '') {
      found.push({ ...open, text: text.join('\n') })
      open = undefined
    } else if (open !== undefined) text.push(line)
    else if (fence !== undefined) {
      open = { language: fence, line: n + 2 }
      text = []
    }
  }
  return found
}

/** What other pages link to in a page: its headings, as GitHub writes them. */
export const anchorsOf = (page: string): ReadonlyArray<string> =>
  [...page.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ +(.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
  )

/** The links of a page to other places here, with their anchors. */
export const linksOf = (page: string): ReadonlyArray<string> =>
  [...page.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter(target => !/^[a-z]+:/.test(target))

export const isThere = (path: string): boolean => existsSync(join(root, path))
