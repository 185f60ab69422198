const KEY = 8;
const WORD_BYTES = 4;
/** The length of the text, as a byte, is the last one of its last 8 bytes. */
const LAST_BYTE = 7;
const COMPRESSION_ROUNDS = 2;
const FINAL_ROUNDS = 4;

/** SipHash-2-4 in a memory of its own: result in bytes 0 to 7, key in bytes 8 to 23, the text at `start`. */
export interface SipHash {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** @param start a multiple of 8 */
  siphash(start: number, length: number): void;
}

/**
 * SipHash-2-4 in JavaScript, for runtimes that compile no WebAssembly: Workers, and pages whose content security policy forbids
 * it. It takes twice the time. Each of the four 64-bit words is two signed halves; a sum carries where it is smaller than a term.
 *
 * @param bytes size of the memory, which begins with the result and the key: see `SipHash`
 */
export function plainSipHash(bytes: number): SipHash {
  const memory = { buffer: new ArrayBuffer(bytes) };
  const text = new Uint8Array(memory.buffer);
  const words = new Int32Array(memory.buffer);
  return {
    memory,
    siphash(start, length) {
      const end = start + length;
      const last = start + (length & ~LAST_BYTE);
      text.fill(0, end, last + LAST_BYTE);
      text[last + LAST_BYTE] = length;
      hash(words, start / WORD_BYTES, last / WORD_BYTES + 2);
    },
  };
}

function hash(words: Int32Array, start: number, end: number): void {
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = words.subarray(KEY / WORD_BYTES);
  let aLow = k0 ^ 0x70736575;
  let aHigh = k1 ^ 0x736f6d65;
  let bLow = k2 ^ 0x6e646f6d;
  let bHigh = k3 ^ 0x646f7261;
  let cLow = k0 ^ 0x6e657261;
  let cHigh = k1 ^ 0x6c796765;
  let dLow = k2 ^ 0x79746573;
  let dHigh = k3 ^ 0x74656462;

  for (let at = start; at <= end; at += 2) {
    const isFinal = at === end;
    const low = isFinal ? 0 : words[at]!;
    const high = isFinal ? 0 : words[at + 1]!;
    dLow ^= low;
    dHigh ^= high;
    if (isFinal) cLow ^= 0xff;
    for (let round = isFinal ? FINAL_ROUNDS : COMPRESSION_ROUNDS; round > 0; round--) {
      // a += b, c += d
      aLow = (aLow + bLow) | 0;
      aHigh = (aHigh + bHigh + (aLow >>> 0 < bLow >>> 0 ? 1 : 0)) | 0;
      cLow = (cLow + dLow) | 0;
      cHigh = (cHigh + dHigh + (cLow >>> 0 < dLow >>> 0 ? 1 : 0)) | 0;
      // b = rotate(b, 13) ^ a, d = rotate(d, 16) ^ c, a = rotate(a, 32)
      const b13 = (bLow << 13) | (bHigh >>> 19);
      bHigh = ((bHigh << 13) | (bLow >>> 19)) ^ aHigh;
      bLow = b13 ^ aLow;
      const d16 = (dLow << 16) | (dHigh >>> 16);
      dHigh = ((dHigh << 16) | (dLow >>> 16)) ^ cHigh;
      dLow = d16 ^ cLow;
      [aLow, aHigh] = [aHigh, aLow];
      // c += b, a += d
      cLow = (cLow + bLow) | 0;
      cHigh = (cHigh + bHigh + (cLow >>> 0 < bLow >>> 0 ? 1 : 0)) | 0;
      aLow = (aLow + dLow) | 0;
      aHigh = (aHigh + dHigh + (aLow >>> 0 < dLow >>> 0 ? 1 : 0)) | 0;
      // b = rotate(b, 17) ^ c, d = rotate(d, 21) ^ a, c = rotate(c, 32)
      const b17 = (bLow << 17) | (bHigh >>> 15);
      bHigh = ((bHigh << 17) | (bLow >>> 15)) ^ cHigh;
      bLow = b17 ^ cLow;
      const d21 = (dLow << 21) | (dHigh >>> 11);
      dHigh = ((dHigh << 21) | (dLow >>> 11)) ^ aHigh;
      dLow = d21 ^ aLow;
      [cLow, cHigh] = [cHigh, cLow];
    }
    aLow ^= low;
    aHigh ^= high;
  }
  words[0] = aLow ^ bLow ^ cLow ^ dLow;
  words[1] = aHigh ^ bHigh ^ cHigh ^ dHigh;
}
