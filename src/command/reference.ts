import type { NamespaceRef } from '../namespace'

/** A namespace as it is typed: a pid, a path if it has a slash, else a name. */
export const referenceOf = (text: string): NamespaceRef => {
  if (/^\d+$/.test(text)) return { pid: Number(text) }
  return text.includes('/') ? { path: text } : text
}
