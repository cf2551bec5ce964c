/** The part of struct-fu (npm) that gives us layouts: it ships no types of its own. */
declare module 'struct-fu' {
  interface Layout {
    readonly size: number
    readonly offset?: number
    readonly fields?: { readonly [name: string]: Layout }
    pack(value: unknown): Buffer
    unpack(bytes: Buffer): unknown
  }
  type Member = (name?: string, count?: number) => Layout
  const layouts: {
    readonly struct: (name: string, members: ReadonlyArray<Layout>) => Layout
    readonly byte: (name: string, size: number) => Layout
    readonly derive: (
      base: Layout,
      pack: (value: never) => unknown,
      unpack: (value: never) => unknown
    ) => Member
    readonly uint8: Member
    readonly uint16: Member
    readonly uint32: Member
    readonly int8: Member
    readonly int16: Member
    readonly int32: Member
    readonly uint16le: Member
    readonly uint32le: Member
    readonly int16le: Member
    readonly int32le: Member
  }
  export default layouts
}
