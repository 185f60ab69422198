/** The WebAssembly module inside the package: its own wrapper copies key, text and result on each call. */
declare module 'siphash24/siphash24.js' {
  /** @throws where WebAssembly is missing or forbidden */
  export default function instantiate(): import('./hit/plain-siphash.ts').SipHash;
}
