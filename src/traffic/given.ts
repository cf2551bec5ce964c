/** Options as a request has them: members of structs can be left out, and are zero. */
export type Given<A> = A extends Uint8Array | bigint
  ? A
  : A extends ReadonlyArray<infer B>
    ? ReadonlyArray<Given<B>>
    : A extends object
      ? { readonly [K in keyof A]?: Given<A[K]> }
      : A
