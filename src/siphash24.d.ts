declare module 'siphash24' {
  /** Hashes `input` into `output` (8 bytes, little-endian). `noAssert` skips the length checks. */
  export default function siphash24(
    input: Uint8Array,
    key: Uint8Array,
    output?: Uint8Array,
    noAssert?: boolean,
  ): Uint8Array;
}
