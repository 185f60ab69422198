/** The WebAssembly module inside the package: its own wrapper copies key, text and result on each call. */
declare module 'siphash24/siphash24.js' {
  /** SipHash-2-4 in a memory of its own: result in bytes 0 to 7, key in bytes 8 to 23, the text at `start`. */
  interface SipHash {
    readonly memory: { readonly buffer: ArrayBuffer };
    siphash(start: number, length: number): void;
  }
  export default function instantiate(): SipHash;
}
